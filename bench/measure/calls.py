"""What a call costs over a connection that is kept, and over TLS with a new one each time."""

from .jobs import Job

#: Calls of each task, as a client takes about half a second for them.
CALLS = {
    "python": {"create": 2000, "get": 2000, "list": 300, "list-all": 150, "pages": 6},
    "node": {"create": 2500, "get": 2500, "list": 400, "list-all": 200, "pages": 4},
    "php": {"create": 4000, "get": 4000, "list": 500, "list-all": 300, "pages": 6},
    "rust": {"create": 6000, "get": 6000, "list": 600, "pages": 8},
    # The JIT compiles what has run often enough: so many more calls.
    "jvm": {"create": 8000, "get": 8000, "list": 1500, "list-all": 500, "pages": 8},
    "ruby": {"create": 2000, "get": 2000, "list": 300, "list-all": 150, "pages": 4},
}
AT_ONCE = {"at-once-64": 6400, "at-once-1000": 8000}
#: Clients that take so many times as long do so many times fewer calls.
SLOW = {
    "stripe": 20,
    "lomi-1.1.0": 8,
    "generated": 8,
    "requests": 5,
    "httpx": 5,
    "httpx-async": 8,
    "urllib3": 2,
    "axios": 2,
    "got": 3,
    "fetch": 2,
}
ALL = ("create", "get", "list", "list-all", "pages", "at-once-64")
#: Which clients do which tasks. 1,000 threads are no way to make 1,000 calls at once, and the
#: classes of a generated client have no way to make two.
CLIENTS = {
    "python": {
        **dict.fromkeys(
            ("lomi", "pycurl", "requests", "httpx", "urllib3", "stripe", "lomi-1.1.0"), ALL
        ),
        "documented": ("create", "get", "list"),
        "lomi-async": ("create", "get", "list", "at-once-64", "at-once-1000"),
        "aiohttp": ("create", "get", "list", "at-once-64", "at-once-1000"),
        # Its pool looks at every connection for every call: 1,000 at once take it a minute.
        "httpx-async": ("at-once-64",),
    },
    "node": dict.fromkeys(
        ("lomi", "undici", "fetch", "node:http", "axios", "got", "stripe"),
        (*ALL, "at-once-1000"),
    ),
    "php": {
        **dict.fromkeys(("lomi", "ext-curl", "guzzle", "symfony"), (*ALL, "at-once-1000")),
        "documented": ("create", "get", "list"),
        "generated": ("create", "get", "list", "pages"),
    },
    "rust": {
        **dict.fromkeys(
            ("lomi", "reqwest", "hyper"),
            ("create", "get", "list", "pages", "at-once-64", "at-once-1000"),
        ),
        "ureq": ("create", "get", "list", "pages"),
    },
    "jvm": dict.fromkeys(
        ("lomi", "lomi-suspend", "jdk", "jdk-async"),
        ("create", "get", "list", "list-all", "pages"),
    ),
    "ruby": dict.fromkeys(("lomi", "net-http"), ("create", "get", "list", "list-all", "pages")),
}
TLS = {
    "python": ("lomi", "pycurl", "requests", "httpx", "urllib3", "aiohttp"),
    "node": ("lomi", "undici", "fetch", "node:http", "axios"),
    "php": ("lomi", "ext-curl", "guzzle", "symfony"),
    "rust": ("lomi", "reqwest", "hyper", "ureq"),
}
HANDSHAKES = 100


def number(language, client, task, few=False):
    """How many calls, and how many before them."""
    size = int(task.removeprefix("at-once-")) if task in AT_ONCE else 1
    if few:
        return size, size
    calls = AT_ONCE[task] if task in AT_ONCE else CALLS[language][task]
    calls = max(calls // SLOW.get(client, 1), 2 * size, 1)
    calls -= calls % size
    return calls, calls if language == "jvm" else max(size, calls // 10)


def jobs(server, language, few=False):
    """The tasks of one language's clients."""
    for client, tasks in CLIENTS[language].items():
        for task in tasks:
            calls, warm = number(language, client, task, few)
            arguments = (language, client, task, "plain", calls, warm)
            yield Job(task, client, lambda given=arguments: server.client(*given))
    if language == "jvm":
        yield from cold(server, few)


#: Calls of a JVM that has compiled nothing yet.
COLD = 500


def cold(server, few=False):
    """A JVM before its JIT: its first calls, and how long one takes that does nothing else."""
    for client in CLIENTS["jvm"]:
        given = ("jvm", client, "create", "plain", 1 if few else COLD, 0)
        yield Job("create-cold", client, lambda given=given: server.client(*given))
    if few:
        return  # The jar as it is shipped is not there.
    for client in (*CLIENTS["jvm"], "none"):
        yield Job("first", client, lambda client=client: server.first(client))


def tls(server, languages, handshakes=HANDSHAKES):
    """A handshake for each call, full and resumed."""

    def measured(language, client, port):
        before = server.counters(port)
        figures = server.client(language, client, "get", port, handshakes, 10)
        after = server.counters(port)
        opened = after["connections"] - before["connections"]
        resumed = after["resumed"] - before["resumed"]
        return {**figures, "resumed": resumed / max(opened, 1)}

    for language in languages:
        for client in TLS[language]:
            for kind in ("full", "resumed"):
                given = (language, client, f"tls-{kind}")
                yield Job(f"{language} {kind}", client, lambda given=given: measured(*given))
