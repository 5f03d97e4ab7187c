"""Tests of the count of unsafe code, on a small repository: python3 .ci/unsafe/test.py"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import unsafe

SOURCE = r"""
// unsafe { in a comment }
/* unsafe { in another } */
const A: &str = "unsafe { in \" a string }";
const B: &str = r#"unsafe { in "a raw" string }"#;
const C: char = '"';
type Pointer = unsafe extern "C" fn(*const u8);
fn one<'a>(p: &'a *const u8) -> u8 {
    // SAFETY: it is valid.
    unsafe { **p }
}
unsafe fn two() {}
unsafe extern "C" fn three() {}
unsafe impl Send for Four {}
fn four() { match unsafe { five() } { _ => unsafe { six() } } }
"""
TABLE = """# Contributing

## Unsafe code

| crate | blocks | functions and implementations | what for |
|---|---|---|---|
| `a` | 3 | 3 | pointers |

## Next
"""


class Check(unittest.TestCase):
    """One change at a time."""

    def found(self, source=SOURCE, table=TABLE, beside=""):
        """What the check says."""
        with tempfile.TemporaryDirectory() as root:
            for name, text in {
                "CONTRIBUTING.md": table,
                "Cargo.toml": "",
                "a/Cargo.toml": "",
                "a/src/lib.rs": source,
                "a/inner/Cargo.toml": "",
                "a/inner/lib.rs": beside,
                "target/b/Cargo.toml": "",
                "target/b/lib.rs": source,
            }.items():
                file = pathlib.Path(root, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            return [wrong for _, wrong in unsafe.errors(root)]

    def test_what_counts(self):
        """Code, not comments, strings or types."""
        self.assertEqual(unsafe.counts(SOURCE), (3, 3))
        self.assertEqual(self.found(), [])

    def test_one_more(self):
        """A block, a function, one less."""
        for more in ("fn f() { unsafe { g() } }", "unsafe fn f() {}"):
            self.assertEqual(len(self.found(SOURCE + more)), 1, more)
        self.assertEqual(len(self.found(SOURCE.replace("unsafe impl", "impl"))), 1)

    def test_a_crate_without_a_row(self):
        """It may have none, also inside of another crate."""
        found = self.found(beside="fn f() { unsafe { g() } }")
        self.assertEqual([line.split()[0] for line in found], ["a/inner"])

    def test_a_row_too_many_and_a_row_without_a_reason(self):
        """The table is of what there is, and says why."""
        self.assertEqual(len(self.found(source="")), 1)
        self.assertIn("no reason", self.found(table=TABLE.replace("pointers", "-"))[0])

    def test_no_table(self):
        """Then nothing may be unsafe."""
        self.assertEqual(len(self.found(table="# Contributing\n")), 1)


unittest.main()
