"""Where things are, and what the environment asks for."""

import os
import pathlib

BENCH = pathlib.Path(__file__).resolve().parents[1]
ROOT = BENCH.parent
#: Everything that the bench builds, installs and measures.
PLACE = ROOT / "target/bench"
RESULTS = PLACE / "results.json"
BARS = BENCH / "bars.toml"
ROUNDS = int(os.environ.get("LOMI_BENCH_ROUNDS", "5"))
DISTANCES = (20, 150, 300)

_CORES = sorted(os.sched_getaffinity(0))
#: Clients run on one core, the server on another.
CLIENT_CORE, SERVER_CORE = _CORES[0], _CORES[-1]
