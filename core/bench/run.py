"""What a call costs in Rust: ours and the peers, in one run.

Client CPU in microseconds per call (user and system, by getrusage of the client's process),
medians; the server runs on the other core. What counts is the ratio within one round, where ours
and the peer run one right after the other. Every client reads each response into typed structs
with all fields of a session; of a list's rows two fields are used. `many` is 64 calls in flight.
`lomi-multi` and `reqwest-multi` are the same on tokio's multi-thread runtime. What is measured is
a release build, as a program that depends on the crate has it. `make bench-rust` runs this.

LOMI_BENCH_RUNS says how many runs the medians are of.
"""

import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILT = ROOT / "target/bench-rust"
RUNS = int(os.environ.get("LOMI_BENCH_RUNS", "11"))
CALLS = {"create": 4000, "get": 4000, "list": 400, "many": 12800}

# task, ours, peer, the bar: ours at most so many of the peer's; None for information
BARS = [
    ("create", "lomi", "reqwest", 1.0),
    ("get", "lomi", "reqwest", 1.0),
    ("list", "lomi", "reqwest", 0.9),
    ("many", "lomi", "reqwest", 1.0),
    ("create", "lomi-multi", "reqwest-multi", None),
    ("get", "lomi-multi", "reqwest-multi", None),
    ("list", "lomi-multi", "reqwest-multi", None),
    ("many", "lomi-multi", "reqwest-multi", None),
    ("create", "lomi", "hyper", None),
    ("get", "lomi", "hyper", None),
    ("list", "lomi", "hyper", None),
    ("many", "lomi", "hyper", None),
    ("create", "lomi", "ureq", None),
    ("get", "lomi", "ureq", None),
    ("list", "lomi", "ureq", None),
]


def pin(core):
    """What a process does first, to run on one core: the first, or the last."""
    cores = os.sched_getaffinity(0)
    return lambda: os.sched_setaffinity(0, {core(cores)})


def measure(client, task, url):
    calls = CALLS[task]
    command = [BUILT / "release/client", client, task, url, str(calls), str(calls // 10)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, preexec_fn=pin(max))
    return float(ran.stdout)


def main():
    manifest = ["--manifest-path", HERE / "Cargo.toml", "--target-dir", BUILT]
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", *manifest], check=True)
    pairs = {(client, task) for task, ours, peer, _ in BARS for client in (ours, peer)}
    taken = {pair: [] for pair in sorted(pairs, key=lambda pair: pair[::-1])}
    with subprocess.Popen(
        [sys.executable, ROOT / "bindings-python/bench/server.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=pin(min),
    ) as server:
        try:
            url = server.stdout.readline().strip()
            for _ in range(RUNS):  # in turns, so that a busy moment meets everybody
                for client, task in taken:
                    taken[client, task].append(measure(client, task, url))
        finally:
            server.terminate()
    print(f"{'task':8} {'ours':>20} {'peer':>23} {'ratio':>6} {'bar':>5}")
    missed = 0
    for task, ours, peer, bar in BARS:
        mine, theirs = taken[ours, task], taken[peer, task]
        # What slows the machine down for a while meets both.
        ratio = statistics.median(m / t for m, t in zip(mine, theirs, strict=True))
        over = bar is not None and ratio > bar
        missed += over
        print(
            f"{task:8} {ours:>12} {statistics.median(mine):7.1f} "
            f"{peer:>15} {statistics.median(theirs):7.1f} "
            f"{ratio:6.2f} {'' if bar is None else f'{bar:.2f}':>5}"
            f"{'  missed' if over else ''}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
