"""Whether HTTP/2 would help: the same Rust client with it and without it."""

from .jobs import Job
from .places import DISTANCES

CLIENTS = ("lomi", "reqwest", "reqwest-h2")
CALLS = {"get": 4000, "at-once-64": 6400}


def jobs(server, distances=DISTANCES):
    def burst(client, size, port):
        before = server.counters("h2")
        figures = server.client("rust", client, f"burst-{size}", port)
        after = server.counters("h2")
        return {**figures, "connections": after["connections"] - before["connections"]}

    for ms in distances:
        for size in (1, 64):
            for client in CLIENTS:
                given = (client, size, f"h2@{ms}")
                yield Job(f"{size}@{ms}", client, lambda given=given: burst(*given))
    for task, calls in CALLS.items():
        for client in CLIENTS:
            given = ("rust", client, task, "h2", calls, calls // 10)
            yield Job(task, client, lambda given=given: server.client(*given))
