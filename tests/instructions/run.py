"""Instructions that one call takes the client's process, counted by callgrind.

    python3 tests/instructions/run.py [--baseline] [LANGUAGE...]

A fresh process makes few calls and another makes many, on a connection that is kept, against a
server in a third process: the difference, divided by the calls, is what one call takes. Builds
are release builds. Times and threads move the count a little, so it is the median of LOMI_RUNS
runs (3 as a rule), and the spread is printed. Fails where a count is above 1.01 of the one in
`baseline.json`; `--baseline` writes that file instead. Counts depend on the compiler and on the
versions of Python, Node and PHP, which the file names: with others, take the baseline again.

Valgrind cannot follow code that is made while it runs, so Node runs without its compiler
(`--jitless`): its count is of the interpreted package together with the native half.
"""

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILT = ROOT / "target/release"
PLACE = ROOT / "target/instructions"
RUST = ROOT / "target/bench-rust"
BASELINE = HERE / "baseline.json"
RUNS = int(os.environ.get("LOMI_RUNS", "3"))
MOST = 1.01
PYTHON = str(ROOT / ".venv/bin/python")
CALLS = {"get": (100, 600), "create": (100, 600), "list": (10, 50)}
# No compiler, and everything else that differs between two runs is off or has a seed; no
# collection of garbage in the middle of a short run.
NODE_FLAGS = (
    "--jitless --single-threaded --predictable --hash-seed=1 --random-seed=1 "
    "--max-semi-space-size=64"
).split()
COMMANDS = {
    "rust": [str(RUST / "release/client"), "lomi"],
    "python": [PYTHON, str(HERE / "client.py")],
    "node": ["node", *NODE_FLAGS, str(HERE / "client.js")],
    "php": ["php", "-n", "-d", f"extension={BUILT}/liblomi_php.so", str(HERE / "client.php")],
}
VERSIONS = {
    "rust": ["rustc", "--version"],
    "python": [PYTHON, "--version"],
    "node": ["node", "--version"],
    "php": ["php", "-r", "echo PHP_VERSION;"],
}


def build(languages):
    """Build each language as `--release` and put the packages where only this looks."""
    if "rust" in languages:
        bench = ["--manifest-path", ROOT / "core/bench/Cargo.toml", "--target-dir", RUST]
        subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", *bench], check=True)
    # All three in one call: what a crate is built with depends on what is built beside it.
    bindings = ["-p", "lomi-python", "-p", "lomi-node", "-p", "lomi-php"]
    if {"python", "node", "php"} & set(languages):
        subprocess.run(["cargo", "build", "--quiet", "--release", *bindings], cwd=ROOT, check=True)
    shutil.rmtree(PLACE, ignore_errors=True)
    if "python" in languages:
        without = shutil.ignore_patterns("*.so", "__pycache__")
        shutil.copytree(ROOT / "bindings-python/python/lomi", PLACE / "lomi", ignore=without)
        shutil.copy(BUILT / "liblomi_python.so", PLACE / "lomi/_lomi.abi3.so")
        subprocess.run([PYTHON, "-m", "compileall", "-q", PLACE], check=True)
    if "node" in languages:
        (PLACE / "node").mkdir(parents=True)
        shutil.copy(BUILT / "liblomi_node.so", PLACE / "node/lomi.node")
        bundle = "require(process.argv[1]).bundle(process.argv[2], process.argv[3])"
        package = ROOT / "bindings-node"
        script = package / "scripts/bundle.js"
        subprocess.run(["node", "-e", bundle, script, package, PLACE / "node"], check=True)


def counted(language, task, url, calls):
    """Instructions of one process that makes so many calls."""
    arguments = [task, url, str(calls)] + (["0"] if language == "rust" else [])
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LOMI_")},
        "PYTHONPATH": str(PLACE),
        "PYTHONHASHSEED": "0",
        "LOMI_PACKAGE": str(PLACE / "node"),
    }
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    if language == "node":
        valgrind.append("--smc-check=all-non-file")
    with tempfile.TemporaryFile("w+") as said:
        command = [*valgrind, *COMMANDS[language], *arguments]
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=said)
        said.seek(0)
        text = said.read()
    number = re.search(r"Collected : (\d+)", text)
    if done.returncode or not number:
        sys.exit(f"{language} {task}: {text}")
    return int(number[1])


def per_call(language, task, url):
    few, many = CALLS[task]
    more = counted(language, task, url, many) - counted(language, task, url, few)
    return more / (many - few)


def version(language):
    return subprocess.run(
        VERSIONS[language], check=True, capture_output=True, text=True
    ).stdout.strip()


def main(languages, write):
    build(languages)
    known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    server = subprocess.Popen(
        [sys.executable, ROOT / "bindings-python/bench/server.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    missed, taken = 0, {}
    try:
        url = server.stdout.readline().strip()
        print(f"{'':14}{'instructions':>14}{'spread':>9}{'baseline':>12}{'ratio':>8}")
        for language in languages:
            for task in CALLS:
                counts = [per_call(language, task, url) for _ in range(RUNS)]
                now = statistics.median(counts)
                spread = (max(counts) - min(counts)) / now
                taken.setdefault(language, {})[task] = round(now)
                before = known.get("instructions", {}).get(language, {}).get(task)
                ratio = now / before if before else float("nan")
                over = ratio > MOST
                missed += over
                print(
                    f"{language:8}{task:6}{now:14.0f}{spread:9.2%}{before or '':>12}{ratio:8.4f}"
                    f"{'  above 1.01' if over and not write else ''}",
                    flush=True,
                )
            named = version(language)
            if write:
                record(known, language, named, taken[language])
            elif named != (recorded := known.get("versions", {}).get(language)):
                print(f"the baseline is of {recorded}, this is {named}")
    finally:
        server.terminate()
    return 1 if missed and not write else 0


def record(known, language, named, counts):
    """Write the counts of one language into the baseline."""
    code = [f"{folder}/src" for folder in ("core", *(p.name for p in ROOT.glob("bindings-*")))]
    commit = ["git", "log", "-1", "--format=%h", "--", *code]
    done = subprocess.run(commit, cwd=ROOT, check=True, capture_output=True, text=True)
    known["commit"] = done.stdout.strip()
    known.setdefault("versions", {})[language] = named
    known.setdefault("instructions", {})[language] = counts
    BASELINE.write_text(json.dumps(known, indent=2) + "\n")


if __name__ == "__main__":
    named = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    sys.exit(main(named or list(COMMANDS), "--baseline" in sys.argv))
