"""Counts what is `unsafe` in each crate, and compares it with the table of `CONTRIBUTING.md`.

That each block has its reason in a comment is clippy's rule `undocumented_unsafe_blocks`. The table makes a
new one visible: it changes a number that a person has to write, and a crate without a row may have none.
"""

import pathlib
import re

TABLE = ("CONTRIBUTING.md", "## Unsafe code")
# What a Rust source has apart from code: comments, strings, and characters, which are not lifetimes.
NOT_CODE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|b?r(?P<fence>\#*)".*?"(?P=fence)|b?"(?:\\.|[^"\\])*"|b?'(?:\\.[^']*|[^'\\])'""",
    re.DOTALL,
)
UNSAFE = re.compile(r"\bunsafe\s*(\{|fn\b|impl\b|trait\b|extern\b)")
ROW = re.compile(r"\| `([^`]+)` \| (\d+) \| (\d+) \| (.+) \|")
# A block, and what is unsafe to call or to implement.
BLOCK = "{"


def counts(source):
    """Blocks, and functions and implementations that are marked as unsafe, in a Rust source."""
    code = NOT_CODE.sub(lambda found: "\n" * found[0].count("\n"), source)
    # A type of a function pointer is not a function.
    code = re.sub(r"\bunsafe\s+extern\s+\S*\s*fn\s*\(|\bunsafe\s+fn\s*\(", "", code)
    found = UNSAFE.findall(code)
    return found.count(BLOCK), len(found) - found.count(BLOCK)


def crates(root):
    """The folder and counts of each crate of the workspace that has any."""
    for manifest in sorted(root.glob("**/Cargo.toml")):
        folder = manifest.parent
        name = folder.relative_to(root).as_posix()
        if name == "." or {"target", "node_modules"} & set(manifest.parts):
            continue
        blocks = others = 0
        for file in sorted(folder.glob("**/*.rs")):
            # A crate inside of this one counts for itself.
            inner = [one for one in file.parents if one != folder and folder in one.parents]
            if any((one / "Cargo.toml").exists() for one in inner):
                continue
            if {"target", "node_modules"} & set(file.relative_to(root).parts):
                continue
            here = counts(file.read_text())
            blocks, others = blocks + here[0], others + here[1]
        if blocks or others:
            yield name, blocks, others


def errors(root):
    """Where the table differs from the sources."""
    root = pathlib.Path(root)
    name, heading = TABLE
    text = (root / name).read_text()
    section = (
        re.split(r"\n## ", text.split(f"\n{heading}\n")[-1])[0] if f"\n{heading}\n" in text else ""
    )
    rows = {row[1]: (int(row[2]), int(row[3]), row[4].strip()) for row in ROW.finditer(section)}
    found = {crate: (blocks, others) for crate, blocks, others in crates(root)}
    for crate in sorted(rows.keys() | found.keys()):
        blocks, others, reason = rows.get(crate, (0, 0, ""))
        now = found.get(crate, (0, 0))
        if (blocks, others) != now:
            yield (
                name,
                (
                    f"{crate} has {now[0]} unsafe blocks and {now[1]} functions or implementations, "
                    f"the table says {blocks} and {others}: is the new one needed?"
                ),
            )
        elif not re.search(r"\w", reason):
            yield name, f"{crate} has no reason"
