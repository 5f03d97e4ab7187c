"""What a call costs: ours and the peers, in one run.

Client CPU in microseconds per call (user and system, by getrusage of the client's
process), medians; the server runs on the other core. What counts is the ratio within one
round, where ours and the peer run one right after the other. Of a list's rows two fields are
read, in `list-all` every one: ours are read lazily from the response. What is
measured is what is shipped: a wheel of the profile `dist`, installed as pip does it. The peers
are installed from PyPI. All of it goes into `target/bench`. `make bench-python` runs this.

LOMI_BENCH_RUNS says how many runs the medians are of; LOMI_BENCH_PROFILE=release measures
a build without link-time optimisation, which takes less time to make.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BENCH = ROOT / "target" / "bench"
RUNS = int(os.environ.get("LOMI_BENCH_RUNS", "5"))
PROFILE = os.environ.get("LOMI_BENCH_PROFILE", "dist")

# task, ours, peer, the bar: ours at most so many of the peer's; None for information
BARS = [
    ("create", "lomi", "1.1.0", 0.25),
    ("get", "lomi", "1.1.0", 0.25),
    ("create", "lomi", "pycurl", 1.2),
    ("get", "lomi", "pycurl", 1.2),
    ("list", "lomi", "1.1.0", 0.15),
    ("list", "lomi", "pycurl", None),
    ("list-all", "lomi", "1.1.0", None),
    ("list-all", "lomi", "pycurl", None),
    ("paginate", "lomi", "1.1.0", 0.15),
    ("create", "documented", "1.1.0", 0.25),
    ("get", "documented", "1.1.0", 0.25),
    ("list", "documented", "1.1.0", 0.15),
    ("paginate", "documented", "1.1.0", 0.15),
    ("conc-threads", "lomi", "1.1.0", 0.25),
    ("conc-threads", "lomi", "pycurl", None),
    ("conc-async", "lomi", "aiohttp", 0.4),
]

# What an interpreter has done before, and what is measured.
STARTS = {
    "bare": ("pass", "pass"),
    "import": ("pass", "import lomi"),
    "client": ("pass", "import lomi; lomi.LomiClient('lomi_sk_test_bench').checkout_sessions"),
    "async client": (
        "import asyncio",
        "import lomi; lomi.AsyncLomiClient('lomi_sk_test_bench').checkout_sessions",
    ),
}


def install():
    """Install the peers and our wheel into folders for this benchmark; give the wheel."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for name, packages in (("old", ["lomi==1.1.0"]), ("peers", ["pycurl", "msgspec", "aiohttp"])):
        if not (BENCH / name).exists():
            subprocess.run([*pip, "--target", BENCH / name, *packages], check=True)
    for folder in ("wheel", "ours"):
        shutil.rmtree(BENCH / folder, ignore_errors=True)
    maturin = [pathlib.Path(sys.executable).parent / "maturin", "build", "--quiet"]
    manifest = ["--manifest-path", ROOT / "bindings-python" / "Cargo.toml"]
    out = ["--interpreter", sys.executable, "--out", BENCH / "wheel"]
    subprocess.run([*maturin, "--profile", PROFILE, *manifest, *out], check=True)
    (wheel,) = (BENCH / "wheel").iterdir()
    subprocess.run([*pip, "--no-index", "--target", BENCH / "ours", wheel], check=True)
    for name in ("old", "peers", "ours"):
        compiled = [sys.executable, "-m", "compileall", "-q", "-j1", BENCH / name]
        subprocess.run(compiled, check=False, stdout=subprocess.DEVNULL)
    return wheel


def environment(client):
    folder = {"1.1.0": "old", "lomi": "ours", "documented": "ours"}.get(client, "peers")
    return {**os.environ, "PYTHONPATH": str(BENCH / folder)}


def measure(client, task, url):
    command = [sys.executable, HERE / "client.py", client, task, url]
    ran = subprocess.run(
        command, env=environment(client), check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(ran.stdout)


def start(before, code):
    """CPU in milliseconds that this takes an interpreter, and the memory that it has then."""
    told = (
        f"{before}; from time import process_time; start = process_time(); {code}; "
        "print(process_time() - start, open('/proc/self/statm').read().split()[1])"
    )
    command = [sys.executable, "-c", told]
    ran = subprocess.run(command, env=environment("lomi"), check=True, stdout=subprocess.PIPE)
    seconds, pages = ran.stdout.split()
    return float(seconds) * 1e3, int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def calls(url):
    """Print the table; give how many bars were missed."""
    asked = {(client, task) for task, ours, peer, _ in BARS for client in (ours, peer)}
    taken = {pair: [] for pair in sorted(asked, key=lambda pair: pair[::-1])}
    for _ in range(RUNS):  # in turns, so that a busy moment affects all of them
        for client, task in taken:
            taken[client, task].append(measure(client, task, url))
    print(f"{'task':14} {'ours':>22} {'peer':>18} {'ratio':>6} {'bar':>5}")
    missed = 0
    for task, ours, peer, bar in BARS:
        mine, theirs = taken[ours, task], taken[peer, task]
        # Both run in turns, so that a slow moment of the machine affects both.
        ratio = statistics.median(m / t for m, t in zip(mine, theirs, strict=True))
        over = bar is not None and ratio > bar
        missed += over
        print(
            f"{task:14} {ours:>12} {statistics.median(mine):9.0f} "
            f"{peer:>8} {statistics.median(theirs):9.0f} "
            f"{ratio:6.2f} {'' if bar is None else f'{bar:.2f}':>5}"
            f"{'  missed' if over else ''}"
        )
    return missed


def bar(what, value, unit, most):
    """Print one figure; give whether it is over its bar."""
    print(
        f"{what}: {value:.1f} {unit} (bar {most}{')' if value <= most else ')  missed'}", flush=True
    )
    return value > most


def main():
    wheel = install()
    first = {min(os.sched_getaffinity(0))}
    with subprocess.Popen(
        [sys.executable, HERE / "server.py"],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, first),
    ) as server:
        try:
            url = server.stdout.readline().strip()
            missed = calls(url)
            grown = statistics.median(measure("lomi", "growth", url) for _ in range(3)) / 2**20
        finally:
            server.terminate()
    taken = {name: [] for name in STARTS}
    for _ in range(4 * RUNS):
        for name, codes in STARTS.items():
            taken[name].append(start(*codes))
    # The minimum, not the median: other programs can only add to it.
    cpu = {n: min(c for c, _ in values) for n, values in taken.items()}
    held = {n: statistics.median(m for _, m in values) for n, values in taken.items()}
    missed += bar("import, CPU over bare Python", cpu["import"], "ms", 15)
    missed += bar("the same with a client made", cpu["client"], "ms", 15)
    missed += bar("an async client, over bare asyncio", cpu["async client"], "ms", 15)
    missed += bar("memory of a client over bare Python", held["client"] - held["bare"], "MiB", 10)
    missed += bar("growth over 10,000 rows paged", grown, "MiB", 2)
    missed += bar("wheel", wheel.stat().st_size / 1e6, "MB", 5)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
