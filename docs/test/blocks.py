"""Reads the code blocks of the documentation, with the comments that say how each is run.

`README.md` beside this file describes the comments.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: The languages whose blocks must run, by the word after the fence.
LANGUAGES = {
    "python": "python",
    "js": "js",
    "javascript": "js",
    "ts": "ts",
    "typescript": "ts",
    "php": "php",
    "ruby": "ruby",
    "java": "java",
    "rust": "rust",
    "sh": "sh",
    "bash": "sh",
}

FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,})(?P<info>[^`]*)$")
COMMENT = re.compile(r"<!--\s*(.*?)\s*-->", re.S)
RUN_ELSEWHERE = re.compile(r"(\S+) runs this")


@dataclass
class Block:
    """A code block of one of the languages, and how it is run."""

    path: Path
    line: int
    language: str
    code: str
    setups: list[str] = field(default_factory=list)
    sandbox: str = ""
    server: int = 0
    continues: bool = False
    not_run: str = ""
    run_by: str = ""

    @property
    def place(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def documents() -> list[Path]:
    """The pages whose blocks must run."""
    found = [ROOT / "README.md", ROOT / "README.fr.md", ROOT / "core/README.md", ROOT / "tests/sandbox/README.md"]
    found += sorted([*ROOT.glob("bindings-*/README.md"), *ROOT.glob("bindings-uniffi/*/README.md")])
    pages = sorted((ROOT / "docs").rglob("*.md"))
    # The blocks of the reference are signatures, which `reference.py` compares with the packages.
    others = {ROOT / "docs/test", ROOT / "docs/reference"}
    return found + [page for page in pages if others.isdisjoint(page.parents)]


def fences(text: str):
    """Yields line number, word after the fence, code and the comments right before each fence."""
    comments: list[str] = []
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        if opening:
            start, body = number + 1, []
            closing = re.compile(rf"^ *{opening['fence']}`*\s*$")
            indent = len(opening["indent"])
            number += 1
            while number < len(lines) and not closing.match(lines[number]):
                body.append(lines[number][min(indent, len(lines[number]) - len(lines[number].lstrip())) :])
                number += 1
            words = re.split(r"[\s,{]", opening["info"].strip(), maxsplit=1)
            yield start, words[0].lower(), "\n".join(body) + "\n", comments
            comments = []
        elif lines[number].lstrip().startswith("<!--"):
            comment = lines[number]
            while "-->" not in comment and number + 1 < len(lines):
                number += 1
                comment += " " + lines[number].strip()
            comments = [*comments, *COMMENT.findall(comment)]
        elif lines[number].strip():
            comments = []
        number += 1


def blocks(path: Path) -> list[Block]:
    """The code blocks of a page."""
    found = []
    for line, word, code, comments in fences(path.read_text()):
        if word not in LANGUAGES:
            continue
        block = Block(path, line, LANGUAGES[word], code)
        for comment in comments:
            read_comment(block, comment)
        found.append(block)
    return found


def read_comment(block: Block, comment: str) -> None:
    """Takes what a comment says about the block below it."""
    name, _, value = comment.partition(":")
    elsewhere = RUN_ELSEWHERE.fullmatch(comment)
    if elsewhere:
        block.run_by = elsewhere[1]
    elif name == "setup":
        block.setups += [one.strip() for one in value.split(",")]
    elif name == "sandbox":
        block.sandbox = value.strip()
    elif name == "server":
        block.server = int(value)
    elif name == "not run":
        block.not_run = value.strip()
    elif comment == "continues":
        block.continues = True


def setups() -> dict[tuple[str, str], str]:
    """The preambles of `setups/*.md`, by name and language."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted((ROOT / "docs/test/setups").glob("*.md")):
        text = path.read_text()
        headings = [
            (text.count("\n", 0, at.start()) + 1, at[1]) for at in re.finditer(r"^## (\S+)$", text, re.M)
        ]
        for line, word, code, _comments in fences(text):
            names = [name for at, name in headings if at < line]
            if not names or word not in LANGUAGES:
                continue
            key = (names[-1], LANGUAGES[word])
            if key in found:
                raise SystemExit(f"{path}:{line}: the setup {key} exists twice")
            found[key] = code
    return found
