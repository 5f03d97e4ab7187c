"""`make bench-smoke`: the bench still works. Everything once with few calls.

Over the debug builds, and without the peers that only the bench installs. No figure is held against
a bar, and no document is written.
"""

import subprocess
import sys

from measure import calls, distance, footprint, setup
from measure.jobs import rounds
from measure.processes import Server

#: What is there without the bench's own packages.
CLIENTS = ("lomi", "lomi-async", "lomi-suspend", "jdk", "jdk-async", "documented", "generated", "undici", "fetch", "node:http")
CLIENTS += ("ext-curl", "guzzle", "import", "require", "extension")
LANGUAGES = ("python", "node", "php")
#: Debian 12 has Node 18.
OLDEST_NODE = {"undici": 20}
OURS = ("lomi", "lomi-async", "lomi-suspend", "import", "require", "extension")


def here():
    """The clients that run on this Node."""
    node = int(subprocess.check_output(["node", "-p", "parseInt(process.versions.node)"]))
    return [client for client in CLIENTS if OLDEST_NODE.get(client, 0) <= node]


def kept(jobs):
    """Of the peers that are there only a create, and what they make a buyer wait."""
    clients = here()
    for job in jobs:
        place = job.row == "create" or "@" in job.row
        if job.client in OURS or (job.client in clients and place):
            yield job


def main():
    made = setup.debug()
    results = {}
    with Server(made) as server:
        for language in (*LANGUAGES, "ruby", "jvm"):
            results[language] = rounds(kept(calls.jobs(server, language, few=True)), 1, language)
        parts = {
            "tls": calls.tls(server, LANGUAGES, handshakes=2),
            "distance": distance.jobs(server, distances=(20,), rates={10: 1}),
            "memory": footprint.memory(server, LANGUAGES, calls=1),
            "growth": footprint.growth(server, ("python", "node"), rows=200),
            "start": footprint.starts(server, ("python",)),
        }
        for part, jobs in parts.items():
            results[part] = rounds(kept(jobs), 1, part)
    failures = [
        f"{part}, {row}, {client}: nothing measured"
        for part, rows in results.items()
        for row, found in rows.items()
        for client, values in found.items()
        if not values or not all(values)
    ]
    print("\n".join(failures) or f"{sum(len(rows) for rows in results.values())} rows measured")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
