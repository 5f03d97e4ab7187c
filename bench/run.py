"""`make bench`: what calls cost, ours and the peers', in shuffled rounds against one pinned server.

    python3 bench/run.py [PART...]

Parts are `python`, `node`, `php`, `rust`, `ruby`, `jvm` (calls over a kept connection), `tls`, `distance`,
`http2`, `memory`, `growth` and `start`; without any, all. `LOMI_BENCH_ONLY=python,distance`
names them too, and `LOMI_BENCH_ROUNDS` says how many rounds there are (5). What is measured is
merged into `target/bench/results.json`, from which `bench/write.py` makes the document. Exits with
1 when a bar of `bench/bars.toml` is missed and nothing there explains it.
"""

import datetime
import json
import os
import platform
import subprocess
import sys

from document import tables
from measure import bars, calls, distance, footprint, http2, setup
from measure.jobs import rounds
from measure.places import RESULTS, ROUNDS
from measure.processes import Server

PARTS = (*setup.LANGUAGES, *setup.CALLS_ONLY, "tls", "distance", "http2", "memory", "growth", "start")
#: What varies little, or takes long, is measured less often.
FEWER = {"jvm": 3, "tls": 3, "distance": 2, "http2": 3, "memory": 1, "growth": 1, "start": 3}


def jobs(part, server, languages):
    if part in setup.LANGUAGES + setup.CALLS_ONLY:
        return calls.jobs(server, part)
    languages = [language for language in languages if language in setup.LANGUAGES]
    return {
        "tls": lambda: calls.tls(server, languages),
        "distance": lambda: distance.jobs(server),
        "http2": lambda: http2.jobs(server),
        "memory": lambda: footprint.memory(server, languages),
        "growth": lambda: footprint.growth(server, languages),
        "start": lambda: footprint.starts(server, languages),
    }[part]()


def languages_of(parts):
    """The languages that these parts need."""
    measured = setup.LANGUAGES + setup.CALLS_ONLY
    found = {part for part in parts if part in measured}
    if "http2" in parts:
        found.add("rust")
    if {"tls", "distance", "memory", "growth", "start"} & set(parts):
        found.update(setup.LANGUAGES)
    return tuple(language for language in measured if language in found)


def loses_packets():
    """Whether the kernel could make distances with loss (`netem`), tried where it harms nobody."""
    command = "ip link set lo up && tc qdisc add dev lo root netem delay 1ms loss 1%"
    done = subprocess.run(["unshare", "--net", "sh", "-c", command], capture_output=True)
    return done.returncode == 0


def machine():
    with open("/proc/cpuinfo") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "load": round(os.getloadavg()[0], 1),
        "netem": loses_packets(),
    }


def main(names):
    parts = names or [p for p in os.environ.get("LOMI_BENCH_ONLY", "").split(",") if p] or PARTS
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        sys.exit(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    languages = languages_of(parts)
    made = setup.shipped(languages)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    versions = setup.versions(made)
    with Server(made) as server:
        for part in (part for part in PARTS if part in parts):
            about = {
                "taken": datetime.datetime.now().astimezone().isoformat(timespec="minutes"),
                "rounds": min(FEWER.get(part, ROUNDS), ROUNDS),
                "machine": machine(),
                "versions": versions,
            }
            rows = rounds(jobs(part, server, languages), about["rounds"], part)
            results[part] = {**about, "rows": rows}
            # After each part, so that what was measured is kept when a later one fails.
            save(results)
    if made.sizes:
        rows = results.get("sizes", {}).get("rows", {})
        rows.update({name: {"lomi": [{"bytes": size}]} for name, size in made.sizes.items()})
        results["sizes"] = {"rows": rows}
        save(results)
    return report(results, parts, made.sizes)


def save(results):
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def report(results, parts, sizes):
    """Print the bars of these parts and sizes; 1 when one is missed that nothing explains."""
    for part in set(parts) & set(setup.CALLS_ONLY):
        rows = results[part]["rows"]
        print(f"{part}: CPU of a call in microseconds\n{tables.calls(rows)}")
        if "first" in rows:
            print(tables.first(rows))
    judged = [
        bar
        for bar in bars.judged(results)
        if bar.part in parts or (bar.part == "sizes" and bar.row in sizes)
    ]
    for bar in judged:
        said = "MISSED" if bar.failed else "explained" if bar.missed else ""
        measured = "nothing" if bar.measured is None else f"{bar.measured:.2f}"
        print(f"{bar.name:62}{measured:>12}  at most {bar.at_most:<10g}{said}")
    failed = sum(bar.failed for bar in judged)
    explained = sum(bar.missed for bar in judged) - failed
    print(f"{len(judged)} bars, {explained} missed and explained, {failed} missed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
