"""Whether HTTP/2 would help: the same Rust client with it and without it."""

from .jobs import Job
from .places import DISTANCES

CLIENTS = ("lomi", "reqwest", "reqwest-h2")
CALLS = {"get": 4000, "at-once-64": 6400}


#: Calls at once: by a new client, and on the connections that these have opened.
BURSTS = {"1": "burst-1", "64": "burst-64", "1, then 64": "one-then-64"}


def jobs(server, distances=DISTANCES):
    def burst(client, task, port):
        before = server.counters("h2")
        figures = server.client("rust", client, task, port)
        after = server.counters("h2")
        return {**figures, "connections": after["connections"] - before["connections"]}

    for ms in distances:
        for name, task in BURSTS.items():
            for client in CLIENTS:
                given = (client, task, f"h2@{ms}")
                yield Job(f"{name}@{ms}", client, lambda given=given: burst(*given))
    for task, calls in CALLS.items():
        for client in CLIENTS:
            given = ("rust", client, task, "h2", calls, calls // 10)
            yield Job(task, client, lambda given=given: server.client(*given))
