"""What the site makes of the pages, which are plain Markdown for readers of the repository.

- Code blocks of different languages that follow each other become tabs.
- The navigation has a page for each resource without naming it.
- Links out of `docs/` become links to the repository; pictures out of it are copied.
"""

import os
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY = "https://github.com/lomiafrica/lomi-sdk/blob/main/"
TITLES = {
    "python": "Python",
    "js": "Node",
    "ts": "TypeScript",
    "php": "PHP",
    "rust": "Rust",
    "java": "Java",
    "kotlin": "Kotlin",
    "ruby": "Ruby",
}
# Pages of wide tables have the room of the table of contents.
WIDE = {"options.md"}

FENCE = re.compile(r"^```(\w+)[^\n]*\n.*?^```[ \t]*\n?", re.M | re.S)
# What may be between two blocks of one group: blank lines and comments.
BETWEEN = re.compile(r"(?:\s|<!--.*?-->)*", re.S)
LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\()(\.\./[^)#\s]*)(#[^)\s]*)?\)")


def on_config(config):
    """Called by mkdocs first. `folder/*.md` in the navigation is every other page of that folder."""
    named = set(pages(config.nav))
    config.nav = [expanded(entry, named, Path(config.docs_dir)) for entry in config.nav]
    return config


def pages(entry):
    """The paths in a part of the navigation."""
    if isinstance(entry, str):
        return [entry]
    parts = entry.values() if isinstance(entry, dict) else entry
    return [path for part in parts for path in pages(part)]


def expanded(entry, named, folder):
    if isinstance(entry, list):
        return [expanded(part, named, folder) for part in entry]
    if isinstance(entry, dict):
        return {title: expanded(part, named, folder) for title, part in entry.items()}
    if "*" not in entry:
        return entry
    found = sorted(path.relative_to(folder).as_posix() for path in folder.glob(entry))
    return [path for path in found if path not in named]


def on_page_markdown(markdown, page, config, files):
    """Called by mkdocs for each page before it becomes HTML."""
    if page.file.src_uri in WIDE:
        page.meta["hide"] = ["toc"]
    folder = Path(config.docs_dir) / Path(page.file.src_uri).parent

    def outside(match):
        before, target, anchor = match[1], match[2], match[3] or ""
        path = (folder / target).resolve()
        if not path.is_relative_to(ROOT) or path.is_relative_to(config.docs_dir):
            return match[0]
        name = path.relative_to(ROOT).as_posix()
        if before.startswith("!"):
            name = picture(name, config, files)
            return f"{before}{os.path.relpath(name, Path(page.file.src_uri).parent)})"
        return f"{before}{REPOSITORY}{name}{anchor})"

    return tabs(LINK.sub(outside, markdown))


def picture(name, config, files):
    """Adds a picture of the repository to the site. Returns where."""
    uri = "pictures/" + name.replace("/", "-")
    if files.get_file_from_path(uri) is None:
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / name)))
    return uri


def tabs(markdown):
    """Code blocks of different languages, one after the other, as tabs."""
    result, at = [], 0
    while at < len(markdown):
        group = group_at(markdown, at)
        if group is None:
            result.append(markdown[at:])
            break
        start, end, fences = group
        result.append(markdown[at:start])
        if len(fences) == 1:
            result.append(markdown[start:end])
        else:
            result.extend(tab(fence) for fence in fences)
        at = end
    return "".join(result)


def group_at(markdown, at):
    """The next group of code blocks: its start, its end and its blocks."""
    first = FENCE.search(markdown, at)
    if first is None:
        return None
    fences, languages, end = [first[0]], [first[1]], first.end()
    while languages[-1] in TITLES:
        following = FENCE.match(markdown, BETWEEN.match(markdown, end).end())
        if following is None or following[1] not in TITLES or following[1] in languages:
            break
        fences.append(following[0])
        languages.append(following[1])
        end = following.end()
    return first.start(), end, fences


def tab(fence):
    language = FENCE.match(fence)[1]
    lines = "".join(f"    {line}\n" for line in fence.rstrip("\n").split("\n"))
    return f'=== "{TITLES[language]}"\n\n{lines}\n'
