"""Where a client's time goes: the functions that take most of a call, and what callgrind counts.

python3 bench/profiles.py php list lomi ext-curl     after `make bench`, which builds and installs

Instructions and misses of caches do not depend on what else the machine does. A program runs
twice with different numbers of calls: the difference is what calls take, without the start.
Valgrind cannot follow code that is compiled while it runs, so Node is sampled, by perf: the share
of each function with all that it calls, by thread. What is shipped has no names of our functions:
`callgrind_annotate target/gate/php.list` shows them after `make gate`.
"""

import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile

from measure import setup
from measure.calls import AT_ONCE, CALLS
from measure.processes import Server

#: Of callgrind, as it names them and as they are shown.
EVENTS = {
    "Ir": "instructions",
    "I1mr": "misses of the instruction cache",
    "D1mr": "reads that miss the data cache",
    "D1mw": "writes that miss it",
}
LINE = re.compile(r"\s*([\d,]+) \(.*?\)\s+(?:\S*?):(.+?)(?: \[(.*)\])?$")


def counted(totals):
    """The events of a profile by their names."""
    names = re.search(r"^events: (.*)$", totals, re.M)[1].split()
    values = re.search(r"^totals: (.*)$", totals, re.M)[1].split()
    return dict(zip(names, map(int, values), strict=False))


def functions(annotated):
    """Instructions by function and library, from what callgrind_annotate prints."""
    found = collections.Counter()
    for line in annotated.splitlines():
        if matched := LINE.match(line):
            count, name, library = matched.groups()
            found[name.strip(), (library or "").rpartition("/")[2]] += int(count.replace(",", ""))
    return found


def callgrind(server, language, client, task, most):
    """One client, by the difference of two runs."""
    size = AT_ONCE.get(task, 0) // 100 or 1
    few = size * max(1, (CALLS[language].get(task, AT_ONCE.get(task, 0)) // 40) // size)
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for calls in (few, 3 * few):
            file = f"{folder}/{calls}"
            valgrind = ["valgrind", "--tool=callgrind", "--cache-sim=yes", "--branch-sim=no"]
            command = [*valgrind, f"--callgrind-out-file={file}"]
            command += [*server.setup.client(language, client), task]
            command += [server.urls["plain"], str(calls), str(size)]
            environment = {**server.environment("plain"), "PYTHONHASHSEED": "0"}
            subprocess.run(command, env=environment, check=True, capture_output=True)
            said = ["callgrind_annotate", "--threshold=100", "--show=Ir", "--sort=Ir", file]
            annotated = subprocess.run(said, check=True, capture_output=True, text=True).stdout
            with open(file) as profile:
                runs.append((counted(profile.read()), functions(annotated)))
    (events, by_function), (all_events, all_functions) = runs
    print(f"\n{language}, {task}, {client}: one of {2 * few} calls")
    for event, shown in EVENTS.items():
        print(f"{(all_events[event] - events[event]) / (2 * few):12,.0f}  {shown}")
    taken = {one: all_functions[one] - by_function[one] for one in all_functions}
    for one in sorted(taken, key=taken.get, reverse=True)[:most]:
        print(f"{taken[one] / sum(taken.values()):12.1%}  {one[0][:100]}  {one[1]}")


def perf(server, client, task, most):
    """One client in Node, sampled."""
    calls = 8 * (CALLS["node"].get(task) or AT_ONCE[task])
    with tempfile.TemporaryDirectory() as folder:
        record = ["perf", "record", "--quiet", "-e", "cpu-clock:u", "-F", "4000", "-g"]
        command = [*record, "-o", f"{folder}/data", "--", *server.setup.client("node", client)]
        server.run([*command, task, server.urls["plain"], str(calls), str(calls // 10)], "plain")
        report = ["perf", "report", "-i", f"{folder}/data", "--stdio", "--children", "-g", "none"]
        for sort in ("comm,dso", "comm,symbol"):
            said = subprocess.run(
                [*report, "--sort", sort], check=True, capture_output=True, text=True
            )
            lines = [one for one in said.stdout.splitlines() if one and not one.startswith("#")]
            print(f"\nnode, {task}, {client}: with what it calls, and by itself")
            print("\n".join(line.rstrip()[:120] for line in lines[:most]))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("language", choices=setup.LANGUAGES)
    options.add_argument("task")
    options.add_argument("client", nargs="+")
    options.add_argument("--most", type=int, default=30, help="how many functions to show")
    asked = options.parse_args()
    with Server(setup.installed()) as server:
        for client in asked.client:
            if asked.language == "node":
                perf(server, client, asked.task, asked.most)
            else:
                callgrind(server, asked.language, client, asked.task, asked.most)
    return 0


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    sys.exit(main())
