"""The platforms that a release is built for, and where else they are named.

`.github/workflows/release.yml` decides. The script that it calls, the packages, the loader and the
documents must name the same ones: whoever reads of a platform must be able to install it.
"""

import json
import pathlib
import re

import yaml

WORKFLOW = ".github/workflows/release.yml"
TABLE = ("docs/versioning.md", "## Platforms")
SYSTEMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}
# What a document says, and what must be built for it: a part of the name of a platform.
WORDS = {
    r"Windows\b": "win32",
    r"mac ?OS\b|\bMacs?\b": "darwin",
    r"\bmusl\b|\bAlpine\b": "musl",
    r"\b(?:arm64|aarch64)\b": "arm64",
    r"\bFreeBSD\b": "freebsd",
    r"\bAndroid\b": "android",
    r"\b(?:armv7|i686|ia32|32-bit)\b": "32-bit",
    r"\b(?:riscv64|ppc64le|s390x|loong64)\b": "other",
}
# A sentence with one of these says that there is none.
NEGATIVE = re.compile(r"\b(?:no|none|not|nor|without|yet|aucune?|pas)\b", re.IGNORECASE)
CLASSIFIERS = {"POSIX :: Linux": "linux", "MacOS": "macosx", "Microsoft :: Windows": "win"}
# What these documents are about; any other may name what is built for one language.
ABOUT = {"python": "wheel", "node": "npm", "php": "php", "ruby": "gem", "java": "jar", "kotlin": "jar"}


class Built:
    """What the workflow builds."""

    def __init__(self, text):
        """Read the matrices of the workflow."""
        jobs = yaml.safe_load(text)["jobs"]
        self.native = jobs["native"]["strategy"]["matrix"]["include"]
        matrix = jobs["php"]["strategy"]["matrix"]
        self.php = [str(version) for version in matrix["php"]]
        self.php_machines = [str(machine) for machine in matrix["arch"]]
        self.npm = {one["platform"] for one in self.native}

    def of(self, language):
        """The names of the platforms of a language."""
        wheels = {one["platform"] for one in self.native if one["wheel"] != "-"}
        php = {f"linux-{'x64' if m == 'x86_64' else 'arm64'}-gnu" for m in self.php_machines}
        return {"npm": self.npm, "wheel": wheels, "php": php}.get(language, self.npm | php)

    def table(self):
        """The rows of the table for merchants."""
        yield "| system | npm package | wheel | `lomi.so` | gem | jar | sandbox |"
        yield "|---|---|---|---|---|---|---|"
        for one in self.native:
            system, machine, libc = [*one["platform"].split("-"), ""][:3]
            libc = {"gnu": ", glibc 2.17", "musl": ", musl"}.get(libc, "")
            wheel = "-" if one["wheel"] == "-" else f"`{one['wheel']}`"
            built = one["platform"] in self.of("php")
            php = f"PHP {self.php[0]} to {self.php[-1]}, glibc 2.17" if built else "-"
            musl = one["target"].replace("-gnu", "-musl") if system == "linux" else one["target"]
            yield (
                f"| {SYSTEMS[system]} {machine}{libc} | `lomi-{one['platform']}` | {wheel} | {php} "
                f"| `{one['gem']}` | `{one['jar']}` | `{musl}` |"
            )


def section(text, heading):
    """The lines of a section, up to the next heading."""
    return (
        re.split(r"\n#+ ", text.split(f"\n{heading}\n")[-1])[0] if f"\n{heading}\n" in text else ""
    )


def sentences(text):
    """Each sentence, row or line of code with the number of its line."""
    number = 1
    for paragraph in re.split(r"(\n\s*\n|\n(?=[|>#-]|\s*- ))", text):
        at = number
        for one in re.split(r"(?<=[.;:])\s+", paragraph):
            yield at + paragraph[: paragraph.find(one)].count("\n"), " ".join(one.split())
        number += paragraph.count("\n")


def language_of(name):
    """Of which language a document is."""
    return next((what for word, what in ABOUT.items() if re.search(rf"\b{word}\b", name)), "all")


def document_errors(name, text, built):
    """Names of platforms in a document that are not built."""
    platforms = built.of(language_of(name))
    for row in section(text, TABLE[1]).split("\n"):
        # Compared as a whole.
        text = text.replace(row, "") if row.startswith("|") else text
    for number, sentence in sentences(text):
        for package in re.findall(
            r"\blomi-((?:linux|darwin|win32|freebsd|android)-[\w-]+)", sentence
        ):
            if package not in built.npm:
                yield f"{name}:{number}", f"there is no package lomi-{package}"
        if NEGATIVE.search(sentence):
            continue
        for words, part in WORDS.items():
            found = re.search(words, sentence)
            if found and not any(part in platform for platform in platforms):
                yield f"{name}:{number}", f"names {found[0]}, for which the release builds nothing"


def errors(root, listed):
    """What differs. `listed` is the output of `.ci/dist-target --list`."""
    root = pathlib.Path(root)
    built = Built((root / WORKFLOW).read_text())
    columns = ("target", "platform", "wheel", "gem", "jar")
    in_matrix = [" ".join(one[column] for column in columns) for one in built.native]
    if sorted(in_matrix) != sorted(listed.split("\n")):
        yield ".ci/dist-target", f"its list is not the matrix of {WORKFLOW}"

    folders = {folder.name for folder in (root / "bindings-node/npm").iterdir()}
    if folders != built.npm:
        yield "bindings-node/npm", f"{sorted(folders ^ built.npm)} not in both, it and {WORKFLOW}"
    loader = (root / "bindings-node/native.js").read_text()
    supported = re.search(r"SUPPORTED = new Set\(\[(.*?)\]\)", loader, re.DOTALL)
    named = set(re.findall(r"'([^']+)'", supported[1])) if supported else set()
    if named != built.npm:
        yield (
            "bindings-node/native.js",
            f"{sorted(named ^ built.npm)} not in both, it and {WORKFLOW}",
        )

    library = (root / "bindings-uniffi/ruby/lib/lomi/native/library.rb").read_text()
    gems = re.search(r"PLATFORMS = %w\[(.*?)\]", library, re.DOTALL)
    if set(gems[1].split() if gems else ()) != {one["gem"] for one in built.native}:
        yield "bindings-uniffi/ruby", f"its sentence names other gems than {WORKFLOW} builds"

    project = (root / "bindings-python/pyproject.toml").read_text()
    wheels = {one["wheel"].replace("manylinux", "linux") for one in built.native}
    for system in re.findall(r'"Operating System :: ([^"]+)"', project):
        part = CLASSIFIERS.get(system, system)
        if not any(part in wheel for wheel in wheels):
            yield "bindings-python/pyproject.toml", f"names {system}, for which there is no wheel"
    if any("macosx" in wheel for wheel in wheels) and ":: MacOS" not in project:
        yield "bindings-python/pyproject.toml", "does not name MacOS, for which there is a wheel"

    composer = json.loads((root / "bindings-php/composer.json").read_text())
    if composer["require"]["php"] != f"^{built.php[0]}":
        yield (
            "bindings-php/composer.json",
            f"wants PHP {composer['require']['php']}, built from {built.php[0]} on",
        )
    extension = composer["php-ext"]
    if extension["os-families"] != ["linux"] or extension["support-zts"]:
        yield "bindings-php/composer.json", f"{WORKFLOW} builds for Linux without ZTS only"

    name, heading = TABLE
    lines = [
        line
        for line in section((root / name).read_text(), heading).split("\n")
        if line.startswith("|")
    ]
    if lines != list(built.table()):
        yield name, f"{heading}: not what the release builds; .ci/check-platforms --table prints it"
    for file in documents(root):
        yield from document_errors(file.relative_to(root).as_posix(), file.read_text(), built)


def documents(root):
    """What merchants read. Generated pages and the guide for maintainers are not part of it."""
    for pattern in (
        "README*.md",
        "*/README.md",
        "tests/sandbox/README.md",
        "docs/*.md",
        "docs/*/*.md",
    ):
        for file in sorted(root.glob(pattern)):
            name = file.relative_to(root).as_posix()
            if not name.startswith(
                (
                    "docs/reference/",
                    "docs/test/",
                    "docs/releasing",
                    "docs/performance",
                    "tests/README",
                    "target/",
                )
            ):
                yield file
