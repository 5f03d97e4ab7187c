"""Tests of the structure check on small trees: python3 .ci/structure/test.py"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from structure import javascript, python, rust
from structure.circles import circles


class Edges(unittest.TestCase):
    def tree(self, reader, files, name="src"):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve() / name
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            found = {
                (str(s.relative_to(root)), str(t.relative_to(root)), item)
                for s, t, item in reader.edges(root)
                if s != t
            }
        return found

    def rust(self, **files):
        return self.tree(rust, {f"{k.replace('__', '/')}.rs": v for k, v in files.items()})

    def pairs(self, found):
        return {(source, target) for source, target, _ in found}

    def test_use_trees_renames_and_inline_paths(self):
        found = self.rust(
            lib="mod a; mod b; mod c;",
            a="use crate::{b::{self, One as Uno, Two}, c::{Three}};\nfn f() { b::four(); }",
            b="pub struct One; pub struct Two; pub fn four() {}",
            c="pub struct Three; fn g() -> super::a::Missing { crate::b::four() }",
        )
        self.assertEqual(
            found,
            {
                ("a.rs", "b.rs", "One"),
                ("a.rs", "b.rs", "Two"),
                ("a.rs", "b.rs", "four"),
                ("a.rs", "c.rs", "Three"),
                ("c.rs", "b.rs", "four"),
            },
        )

    def test_a_reexport_is_followed_and_is_no_edge(self):
        found = self.rust(
            lib="mod a; mod b; pub use a::Item; pub(crate) use b::*;",
            a="mod inner; pub use inner::Item;",
            a__inner="pub struct Item; use crate::user;",
            b="use crate::Item; pub fn user() {}",
        )
        self.assertEqual(found, {("b.rs", "a/inner.rs", "Item"), ("a/inner.rs", "b.rs", "user")})

    def test_a_facade_that_uses_its_child_is_in_a_circle(self):
        files = {
            "lib": "mod a;",
            "a": "mod inner; pub use inner::Item; pub struct Own; fn f() -> Item { todo!() }",
            "a__inner": "pub struct Item(super::Own);",
        }
        self.assertEqual(len(circles(self.rust(**files))), 1)
        files["a"] = "mod inner; pub use inner::Item; pub struct Own;"
        self.assertEqual(circles(self.rust(**files)), [])

    def test_strings_comments_and_lifetimes_are_not_code(self):
        found = self.rust(
            lib="mod a; mod b;",
            a="""//! use crate::b::One;
            /* use crate::b::One; /* nested */ use crate::b::One; */
            const A: &str = "crate::b::One"; const B: &str = r#"" crate::b::One"#;
            const C: char = '"'; fn f<'a>(x: &'a str) -> &'a str { x } const D: char = '\\'';
            fn g() { crate::b::two(); }""",
            b="pub struct One; pub fn two() {}",
        )
        self.assertEqual(found, {("a.rs", "b.rs", "two")})

    def test_tests_do_not_count(self):
        found = self.rust(
            lib="mod a; mod b;",
            a="""#[cfg(test)] use crate::b::{One, Two};
            #[cfg(test)] mod tests; #[cfg(test)] #[allow(x)] mod more { use crate::b::One; }
            #[cfg(not(test))] use crate::b::Three; #[cfg(all(test, unix))] fn f() { crate::b::f() }
            struct S { #[cfg(test)] field: crate::b::One, other: crate::b::Four }""",
            a__tests="use crate::b::One;",
            b="pub struct One; pub struct Two; pub struct Three; pub struct Four; pub fn f() {}",
        )
        self.assertEqual(found, {("a.rs", "b.rs", "Three"), ("a.rs", "b.rs", "Four")})

    def test_globs_macros_and_inline_modules(self):
        found = self.rust(
            lib="#[macro_use] mod m; mod a; mod b;",
            m="macro_rules! twice { ($x:expr) => { $crate::b::two($x) } }",
            a="use crate::b::*; fn f() { two(1); twice!(2); }"
            "mod deep { fn g() -> super::super::b::One {} }",
            b="pub struct One; pub struct Unused; pub fn two(_: u8) {}",
        )
        self.assertEqual(
            found,
            {
                ("m.rs", "b.rs", "two"),
                ("a.rs", "b.rs", "two"),
                ("a.rs", "b.rs", "One"),
                ("a.rs", "m.rs", "twice"),
            },
        )

    def test_an_impl_split_over_files(self):
        found = self.rust(
            lib="mod call;",
            call="mod read; pub struct Call<T>(T);"
            "impl<T> Call<T> { fn run(&self) { self.read() } }",
            call__read="use super::Call; impl<T: Fn() -> u8> Call<T> { pub fn read(&self) {} }",
        )
        self.assertEqual(len(circles(found)), 1)
        self.assertIn(("call.rs", "call/read.rs", "self.read()"), found)

    def test_python(self):
        found = self.tree(
            python,
            {
                "__init__.py": "from .a import One\nfrom . import b\n__all__ = ['One']",
                "a.py": "from typing import TYPE_CHECKING\n"
                "if TYPE_CHECKING:\n    from .b import B\n"
                "class One: pass\ndef late():\n    from .c import see\n    return see",
                "b.py": "import lomi\nclass B(lomi.One): 'from .c import see'",
                "c.py": "from lomi import One, b\nsee = (One, b)",
            },
            "lomi",
        )
        self.assertEqual(
            self.pairs(found),
            {("a.py", "c.py"), ("b.py", "a.py"), ("c.py", "a.py"), ("c.py", "b.py")},
        )
        self.assertEqual(circles(found), [{"a.py", "b.py", "c.py"}])

    def test_javascript(self):
        found = self.tree(
            javascript,
            {
                "index.js": "const { a } = require('./lib/a.js'); // require('./lib/c.js')",
                "index.mjs": "export * from './lib/c.js';\nimport x from './index.js';",
                "lib/a.js": "const text = \"require('./c.js')\"; require('./b'); import('./c.js');",
                "lib/b/index.js": "module.exports = () => require('../a.js');",
                "lib/c.js": "",
                "test/t.js": "require('../index.js')",
                "node_modules/x/index.js": "require('./y.js')",
            },
        )
        self.assertEqual(
            self.pairs(found),
            {
                ("index.js", "lib/a.js"),
                ("index.mjs", "index.js"),
                ("lib/a.js", "lib/b/index.js"),
                ("lib/a.js", "lib/c.js"),
                ("lib/b/index.js", "lib/a.js"),
            },
        )
        self.assertEqual(circles(found), [{"lib/a.js", "lib/b/index.js"}])


if __name__ == "__main__":
    unittest.main()
