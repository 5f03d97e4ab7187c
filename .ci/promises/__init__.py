"""The promises of the documents, and the table of `tests/README.md` that names their tests.

A row of the table has the documents that say it, their words in quotation marks, and the tests that
show it: scenarios, and files with the names of tests in them, separated by `; `.
"""

import json
import pathlib
import re

DOCUMENTS = {
    "README": "README.md",
    "home": "docs/index.md",
    "Python": "bindings-python/README.md",
    "Node": "bindings-node/README.md",
    "PHP": "bindings-php/README.md",
    "Rust": "core/README.md",
    "Ruby": "bindings-uniffi/ruby/README.md",
    "sandbox": "tests/sandbox/README.md",
}
# Every statement of these sections has a row. A section ends at the next heading.
COMPLETE = {"README": "## What is safe", "home": "## What it does for you"}
TRANSLATED = ("README.fr.md", "## Ce qui est garanti")  # of the README's section
HEADING = "## Promises"
QUOTED = re.compile(r'"(.*)"$')
SCENARIOS = re.compile(r"scenarios? (`[^;]*)$")
FILE = re.compile(r"`([^`]+)`(?: (.+))?$")


def plain(text):
    """The words as they are read: no links, no marks, one space between words."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[`*]", "", text).split())


def section(text, heading):
    if f"\n{heading}\n" not in text:
        return ""
    return re.split(r"\n#+ ", text.split(f"\n{heading}\n")[1])[0]


def rows(text):
    """The documents, the words and the tests of each row; the number of its line."""
    start = text.count("\n", 0, text.find(f"\n{HEADING}\n")) + 3
    for number, line in enumerate(section(text, HEADING).split("\n"), start):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and cells[1] and not set(cells[1]) <= set("-") and cells[0] != "said in":
            yield number, cells[0].split(", "), cells[1].replace(r"\|", "|"), cells[2]


def parts(words):
    """What is quoted, without what `...` leaves out."""
    return [plain(part) for part in words.split(" ... ")]


def says(document, words):
    at = 0
    for part in parts(words):
        at = document.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


def unlisted(text, quotes):
    """The words of a section that no row of the table quotes."""
    items = re.findall(r"^\| [^|]+ \| (.+) \|$|^- (.+(?:\n  .+)*)", text, re.M)
    for item in (plain(cell or bullet) for cell, bullet in items):
        rest = item
        for part in sorted((part for words in quotes for part in parts(words)), key=len, reverse=True):
            rest = rest.replace(part, "\0")
        yield from (piece.strip(" ;,.:") for piece in rest.split("\0") if re.search(r"\w", piece))


def statements(text, heading):
    """How many each row of a section has: they are separated by semicolons."""
    cells = re.findall(r"^\| [^|]+ \| (.+) \|$", section(text, heading), re.M)
    return [cell.count(";") + 1 for cell in cells]


def untranslated(root, text):
    name, heading = TRANSLATED
    if statements((root / name).read_text(), heading) != statements(text, COMPLETE["README"]):
        yield name, f"{heading} has not the statements of README.md"


def scenario_names(root):
    files = (root / "tests/scenarios").glob("*.json")
    return {one["name"] for file in files for one in json.loads(file.read_text())["scenarios"]}


def named_in(path, names):
    """Whether the file, or a file of the folder, has this text; or every name of a list has."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    source = "\n".join(file.read_text(errors="replace") for file in files)
    return names in source or all(
        re.search(rf"\b{re.escape(name)}(?!\w)", source) for name in names.split(", ")
    )


def wrong_tests(root, cell, scenarios):
    """What is wrong with the tests of a row."""
    if not cell:
        yield "no test"
    for item in filter(None, cell.split("; ")):
        if match := SCENARIOS.match(item):
            for name in re.findall(r"`([^`]+)`", match[1]):
                if name not in scenarios:
                    yield f"no scenario {name}"
        elif match := FILE.match(item):
            path = root / match[1]
            if not path.exists():
                yield f"no file {match[1]}"
            elif match[2] is None and path.is_dir():
                yield f"no test of {match[1]} is named"
            elif match[2] and not named_in(path, match[2]):
                yield f"{match[1]} has no test {match[2]}"
        else:
            yield f"neither scenarios nor a file: {item}"


def errors(root: pathlib.Path):
    """Each as the place and what is wrong there."""
    table, scenarios = (root / "tests/README.md").read_text(), scenario_names(root)
    texts = {label: (root / name).read_text() for label, name in DOCUMENTS.items()}
    quotes = {label: [] for label in DOCUMENTS}
    for line, labels, words, tests in rows(table):
        place = f"tests/README.md:{line}"
        quoted = QUOTED.match(words)
        if quoted is None or not set(labels) <= set(DOCUMENTS):
            yield place, "not a row of documents, quoted words and tests"
            continue
        for label in labels:
            quotes[label].append(quoted[1])
            if not says(plain(texts[label]), quoted[1]):
                yield place, f"{DOCUMENTS[label]} does not say: {quoted[1]}"
        for wrong in wrong_tests(root, tests, scenarios):
            yield place, wrong
    for label, heading in COMPLETE.items():
        found = section(texts[label], heading)
        if not found:
            yield DOCUMENTS[label], f"no section {heading}"
        for words in unlisted(found, quotes[label]):
            yield DOCUMENTS[label], f"a promise without a row in tests/README.md: {words}"
    yield from untranslated(root, texts["README"])
    yield from wrong_counts(root, texts["README"])


def wrong_counts(root, text):
    """The number of resources and operations that the README has, against the spec."""
    paths = [json.loads(file.read_text())["paths"] for file in (root / "core/spec/resources").glob("*.json")]
    methods = [method for one in paths for path in one.values() for method in path.values()]
    operations = {method["x-lomi"]["operation"] for method in methods if "x-lomi" in method}
    counted = f"{len(paths)} resources with {len(operations)} operations"
    if counted not in text:
        yield "README.md", f"does not say: {counted}"
