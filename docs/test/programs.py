"""Makes a program of one language from code blocks and their setups, and runs it."""

import os
import re
import subprocess
import textwrap
from functools import partial
from pathlib import Path

from blocks import ROOT

BINDINGS = ROOT / "bindings-node"
PYTHON = ROOT / ".venv/bin/python"
EXTENSION = ROOT / "target/debug/liblomi_php.so"
WORK = ROOT / "target/docs-test"
#: The class path of the jar's tests and the native library, which `.ci/build-jvm` writes.
JAVA = ROOT / "bindings-uniffi/kotlin/target/runner.args"

#: The line of a setup that the block takes the place of. Without one, the block follows the setup.
HERE = re.compile(r"^([ \t]*)(?:#|//) the block\n", re.M)
#: Imports stay at the top of a file, also where the block is within a function.
IMPORTS = {
    "js": re.compile(r"^import\s[^;]*;\n", re.M),
    "ts": re.compile(r"^import\s[^;]*;\n", re.M),
    "php": re.compile(r"^use\s[^;({]*;\n", re.M),
    "java": re.compile(r"^import\s[^;]*;(?:\n|$)", re.M),
}
SUFFIXES = {"python": "py", "js": "mjs", "ts": "ts", "php": "php", "ruby": "rb", "java": "java", "sh": "sh"}


def assemble(language: str, setups: list[str], code: str) -> str:
    """The program: the imports, the setups from the outside to the inside, and the block."""
    imports: list[str] = []

    def without_imports(text: str) -> str:
        pattern = IMPORTS.get(language)
        if pattern is None:
            return text
        for statement in pattern.findall(text):
            if statement not in imports:
                imports.append(statement)
        return pattern.sub("", text)

    program = without_imports(re.sub(r"\A<\?php\n", "", code) if language == "php" else code)
    around = any(HERE.search(setup) for setup in setups)
    if language in ("js", "ts") and setups and not around:
        program = "{\n" + program + "}\n"  # its names may be those of a setup
    for setup in reversed(setups):
        setup = without_imports(setup)
        if HERE.search(setup):
            program = HERE.sub(partial(indented, program), setup, count=1)
        else:
            program = setup + program
    program = "".join(imports) + program
    return "<?php\n" + program if language == "php" else program


def indented(program: str, at: re.Match) -> str:
    return textwrap.indent(program, at[1])


def prepare() -> None:
    """Makes the folder in which programs find `lomi` and the frameworks of Node."""
    modules = WORK / "node_modules"
    modules.mkdir(parents=True, exist_ok=True)
    for folder in (BINDINGS / "node_modules", ROOT / "docs/test/node_modules"):
        for package in folder.iterdir() if folder.exists() else ():
            if package.name.startswith("@"):
                (modules / package.name).mkdir(exist_ok=True)
                for scoped in package.iterdir():
                    link(modules / package.name / scoped.name, scoped)
            elif not package.name.startswith("."):
                link(modules / package.name, package)
    link(modules / "lomi", BINDINGS)


def link(at: Path, target: Path) -> None:
    if not at.is_symlink():
        at.symlink_to(target)


def command(language: str, file: Path, server: int) -> list[str]:
    """How a file is run; with `server`, PHP serves it at that port."""
    if language == "python":
        return [str(PYTHON), "-X", "dev", "-W", "ignore::ResourceWarning", file.name]
    if language in ("js", "ts"):
        return ["node", "--unhandled-rejections=strict", file.name]
    if language == "php":
        options = ["-d", f"extension={EXTENSION}", "-d", "zend.assertions=1", "-d", "display_errors=1"]
        options += ["-d", f"auto_prepend_file={ROOT}/docs/test/prepend.php"]
        serve = ["-S", f"127.0.0.1:{server}"] if server else []
        return ["php", *options, *serve, file.name]
    if language == "ruby":
        return ["ruby", "-I", str(ROOT / "bindings-uniffi/ruby/lib"), file.name]
    if language == "java":
        # Java compiles and runs one file.
        return ["java", f"@{JAVA}", "-Xmx256m", file.name]
    return ["bash", "-euo", "pipefail", file.name]


def write(folder: Path, language: str, program: str) -> Path:
    """Writes a program into a folder of its own. Returns the file to run."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"block.{SUFFIXES[language]}"
    if language == "js" and "require(" in program and not re.search(r"^import\s", program, re.M):
        file = file.with_suffix(".cjs")
    file.write_text(program)
    if language == "ts":
        file = translate(file)
    return file


def translate(file: Path) -> Path:
    """TypeScript to JavaScript, by esbuild."""
    output = file.with_suffix(".mjs")
    tool = BINDINGS / "node_modules/.bin/esbuild"
    options = ["--format=esm", f"--outfile={output}", "--log-level=warning"]
    options += ['--tsconfig-raw={"compilerOptions":{"experimentalDecorators":true}}']
    subprocess.run([str(tool), str(file), *options], check=True, capture_output=True, text=True)
    return output


def environment(sandbox: dict[str, str]) -> dict[str, str]:
    """What a reader's shell has: the key, the address and the secret of the sandbox."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    paths = [str(ROOT / "target/debug"), str(ROOT / ".venv/bin"), kept.get("PATH", "")]
    return {
        **kept,
        "PATH": os.pathsep.join(paths),
        "PYTHONPATH": str(ROOT / "bindings-python/python"),
        "LOMI_API_KEY": sandbox["test_key"],
        "LOMI_BASE_URL": sandbox["url"],
        "LOMI_WEBHOOK_SECRET": sandbox["webhook_secret"],
        "LOMI_SANDBOX": str(ROOT / "target/debug/lomi-sandbox"),
        "LOMI_PHP_EXTENSION": str(EXTENSION),
        "TZ": "UTC",
    }
