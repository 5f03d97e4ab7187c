"""Compares docs/reference with the packages: each method of a client is there, and each one there exists.

The pages follow from `core/spec`. What the packages have is read from the packages themselves, by
`inspect` in Python, prototypes in Node, reflection in PHP and Ruby (`probes`), and from the source of the crate and of
the jar.
"""

import json
import re
import subprocess
from pathlib import Path

import programs
from blocks import ROOT, fences

FOLDER = ROOT / "docs/reference"
PROBES = Path(__file__).parent / "probes"
LANGUAGES = {"python": "Python", "js": "Node", "php": "PHP", "rust": "Rust", "kotlin": "Kotlin", "ruby": "Ruby"}
CALLS = {
    "python": re.compile(r"^client\.(\w+)\.(\w+)\((.*?)\) ->", re.M | re.S),
    "js": re.compile(r"^client\.(\w+)\.(\w+)\((.*?)\): ", re.M | re.S),
    "php": re.compile(r"^\$client->(\w+)->(\w+)\((.*?)\): ", re.M | re.S),
    "rust": re.compile(r"^client\.(\w+)\(\)\.(\w+)\((.*?)\) ->", re.M | re.S),
    "kotlin": re.compile(r"^client\.(\w+)\.(\w+)\((.*?)\)(?=: |$)", re.M | re.S),
    "ruby": re.compile(r"^client\.(\w+)\.(\w+)\((.*?)\) ->", re.M | re.S),
}
OF_CLIENT = {
    "python": re.compile(r"(?:client|LomiClient)\.(\w+)"),
    "js": re.compile(r"(?:client|LomiClient)\.(\w+)"),
    "php": re.compile(r"(?:client->|LomiClient::)(\w+)"),
    "kotlin": re.compile(r"(?:client|LomiClient)\.([a-z]\w+)"),
    "ruby": re.compile(r"(?:client|Client)\.(?!new\b)(\w+)"),
}
#: What the section about one language only is called, where it is not for it alone.
ONLY = {"kotlin": "Kotlin and Java"}
SECTION = re.compile(r"^(##+) (.+)$", re.M)
ROW = re.compile(r"^\| `([^`]+)`", re.M)
DOCUMENTED = re.compile(r"^- In `(\w+Api)`: `(\w+)`, in Node and PHP `(\w+)`$", re.M)
EARLIER = re.compile(r"^\| `(\w+)`(?:<br>in Python `(\w+)`)? \| \[", re.M)
PHP_MODEL = re.compile(r"`LomiSDK\\Model\\(\w+)`")
PYTHON_NAME = re.compile(r"`lomi\.([A-Z]\w+)`")
BODY = re.compile(r"^The fields of the body, |^The body is .*?\[(\w+)\]\(#", re.M)
#: Variants that the overview describes once.
ASYNCHRONOUS = re.compile(r"Async$")
RUST_VARIANTS = re.compile(r"_(with|with_response|all)$")
KOTLIN = ROOT / "bindings-uniffi/kotlin/src/main/kotlin/africa/lomi"
KOTLIN_METHOD = re.compile(r"^    fun (\w+)\((.*?)\)(?::| [={])", re.M)


def pages() -> list[Path]:
    kept = {"index.md", "client.md", "classes.md"}
    return sorted(page for page in FOLDER.glob("*.md") if page.name not in kept)


def sections(text: str):
    """Each heading with the text below it, up to the next heading."""
    found = list(SECTION.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    for match, end in zip(found, ends):
        yield match[2].strip("`"), text[match.end() : end]


def read(page: Path):
    """The methods of a page by language, the fields of their bodies, and the models."""
    methods: dict[str, dict] = {language: {} for language in LANGUAGES}
    documented, models, bodies = [], {}, {}
    for title, text in sections(page.read_text()):
        calls = {}
        for _, word, code, _ in fences(text):
            for match in CALLS[word].finditer(code) if word in CALLS else ():
                calls[word] = f"{match[1]}.{match[2]}"
                methods[word][calls[word]] = {"arguments": arguments(word, match[3]), "fields": None}
        documented += DOCUMENTED.findall(text)
        body = BODY.search(text)
        if calls and body:
            listed = bodies.get(body[1]) if body[1] else sorted(ROW.findall(text[body.end() :]))
            bodies[title] = methods["python"][calls["python"]]["fields"] = listed
        elif not calls:
            models[title] = sorted(ROW.findall(text))
    return methods, documented, models


def earlier_classes() -> list[tuple[str, str, str]]:
    """The other classes of generated clients: class, method in Python if there is one, method in PHP."""
    found = sections((FOLDER / "classes.md").read_text())
    return [(title, *row[::-1]) for title, text in found if title.endswith("Api") for row in EARLIER.findall(text)]


def named() -> dict[str, set[str]]:
    """The classes that the pages name, by language."""
    text = "\n".join(page.read_text() for page in FOLDER.glob("*.md"))
    return {"python": set(PYTHON_NAME.findall(text)), "php": set(PHP_MODEL.findall(text))}


def arguments(language: str, text: str) -> list[str]:
    names = [part.strip().lstrip("*") for part in text.split(",")]
    if language == "php":
        return [name for name in re.findall(r"\$(\w+)", text) if name != "options"]
    names = [name.strip("`") for name in names]
    return [re.match(r"\w+", name)[0] for name in names if re.match(r"\w+", name)]


def probe(language: str, *more: str) -> dict:
    """What a package has."""
    file = {"python": "methods.py", "js": "methods.cjs", "php": "methods.php", "ruby": "methods.rb"}[language]
    command = {
        "python": [str(programs.PYTHON)],
        "js": ["node"],
        "php": ["php", "-d", f"extension={programs.EXTENSION}"],
        "ruby": ["ruby", "-I", str(ROOT / "bindings-uniffi/ruby/lib")],
    }[language]
    nothing = {"test_key": "", "url": "", "webhook_secret": ""}
    environment = programs.environment(nothing) | {"NODE_PATH": str(programs.WORK / "node_modules")}
    run = [*command, str(PROBES / file), *more]
    return json.loads(subprocess.run(run, env=environment, check=True, capture_output=True, text=True).stdout)


def of_crate() -> dict:
    """The methods in the source of the crate."""
    found = {}
    for file in (ROOT / "core/src/resources").glob("*.rs"):
        text = file.read_text()
        names = re.findall(r"^    pub (?:async )?fn (\w+)\(\s*&self", text, re.M)
        for name in names:
            base = RUST_VARIANTS.sub("", name)
            if name != file.stem and (base == name or base not in names):
                found[f"{file.stem}.{name}"] = {}
    return found


def of_jar() -> dict:
    """The methods in the source of the jar; those of one name are one method with the arguments of the first."""
    found: dict[str, dict] = {}
    for file in sorted((KOTLIN / "resources").glob("*.kt")):
        resource = file.stem[0].lower() + file.stem[1:]
        for name, taken in KOTLIN_METHOD.findall(file.read_text()):
            listed = [one for one in arguments("kotlin", taken) if one != "options"]
            found.setdefault(f"{resource}.{name}", {"arguments": listed})
    client = {name for name, _ in KOTLIN_METHOD.findall((KOTLIN / "LomiClient.kt").read_text())}
    methods = {name: one for name, one in found.items() if not is_variant(name, found)}
    return {"methods": methods, "client": client | {"getBaseUrl", "replay"}}


def of_client_page(language: str) -> set[str]:
    """The methods that `client.md` has for a language."""
    found: set[str] = set()
    for title, text in sections((FOLDER / "client.md").read_text()):
        if title == f"In {ONLY.get(language, LANGUAGES[language])} only":
            found |= set(OF_CLIENT[language].findall(" ".join(ROW.findall(text))))
        for _, word, code, _ in fences(text):
            if word == language:
                found |= set(OF_CLIENT[language].findall(code))
    return found


def differences(what: str, there: set[str], here: set[str]) -> list[str]:
    """`there` is what a package has, `here` what the reference has."""
    return [f"{what}: {name} is not in the reference" for name in sorted(there - here)] + [
        f"{what}: the reference has {name}, which does not exist" for name in sorted(here - there)
    ]


def is_variant(name: str, names: dict) -> bool:
    """Whether a method of PHP or Kotlin is that of another one which returns a promise or a future."""
    base = ASYNCHRONOUS.sub("", name)
    return base != name and base in names


def of_method(there: dict, here: dict, options: set[str]) -> list[str]:
    """What differs in the arguments and in the fields of the body, where the package shows them."""
    wrong = []
    # Where the options of a call are one argument, an id may have the name of an option.
    listed = [name for name in here["arguments"] if name not in options or name in there.get("arguments", ())]
    if "arguments" in there and there["arguments"] != listed + ["options"] * ("options" in there["arguments"]):
        wrong.append(f"the arguments are {there['arguments']}, not {listed}")
    if there.get("fields") is not None:
        # A field with the name of an argument is given in `params` only.
        given = set(here["fields"] or ()) - (set(there["arguments"]) - {"fields"}) - options
        wrong += differences("body", set(there["fields"]), given)
    return wrong


def compare(packages: dict[str, dict], found: dict[str, dict], documented, models) -> list[str]:
    """What differs between the packages and the reference, a line each."""
    wrong = []
    options = set(packages["python"]["options"])
    for language, title in LANGUAGES.items():
        there, here = packages[language]["methods"], found[language]
        if language == "php":
            there = {name: one for name, one in there.items() if not is_variant(name, there)}
        wrong += differences(title, set(there), set(here))
        for name in sorted(set(there) & set(here)):
            wrong += [f"{title}: {name}: {one}" for one in of_method(there[name], here[name], options)]
        if language != "rust":
            wrong += differences(title, set(packages[language]["client"]), of_client_page(language))
        if language in ("python", "js", "php"):
            # Node has only the classes of one resource each.
            known = [one for one in documented if language != "js" or one[0] in packages["js"]["documented"]]
            for name in sorted({one[0] for one in known}):
                here = {one[1 if language == "python" else 2] for one in known if one[0] == name} - {""}
                wrong += differences(f"{title}: {name}", set(packages[language]["documented"].get(name, ())), here)
    wrong += differences("AsyncLomiClient", set(packages["python"]["asynchronous"]), set(found["python"]))
    for name, fields in models.items():
        there = packages["python"]["models"].get(name)
        if there is not None:
            wrong += differences(f"model {name}", set(there), set(fields))
    return wrong


def check() -> list[str]:
    found: dict[str, dict] = {language: {} for language in LANGUAGES}
    documented, models = [], {}
    for page in pages():
        methods, classes, tables = read(page)
        for language in LANGUAGES:
            found[language] |= methods[language]
        documented += classes
        models |= tables
    of_one = {one[0] for one in documented}
    documented += earlier_classes()
    names = named()
    lists = [json.dumps(sorted(some)) for some in ({one[0] for one in documented}, names["php"])]
    packages = {"python": probe("python"), "js": probe("js"), "php": probe("php", *lists)}
    packages |= {"rust": {"methods": of_crate()}, "kotlin": of_jar(), "ruby": probe("ruby")}
    wrong = compare(packages, found, documented, models)
    wrong += [f"Node: {name} does not exist" for name in sorted(of_one - set(packages["js"]["documented"]))]
    for language, here in names.items():
        missing = sorted(here - set(packages[language]["names"]))
        wrong += [f"{LANGUAGES[language]}: {name} does not exist" for name in missing]
    counted = ", ".join(f"{len(found[language])} {title}" for language, title in LANGUAGES.items())
    shown = sum(name in packages["python"]["models"] for name in models)
    print(f"docs: reference: methods: {counted}; {shown} models compared; {len(wrong)} differences")
    return wrong
