"""Finds dead links and anchors in the Markdown of the repository."""

import re
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from blocks import ROOT

FENCED = re.compile(r"^( *)(`{3,})[^\n]*\n.*?^ *\2`*[ \t]*$", re.M | re.S)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\[[^\]]+\]:\s+(\S+)", re.M)
HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$", re.M)
EXPLICIT = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"|\{\s*#([\w-]+)\s*\}")
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:|^//", re.I)
#: This repository, as its packages link to it from outside.
OWN = "https://github.com/lomiafrica/lomi-sdk/blob/main/"


def pages() -> list[Path]:
    """Every Markdown file that is, or will be, in the repository."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in sorted(set(names.split("\0"))) if name and (ROOT / name).is_file()]


def blank(match: re.Match) -> str:
    """The same number of lines, without a word."""
    return re.sub(r"[^\n]", " ", match[0])


@cache
def slugs(page: Path) -> list[str]:
    """The anchor of each heading of a page, as GitHub makes them."""
    text = FENCED.sub(blank, page.read_text())
    found: list[str] = []
    for match in HEADING.finditer(text):
        title = re.sub(r"\{\s*#[\w-]+\s*\}", "", match[2])
        title = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
        count, name = 0, slug
        while name in found:
            count += 1
            name = f"{slug}-{count}"
        found.append(name)
    return found


@cache
def anchors(page: Path) -> set[str]:
    """The anchors of a page: those of its headings, and the explicit ones."""
    text = FENCED.sub(blank, page.read_text())
    return set(slugs(page)) | {one or other for one, other in EXPLICIT.findall(text)}


def resolve(page: Path, target: str) -> tuple[Path, str] | None:
    """The file of the repository and the anchor that a link leads to; None if it leads elsewhere."""
    base = page.parent
    if target.startswith(OWN):
        base, target = ROOT, target[len(OWN) :]
    elif ELSEWHERE.match(target):
        return None
    name, _, anchor = target.partition("#")
    return ((base / unquote(name)).resolve() if name else page), unquote(anchor).lower()


def dead(page: Path) -> list[str]:
    """What is wrong with the links of a page, a line each."""
    text = CODE.sub(blank, FENCED.sub(blank, page.read_text()))
    found = []
    for match in [*LINK.finditer(text), *REFERENCE.finditer(text)]:
        at = resolve(page, match[1])
        if at is None:
            continue
        file, anchor, name = *at, match[1].partition("#")[0]
        line = text.count("\n", 0, match.start()) + 1
        if not file.exists():
            found.append(f"{page.relative_to(ROOT)}:{line}: there is no {name}")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            found.append(f"{page.relative_to(ROOT)}:{line}: {file.name} has no #{anchor}")
    return found


def check() -> tuple[int, list[str]]:
    """The number of pages, and every dead link."""
    all_pages = pages()
    return len(all_pages), [line for page in all_pages for line in dead(page)]
