"""Counts the instructions of a call in each language, by callgrind.

One process per language makes every kind of call on one connection, to a server in a process
of its own. A client warms up, calls `gethostname`, makes the calls that are counted, and calls
`gethostname` again: callgrind writes what was counted so far before each of these calls, so
every second part of the profile is that of one kind of call, without the start of the process
and without what is allocated once. They stay in target/gate: `callgrind_annotate
target/gate/python.create` shows what a call spends.

What makes the counts the same in every run: seeds of hashes, responses of the same bytes, an
environment of this file's, no collection of garbage at a random time, a server that lets every
client begin to wait. Valgrind gives every process the same addresses and answers for the
processor's features itself: on every machine with AVX2 glibc and memchr take the same paths,
and whether there is AVX2 is one of the recorded versions.

Valgrind cannot follow code that is made while it runs, so Node runs without its compiler
(`--jitless`): its count is of the interpreted package together with the native half.
"""

import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILT = ROOT / "target/release"
DIST = ROOT / "target/dist-check"
PLACE = ROOT / "target/gate"
PACKAGES = PLACE / "packages"
PYTHON = str(ROOT / ".venv/bin/python")
# How many calls warm up, and how many are counted. Lists are last: the pieces in which a long
# response arrives, and with them the state of malloc afterwards, are not the same in every run.
# That is also why `list-all` of PHP, which allocates most, differs by up to 1.3 % between runs.
CALLS = {
    "get": (60, 200),
    "create": (60, 200),
    "404": (60, 200),
    "webhook": (60, 200),
    "list": (4, 10),
    "list-all": (4, 30),
}
# No compiler, no thread of V8's, seeds, and a nursery that is not full in the middle of a count.
NODE_FLAGS = (
    "--jitless --single-threaded --predictable --hash-seed=1 --random-seed=1 --expose-gc "
    "--min-semi-space-size=64 --max-semi-space-size=64"
).split()
COMMANDS = {
    "rust": [str(BUILT / "lomi-instructions-client")],
    "python": [PYTHON, "-S", str(HERE / "client.py")],
    "node": ["node", *NODE_FLAGS, str(HERE / "client.js")],
    "php": ["php", "-n", "-d", f"extension={DIST}/lomi.so", str(HERE / "client.php")],
}
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": str(PLACE),
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONPATH": str(PACKAGES / "python"),
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Valgrind counts each byte that `rep movsb` copies as an instruction, and glibc copies with
    # it from some size on: a response in another number of pieces would count much more.
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-ERMS,-FSRM",
    "LOMI_PACKAGE": str(PACKAGES / "node/node_modules/lomi"),
}
VERSIONS = {
    "rust": ["rustc", "--version"],
    "python": [
        PYTHON,
        "-c",
        "import platform as p; print(p.python_version(), p.python_compiler(), sep=', ')",
    ],
    "node": ["node", "--version"],
    "php": ["php", "-n", "-r", "echo PHP_VERSION;"],
}


def output(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def versions(language):
    """What a count depends on beside our code, for this language."""
    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    return {
        "rust": output(VERSIONS["rust"]),
        language: output(VERSIONS[language]),
        "libc": " ".join(platform.libc_ver()),
        "valgrind": output(["valgrind", "--version"]),
        "processor": platform.machine() + (" with AVX2" if re.search(r"\bavx2\b", cpu) else ""),
    }


def unpack():
    """Put what `make dist-check` built where only this looks."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PACKAGES.mkdir(parents=True)
    (wheel,) = DIST.glob("lomi-*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(PACKAGES / "python")
    for packed in DIST.glob("lomi-*.tgz"):
        folder = PACKAGES / "node" / packed.stem
        folder.mkdir(parents=True)
        subprocess.run(["tar", "-xzf", packed, "-C", folder], check=True)
        name = json.loads((folder / "package/package.json").read_text())["name"]
        (folder / "package").rename(made(PACKAGES / "node/node_modules" / name))


def made(path):
    """The path, with the folder that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


class Server:
    """The server of fixed responses, with `url`, as a context."""

    def __enter__(self):
        command = [BUILT / "lomi-instructions-server"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.url = self.process.stdout.readline().strip()
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait()


def count(language, url):
    """Instructions of one call, by its kind."""
    profile = PLACE / language
    for old in PLACE.glob(f"{language}.*"):
        old.unlink()
    valgrind = [
        "valgrind",
        "--tool=callgrind",
        f"--callgrind-out-file={profile}",
        "--dump-before=gethostname",
    ]
    if language == "node":
        valgrind.append("--smc-check=all-non-file")
    asked = [f"{task}:{warm_up}:{calls}" for task, (warm_up, calls) in CALLS.items()]
    command = [*valgrind, *COMMANDS[language], url, str(HERE / "responses/event.json"), *asked]
    ran = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    if ran.returncode:
        raise SystemExit(f"{language}: {ran.stdout}{ran.stderr}")
    parts = sorted(PLACE.glob(f"{language}.*"), key=lambda part: int(part.suffix[1:]))
    if len(parts) != 2 * len(CALLS):
        raise SystemExit(f"{language}: {len(parts)} calls of gethostname, not {2 * len(CALLS)}")
    for part in parts[::2]:
        part.unlink()
    profile.unlink()
    return {
        task: total(part.rename(PLACE / f"{language}.{task}")) / CALLS[task][1]
        for task, part in zip(CALLS, parts[1::2], strict=True)
    }


def total(part):
    """The instructions of a part of a profile, which is made fit for callgrind_annotate.

    That program takes calls that were under way before the part, `calls=0`, for work of the caller.
    """
    profile = part.read_text(errors="replace")
    part.write_text(re.sub(r"^calls=0 .*\n.*\n", "", profile, flags=re.M))
    return int(re.search(r"^totals: (\d+)$", profile, re.M)[1])
