"""The edges between the files of a Rust crate.

Follows `mod` from the root file, reads `use` trees and inline paths, and resolves each to the
file that defines the item. Macros are not expanded, and types are not inferred: of methods only
`self.method()` on a type whose `impl` is split over files makes an edge.
"""

import pathlib
import re

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|'[A-Za-z_]\w*(?!')|[bc]?r(?P<hashes>\#*)".*?"(?P=hashes)
      |[bc]?"(?:[^"\\]|\\.)*"|b?'(?:\\u\{[^}]*\}|\\x..|\\.|[^'\\])'|\d\w*(?:\.\d\w*)?)
      |(?P<block>/\*)|(?:r\#)?(?P<word>[A-Za-z_]\w*)|(?P<mark>::|.)""",
    re.DOTALL | re.VERBOSE,
)
OPEN, CLOSE = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}
ITEMS = {"fn", "struct", "enum", "trait", "type", "const", "static", "union"}


def tokens(text):
    """Words and marks of Rust source, without comments, strings, numbers and lifetimes."""
    at, out = 0, []
    while at < len(text):
        match = TOKEN.match(text, at)
        at = match.end()
        if match["block"]:
            depth = 1
            while depth and (mark := re.compile(r"/\*|\*/").search(text, at)):
                depth += 1 if mark[0] == "/*" else -1
                at = mark.end()
        elif not match["skip"]:
            out.append(match["word"] or match["mark"])
    return out


def closing(toks, at):
    """The index of the bracket that closes the one at `at`."""
    depth = 0
    for index in range(at, len(toks)):
        depth += (toks[index] in OPEN) - (toks[index] in CLOSE)
        if depth == 0:
            return index
    return len(toks) - 1


def is_word(token):
    return token[0].isalpha() or token[0] == "_"


class Module:
    """A Rust module: what it defines, what it imports and which paths it uses."""

    def __init__(self, crate, file, parent=None, folder=None):
        self.crate, self.file, self.parent = crate, file, parent
        self.folder = folder  # where its child modules are
        self.children, self.items, self.globs = {}, set(), []
        self.uses = {}  # name -> path
        self.imports, self.reexports = [], []  # paths; (name, path)
        self.paths, self.words, self.impls = set(), set(), []
        self.methods_called = set()
        crate.modules.append(self)

    def read(self):
        toks = tokens(self.file.read_text())
        self.walk(toks, 0, len(toks))

    def walk(self, toks, at, end):
        depth, public = 0, False
        while at < end:
            token, after = toks[at], toks[at + 1] if at + 1 < end else ""
            start, public_here, public = at, public, False
            at += 1
            if token == "#" and (after == "[" or toks[at : at + 2] == ["!", "["]):
                at = closing(toks, at + (after == "!")) + 1
                inside = toks[start:at]
                if after == "[" and "cfg" in inside and "test" in inside and "not" not in inside:
                    at = skip_item(toks, at, end)
            elif token in OPEN or token in CLOSE:
                depth += (token in OPEN) - (token in CLOSE)
            elif token == "pub":
                at, public = (closing(toks, at) + 1 if after == "(" else at), True
            elif token == "use" and after != "<":
                stop = toks.index(";", at)
                self.use(toks[at:stop], public_here)
                at = stop + 1
            elif token == "mod" and is_word(after):
                at += 2
                body = toks[at - 1] == "{"
                self.child(after, inline=body)
                if body:
                    stop = closing(toks, at - 1)
                    self.children[after].walk(toks, at, stop)
                    at = stop + 1
            elif token == "macro_rules":
                self.crate.macros[toks[at + 1]] = self.file
                at += 2
            elif token in ITEMS and is_word(after) and after not in ITEMS | {"unsafe", "extern"}:
                name = toks[at + 1] if after in ("mut", "async") else after
                if depth == 0:
                    self.items.add(name)
                at += 1
            elif token == "impl" and depth == 0:
                self.impl(toks, at)
            elif is_word(token):
                at = self.path(toks, start, end)

    def use(self, toks, public):
        for path, name in use_tree(toks, ()):
            if name == "*":
                self.globs.append(path)
            elif public:
                self.reexports.append((name, path))
                self.uses[name] = path
            else:
                self.imports.append(path)
                self.uses.setdefault(name, path)

    def child(self, name, inline):
        folder = self.folder / name
        file = self.file
        if not inline:
            beside = self.folder / f"{name}.rs"
            file = beside if beside.exists() else folder / "mod.rs"
        child = self.children[name] = Module(self.crate, file, self, folder)
        if not inline and file.exists():
            child.read()

    def impl(self, toks, at):
        """Remembers the methods of an `impl Type`, for types whose `impl` is split over files."""
        start = next(index for index in range(at, len(toks)) if toks[index] == "{")
        head, depth, path = toks[at:start], 0, []
        if "for" in head:
            return
        for index, token in enumerate(head):
            depth += (token == "<") - (token == ">" and head[index - 1] != "-")
            if token == "where":
                break
            if depth == 0 and is_word(token) and token not in ("dyn", "const"):
                path.append(token)
        level, methods = 0, set()
        for index in range(start, closing(toks, start)):
            level += (toks[index] in OPEN) - (toks[index] in CLOSE)
            if toks[index] == "fn" and level == 1:
                methods.add(toks[index + 1])
        self.impls.append((tuple(path), methods))

    def path(self, toks, at, end):
        before = toks[at - 1] if at else ""
        stop, path = at + 1, [toks[at]]
        while stop + 1 < end and toks[stop] == "::" and is_word(toks[stop + 1]):
            path.append(toks[stop + 1])
            stop += 2
        after = toks[stop] if stop < end else ""
        if before == ".":
            if at > 1 and toks[at - 2] == "self" and after == "(":
                self.methods_called.add(path[0])
        elif before == "::" or before == "$" and path[0] != "crate":
            pass
        elif after == "!" and (path[0] == "crate" or len(path) == 1):
            self.paths.add(("macro!", path[-1]))
        elif len(path) > 1:
            self.paths.add(tuple(path))
            if path[0] == "Self":
                self.methods_called.add(path[1])
        elif not (after == ":" and path[0].islower()):  # a field or an argument
            self.words.add(path[0])
        return stop

    def resolve(self, path, seen=frozenset()):
        """Where a path leads: (file, item), a module, or None for other crates and locals."""
        if (self, path) in seen:
            return None
        seen |= {(self, path)}
        module, rest = self, path
        while rest:
            name = rest[0]
            if name == "crate":
                module = module.crate.root
            elif name == "super":
                module = module.parent or module
            elif name != "self":
                if name in module.children and (len(rest) > 1 or name not in module.items):
                    module = module.children[name]
                elif name in module.items:
                    return module.file, name
                elif name in module.uses:
                    return module.resolve(module.uses[name] + rest[1:], seen)
                else:
                    return module.from_globs(rest, seen)
            rest = rest[1:]
        return module

    def from_globs(self, path, seen):
        for glob in self.globs:
            source = self.resolve(glob, seen)
            if isinstance(source, Module) and source is not self:
                if (found := source.resolve(path, seen)) is not None:
                    return found
        return None


def skip_item(toks, at, end):
    """The index after an item, field or match arm that is compiled for tests only."""
    while toks[at] == "#":
        at = closing(toks, at + 1) + 1
    item = toks[at] in ITEMS | {"pub", "use", "mod", "impl", "async", "unsafe", "macro_rules"}
    if toks[at] == "pub":
        at = closing(toks, at + 1) + 1 if toks[at + 1] == "(" else at + 1
    use = toks[at] == "use"
    while at < end and toks[at] != ";" and toks[at] not in CLOSE and (item or toks[at] != ","):
        if toks[at] in OPEN:
            block = toks[at] == "{" and not use
            at = closing(toks, at)
            if block:
                break
        at += 1
    return at + (at < end and toks[at] not in (")", "]"))


def use_tree(toks, prefix):
    """(path, name) for each leaf of a `use` tree; the name of a glob is `*`."""
    path, at = list(prefix), 0
    while at < len(toks):
        token = toks[at]
        if token == "{":
            part, depth = [], 0
            for inner in [*toks[at + 1 : closing(toks, at)], ","]:
                depth += (inner in OPEN) - (inner in CLOSE)
                if inner == "," and depth == 0:
                    yield from use_tree(part, tuple(path)) if part else ()
                    part = []
                else:
                    part.append(inner)
            return
        if token == "*":
            yield tuple(path), "*"
            return
        if token == "as":
            yield tuple(path), toks[at + 1]
            return
        if token != "::" and not (token == "self" and path):
            path.append(token)
        at += 1
    if path:
        yield tuple(path), path[-1]


class Crate:
    """Everything that one root file reaches by `mod`."""

    def __init__(self, root):
        self.modules, self.macros = [], {}
        self.root = Module(self, root, folder=root.parent)
        self.root.read()

    def edges(self):
        methods = [name for m in self.modules for _, names in m.impls for name in names]
        for module in self.modules:
            named = [path for name, path in module.reexports if name in module.words]
            known = module.items | set(module.uses) | set(module.children)
            named += [(word,) for word in module.words - known] if module.globs else []
            for path in [*module.imports, *module.paths, *named]:
                found = (self.macros.get(path[1]), path[1]) if path[0] == "macro!" else None
                found = found or module.resolve(path)
                if isinstance(found, tuple) and found[0]:
                    yield module.file, found[0], found[1]
            for path, names in module.impls:
                found = module.resolve(path)
                for other in self.modules if isinstance(found, tuple) else ():
                    for name in names & other.methods_called if other.file == found[0] else ():
                        if methods.count(name) == 1:
                            yield other.file, module.file, f"self.{name}()"


def edges(folder):
    roots = [folder / "lib.rs", folder / "main.rs", *sorted(folder.glob("bin/*.rs"))]
    for root in filter(pathlib.Path.exists, roots):
        yield from Crate(root).edges()
