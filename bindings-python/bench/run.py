"""What a call costs: ours and the peers, in one run.

Client CPU in microseconds per call (user and system, by getrusage of the client's
process), medians; the server runs on the other core. Peers are installed from PyPI into
`target/bench`. Run it with `make bench-python`, after a release build.
"""

import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = ROOT / "target" / "bench"
OURS = ROOT / "target" / "bench" / "ours"
RUNS = int(os.environ.get("LOMI_BENCH_RUNS", "5"))

# task, ours, peer, the bar: ours at most so many of the peer's
BARS = [
    ("create", "lomi", "1.1.0", 0.25),
    ("get", "lomi", "1.1.0", 0.25),
    ("create", "lomi", "pycurl", 1.2),
    ("get", "lomi", "pycurl", 1.2),
    ("list", "lomi", "1.1.0", 0.15),
    ("paginate", "lomi", "1.1.0", 0.15),
    ("create", "documented", "1.1.0", 0.25),
    ("list", "documented", "1.1.0", 0.15),
    ("conc-threads", "lomi", "1.1.0", 0.25),
    ("conc-async", "lomi", "aiohttp", 0.4),
]


def install():
    """Puts the peers, and ours as a release build, where nothing else looks."""
    library = ROOT / "target" / "release" / "liblomi_python.so"
    if not library.exists():
        sys.exit("bench: build first: cargo build --release -p lomi-python")
    package = OURS / "lomi"
    subprocess.run(["rm", "-rf", OURS], check=True)
    OURS.mkdir(parents=True)
    subprocess.run(["cp", "-r", ROOT / "bindings-python/python/lomi", package], check=True)
    subprocess.run(["cp", library, package / "_lomi.abi3.so"], check=True)
    for name, packages in (("old", ["lomi==1.1.0"]), ("peers", ["pycurl", "msgspec", "aiohttp"])):
        if not (PEERS / name).exists():
            pip = [sys.executable, "-m", "pip", "install", "-q", "--target", PEERS / name]
            subprocess.run([*pip, *packages], check=True)


def measure(client, task, url):
    path = {"1.1.0": PEERS / "old", "lomi": OURS, "documented": OURS}.get(client, PEERS / "peers")
    env = {**os.environ, "PYTHONPATH": str(path)}
    command = [sys.executable, HERE / "client.py", client, task, url]
    return eval(subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout)


def main():
    install()
    first = {min(os.sched_getaffinity(0))}
    with subprocess.Popen(
        [sys.executable, HERE / "server.py"],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, first),
    ) as server:
        url = server.stdout.readline().strip()
        asked = {(client, task) for task, ours, peer, _ in BARS for client in (ours, peer)}
        taken = {pair: [] for pair in sorted(asked)}
        for _ in range(RUNS):  # in turns, so that a busy moment meets everybody
            for client, task in taken:
                taken[client, task].append(measure(client, task, url))
        imports = [measure("lomi", "import", url) for _ in range(RUNS)]
        server.terminate()
    cost = {pair: statistics.median(values) for pair, values in taken.items()}
    print(f"{'task':14} {'ours':>22} {'peer':>18} {'ratio':>6} {'bar':>5}")
    missed = 0
    for task, ours, peer, bar in BARS:
        mine, theirs = cost[ours, task], cost[peer, task]
        missed += mine / theirs > bar
        verdict = "" if mine / theirs <= bar else "  missed"
        print(
            f"{task:14} {ours:>12} {mine:9.0f} {peer:>8} {theirs:9.0f} "
            f"{mine / theirs:6.2f} {bar:5.2f}{verdict}"
        )
    bare, ready, held = (statistics.median(values) for values in zip(*imports, strict=True))
    print(
        f"import: {bare / 1000:.1f} ms of CPU, {ready / 1000:.1f} ms with a client made (bar 15), "
        f"{held / 2**20:.1f} MiB (bar 10)"
    )
    missed += ready > 15_000 or held > 10 << 20
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
