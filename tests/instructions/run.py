"""The gate: instructions per call in each language, compared with `counts.json`.

    python3 tests/instructions/run.py             after `make dist-check`
    python3 tests/instructions/run.py --bless     writes `counts.json`
    python3 tests/instructions/run.py --spread 5  how much counts differ between so many runs

Fails where a call takes over 3 % more or fewer instructions than recorded. More is a
regression; fewer is a gain that must be recorded, or the next regression hides in it. Counts
depend on compilers and versions, which are recorded too: with others the bound is 20 %.
"""

import argparse
import concurrent.futures
import json
import os
import statistics
import sys

from compare import BLESS, compare
from measure import COMMANDS, HERE, Server, count, unpack, versions

RECORDED = HERE / "counts.json"


def measure(runs):
    """Of each language its versions, and its counts in each of so many runs."""
    unpack()
    with Server() as server, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as at_once:
        # A language's runs come one after the other: they write to the same files.
        counted = at_once.map(lambda one: [count(one, server.url) for _ in range(runs)], COMMANDS)
        return {
            language: {"versions": versions(language), "runs": counts}
            for language, counts in zip(COMMANDS, counted, strict=True)
        }


def table(measured, recorded):
    """Print a line for each row."""
    print(f"{'':16}{'instructions':>14}{'recorded':>14}{'change':>9}  spread over several runs")
    for language, found in measured.items():
        before = recorded.get(language, {}).get("instructions", {})
        for task, now in found["instructions"].items():
            counts = [run[task] for run in found["runs"]]
            spread = (max(counts) - min(counts)) / now
            change = f"{now / before[task] - 1:+.2%}" if task in before else ""
            print(
                f"{language:7}{task:9}{now:14,}{before.get(task, 0):14,}{change:>9}"
                + (f"  {spread:.2%}" if len(counts) > 1 else "")
            )


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bless", action="store_true")
    options.add_argument("--spread", type=int, default=1, metavar="RUNS")
    asked = options.parse_args()
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    measured = measure(asked.spread)
    for found in measured.values():
        tasks = found["runs"][0]
        found["instructions"] = {
            task: round(statistics.median(run[task] for run in found["runs"])) for task in tasks
        }
    table(measured, recorded)
    for found in measured.values():
        del found["runs"]
    if asked.bless:
        RECORDED.write_text(json.dumps(measured, indent=2) + "\n")
        print(f"wrote {RECORDED.name}: say in the commit's message why the counts changed")
        return 0
    errors, warnings = compare(recorded, measured)
    for warning in warnings:
        print(f"WARNING: {warning}", file=sys.stderr)
    for error in errors:
        print(error, file=sys.stderr)
    if errors:
        print(
            f"If the change is meant, run `{BLESS}` and say the reason in the commit's message. "
            "`callgrind_annotate target/gate/LANGUAGE.CALL` shows what a call spends.",
            file=sys.stderr,
        )
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
