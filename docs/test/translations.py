"""Compares each French page with its English original, section by section.

Both have the same headings, code blocks, comments, tables, list items and links. Of code, comments may differ, and
the strings that are text for people: those of the original with a space in them or a colon at their end. A link of
the French page leads to the French page if there is one. The pages link to each other.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import blocks
import links
from blocks import ROOT
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, String, Text
from pygments.util import ClassNotFound

FRENCH = ROOT / "docs/fr"
READMES = {ROOT / "README.md": ROOT / "README.fr.md"}
COMMENT = re.compile(r"<!--\s*(.*?)\s*-->", re.S)
ITEM = re.compile(r"^ *(?:[-*]|\d+\.) ")
TABLE_RULE = re.compile(r"^\|(?: *:?-+:? *\|)+$")
#: What a diagram says may be translated.
DIAGRAMS = {"text"}


@dataclass
class Section:
    """A heading with what is below it, up to the next heading."""

    line: int
    level: int
    blocks: list[tuple[int, str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    tables: list[tuple[int, int, int]] = field(default_factory=list)
    items: int = 0
    links: list[tuple[int, str]] = field(default_factory=list)


def pairs() -> list[tuple[Path, Path]]:
    """Each English page with its translation."""
    found = {ROOT / "docs" / page.relative_to(FRENCH): page for page in sorted(FRENCH.rglob("*.md"))}
    return [*READMES.items(), *found.items()]


def read(page: Path) -> list[Section]:
    """The sections of a page; the first one is what is before any heading."""
    text = page.read_text()
    prose = links.CODE.sub(links.blank, links.FENCED.sub(links.blank, text))
    found = [Section(1, 0)]
    rows: list[str] = []
    for number, line in enumerate([*prose.split("\n"), ""], start=1):
        heading = links.HEADING.match(line)
        if heading:
            found.append(Section(number, len(heading[1])))
        section = found[-1]
        if line.startswith("|"):
            rows.append(line)
        elif rows:
            columns = next((row.count("|") - 1 for row in rows if TABLE_RULE.match(row.strip())), 0)
            section.tables.append((number - len(rows), columns, len(rows)))
            rows = []
        section.items += bool(ITEM.match(line))
    for start, word, code, _ in blocks.fences(text):
        section_at(found, start).blocks.append((start, word, code))
    for match in COMMENT.finditer(links.FENCED.sub(links.blank, text)):
        section_at(found, line_of(text, match)).comments.append(match[1])
    for match in links.LINK.finditer(prose):
        section_at(found, line_of(text, match)).links.append((line_of(text, match), match[1]))
    return found


def line_of(text: str, match: re.Match) -> int:
    return text.count("\n", 0, match.start()) + 1


def section_at(sections: list[Section], line: int) -> Section:
    return [section for section in sections if section.line <= line][-1]


def tokens(language: str, code: str) -> list[tuple[bool, str]] | None:
    """The code without comments and white space; each string is one token, marked as such."""
    options = {"startinline": True} if language == "php" else {}
    try:
        lexer = get_lexer_by_name(language, **options)
    except ClassNotFound:
        return None
    found: list[tuple[bool, str]] = []
    within = False
    for kind, value in lexer.get_tokens(code):
        is_string = kind in String and kind not in String.Interpol
        if kind in Comment and kind not in Comment.Preproc:
            within = False
        elif is_string and within:
            found[-1] = (True, found[-1][1] + value)
        elif is_string:
            found.append((True, value))
            within = True
        else:
            within = False
            if kind not in Text and value.strip():
                found.append((False, value.strip()))
    return found


def is_for_people(literal: str) -> bool:
    """Whether a string of the original is text that may be translated."""
    text = literal.strip("\"'`")
    return " " in text or text.endswith(":")


def same_code(language: str, original: str, translated: str) -> bool:
    if language in DIAGRAMS:
        return original.count("\n") == translated.count("\n")
    ours, theirs = tokens(language, original), tokens(language, translated)
    if ours is None or theirs is None:
        return original == translated
    return len(ours) == len(theirs) and all(
        one == other or (one[0] and other[0] and is_for_people(one[1])) for one, other in zip(ours, theirs)
    )


def target(page: Path, link: str, translations: dict[Path, Path]) -> tuple[str, str]:
    """Where a link of the original leads in its translation: a file and an anchor, or an address."""
    at = links.resolve(page, link)
    if at is None:
        return link, ""
    file, anchor = at
    of_french = file.with_name(f"{file.stem}-fr{file.suffix}")  # a picture of a page in French
    french = translations.get(file, of_french if of_french.exists() else file)
    if french != file and anchor and anchor in links.slugs(file):
        number = links.slugs(file).index(anchor)
        slugs = links.slugs(french)
        anchor = slugs[number] if number < len(slugs) else anchor
    return str(french), anchor


def of_links(page: Path, section: Section, translations: dict[Path, Path], other: Path) -> list[tuple]:
    """The links of a section, without those between a page and its translation."""
    found = [(line, target(page, link, translations)) for line, link in section.links]
    return [(at, line) for line, at in found if at[0] not in {str(page), str(other)} or at[1]]


def compare(english: Path, french: Path, translations: dict[Path, Path]) -> list[str]:
    """What differs, a line each, with the places in both pages."""
    ours, theirs = read(english), read(french)

    def place(line: int, other: int) -> str:
        return f"{name(french)}:{other}: {name(english)}:{line}"

    levels = [section.level for section in ours], [section.level for section in theirs]
    if levels[0] != levels[1]:
        same = sum(1 for _ in takewhile_same(*levels))
        lines = [sections[min(same, len(sections) - 1)].line for sections in (ours, theirs)]
        return [f"{place(*lines)} is another heading: {len(ours) - 1} there, {len(theirs) - 1} here"]
    wrong = []
    for one, other in zip(ours, theirs):
        at = place(one.line, other.line)
        for what in ("blocks", "tables"):
            counts = len(getattr(one, what)), len(getattr(other, what))
            if counts[0] != counts[1]:
                wrong.append(f"{at} has {counts[0]} {what} in this section, not {counts[1]}")
        for (line, language, code), (line_here, word, translated) in zip(one.blocks, other.blocks):
            if language != word or not same_code(language, code, translated):
                wrong.append(f"{place(line, line_here)} has other code")
        for (line, *size), (line_here, *size_here) in zip(one.tables, other.tables):
            if size != size_here:
                wrong.append(f"{place(line, line_here)} has {size} columns and rows, not {size_here}")
        if one.comments != other.comments:
            wrong.append(f"{at} has the comments {one.comments}, not {other.comments}")
        if one.items != other.items:
            wrong.append(f"{at} has {one.items} list items in this section, not {other.items}")
        wrong += compare_links((english, one), (french, other), translations)
    return wrong


def takewhile_same(one: list[int], other: list[int]):
    for left, right in zip(one, other):
        if left != right:
            return
        yield left


def compare_links(one: tuple[Path, Section], other: tuple[Path, Section], translations) -> list[str]:
    (english, section), (french, section_here) = one, other
    expected = of_links(english, section, translations, french)
    found = of_links(french, section_here, {}, english)
    wrong = []
    left = [at for at, _ in found]
    for at, line in expected:
        if at in left:
            left.remove(at)
        else:
            wrong.append(f"{name(french)}:{section_here.line}: no link to {shown(at)} ({name(english)}:{line})")
    for at, line in found:
        if at in left:
            left.remove(at)
            wrong.append(f"{name(french)}:{line}: a link to {shown(at)}, which the original has not here")
    return wrong


def shown(at: tuple[str, str]) -> str:
    return at[0].replace(f"{ROOT}/", "") + (f"#{at[1]}" if at[1] else "")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name


def link_each_other(english: Path, french: Path) -> list[str]:
    """Each of the two pages must have a link to the other."""

    def has(page: Path, other: Path) -> bool:
        targets = [links.resolve(page, link) for section in read(page) for _, link in section.links]
        return (other, "") in targets

    return [
        f"{name(page)}:1: no link to {name(other)}"
        for page, other in ((english, french), (french, english))
        if not has(page, other)
    ]


def check() -> list[str]:
    """Every difference between the pages and their translations."""
    found = pairs()
    translations = dict(found)
    wrong = []
    for english, french in found:
        if not english.is_file():
            wrong.append(f"{name(french)}:1: there is no {name(english)}")
            continue
        wrong += compare(english, french, translations) + link_each_other(english, french)
    print(f"docs: {len(found)} French pages, {len(wrong)} differences from the originals")
    return wrong
