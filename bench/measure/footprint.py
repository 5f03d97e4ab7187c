"""What a client holds: memory, descriptors, growth; and what it costs to load it."""

import json
import subprocess

from .jobs import Job
from .places import ROOT, SERVER_CORE
from .processes import on_core

HOLDERS = {
    "python": ("lomi", "pycurl", "requests", "httpx", "stripe", "lomi-1.1.0"),
    "node": ("lomi", "undici", "fetch", "axios", "stripe"),
    "php": ("lomi", "ext-curl", "guzzle", "symfony"),
    "rust": ("lomi", "reqwest", "hyper", "ureq"),
}
ROWS = 100_000
#: What is loaded before, and what is measured, as a program of the language.
PYTHON = {
    "import": ("pass", "import lomi"),
    "client": ("pass", "import lomi; lomi.LomiClient('lomi_sk_test_bench').checkout_sessions"),
    "async client": (
        "import asyncio",
        "import lomi; lomi.AsyncLomiClient('lomi_sk_test_bench').checkout_sessions",
    ),
    "requests": ("pass", "import requests; requests.Session()"),
    "httpx": ("pass", "import httpx; httpx.Client()"),
    "urllib3": ("pass", "import urllib3; urllib3.PoolManager()"),
    "pycurl": ("pass", "import pycurl, msgspec; pycurl.Curl()"),
    "stripe": ("pass", "import stripe; stripe.StripeClient('sk_test_bench')"),
}
SDK = "require(process.env.LOMI_BENCH_PACKAGE)"
NODE = {
    "require": SDK,
    "client": f"new ({SDK}.LomiClient)('lomi_sk_test_bench').checkoutSessions",
    "undici": "require('undici')",
    "axios": "require('axios')",
    "stripe": "new (require('stripe'))('sk_test_bench')",
}
#: A program is started so often; the least of them counts, since other programs only add to it.
STARTS = 9


def memory(server, languages, calls=10_000):
    """Memory and descriptors after 0, 1, 1,000 and 10,000 calls."""

    def measured(language, client):
        said = server.client(language, client, "memory", "plain", calls)
        return {
            f"{figure} {at['calls']}": at[figure] for at in said for figure in ("memory", "open")
        }

    for language in languages:
        for client in HOLDERS[language]:
            yield Job(language, client, lambda a=language, c=client: measured(a, c))


def growth(server, languages, rows=ROWS):
    """How much more a walk through 100,000 rows takes than a page of 100."""
    for language in languages:
        yield Job(
            f"{language} rows",
            "lomi",
            lambda a=language: server.client(a, "lomi", "growth", "plain", rows),
        )
    if "python" in languages and rows == ROWS:
        yield Job("python reconcile", "lomi", lambda: reconcile(server))
    if "node" in languages:
        yield Job(
            "node calls", "lomi", lambda: server.client("node", "lomi", "steady", "plain", rows)
        )
    if "php" in languages:
        command = [
            "php",
            ROOT / "bindings-php/bench/growth.php",
            server.setup.extension,
            str(rows),
            server.urls["plain"],
        ]
        yield Job("php-fpm calls", "lomi", lambda: worker(json.loads(server.run(command, "plain"))))


def reconcile(server):
    """Reading 100,000 transactions for events, from a server that has them."""
    script = str(ROOT / "bindings-python/bench/reconcile.py")
    with subprocess.Popen(
        [server.setup.python, script, "serve"],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=on_core(SERVER_CORE),
    ) as serving:
        try:
            port = serving.stdout.readline().strip()
            said = json.loads(server.run([server.setup.python, script, "measure", port], "plain"))
        finally:
            serving.terminate()
    return {"seconds": said["cpu"], "memory": said["MiB"]}


def worker(said):
    """The growth of one php-fpm worker, whose first tenth of the calls settle its heap."""
    of = {name: said[name][1] - said[name][0] for name in ("memory", "rss")}
    return {"calls": said["calls"], "grown": 1024 * of["rss"], "used": of["memory"]}


def starts(server, languages):
    """Milliseconds of CPU that loading takes, over the bare language."""
    if "python" in languages:
        for name, (before, code) in PYTHON.items():
            yield Job("python", name, lambda b=before, c=code: {"ms": python(server, b, c)})
    if "node" in languages:
        for name, code in NODE.items():
            yield Job("node", name, lambda c=code: {"ms": node(server, c)})
    if "php" in languages:
        yield Job("php", "extension", lambda: {"ms": php(server)})


def least(server, command):
    return min(float(server.run(command, "plain")) for _ in range(STARTS))


def python(server, before, code):
    """Only what the code takes: the interpreter has started when the clock does."""
    clock = "from time import process_time; start = process_time()"
    told = f"{before}; {clock}; {code}; print((process_time() - start) * 1e3)"
    return least(server, [server.setup.python, "-c", told])


def node(server, code):
    told = (
        f"const before = process.cpuUsage(); {code}; "
        "const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000)"
    )
    return least(server, ["node", "-e", told])


def php(server):
    """An extension is loaded before any code runs, so the whole process is compared."""
    code = (
        "$u = getrusage(); echo ($u['ru_utime.tv_sec'] + $u['ru_stime.tv_sec']) * 1e3"
        " + ($u['ru_utime.tv_usec'] + $u['ru_stime.tv_usec']) / 1e3;"
    )
    bare = least(server, ["php", "-n", "-r", code])
    loaded = least(server, ["php", "-n", "-d", f"extension={server.setup.extension}", "-r", code])
    return loaded - bare
