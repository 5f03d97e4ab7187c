"""What a buyer waits for: the time to a created session, over TLS, from far away.

Each server is started anew for each measurement, so its first call is a cold one.
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from .jobs import Job
from .places import CLIENT_CORE, DISTANCES, ROOT
from .processes import LIMIT, on_core

PROCESSES = {
    "python": ("lomi", "pycurl", "requests", "httpx", "stripe"),
    "node": ("lomi", "undici", "fetch", "axios", "stripe"),
    "php": ("lomi", "ext-curl", "guzzle", "symfony"),
}
FPM = ("lomi", "ext-curl", "guzzle", "symfony")
GUNICORN = ("lomi", "requests", "httpx", "urllib3", "pycurl")
THREADS = 32
EXPRESS = ("lomi", "undici", "fetch", "node:http", "axios")
#: Requests a second, and for how many seconds. Only the one in the middle at every distance.
RATES = {1: 5, 10: 3, 100: 2}


def jobs(server, distances=DISTANCES, rates=RATES):
    def job(row, client, measure, *given):
        return Job(row, client, lambda: measure(server, *given))

    for ms in distances:
        port = f"tls@{ms}"
        for language, clients in PROCESSES.items():
            for client in clients:
                yield job(f"{language} process@{ms}", client, process, language, client, port)
        for client in FPM:
            yield job(f"php-fpm@{ms}", client, fpm, client, port)
        for client in GUNICORN:
            yield job(f"gunicorn@{ms}", client, gunicorn, client, port)
        for rate, seconds in rates.items():
            if rate == 10 or ms == 150:
                row = f"express {rate}/s@{ms}"
                for client in EXPRESS:
                    yield job(row, client, express, client, port, rate, seconds)


def started(server, command, port):
    """Start a program on the core of the clients; its output is read."""
    return subprocess.Popen(
        command,
        env=server.environment(port),
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=on_core(CLIENT_CORE),
    )


def process(server, language, client, port):
    """From the start of a process until it prints the session's id, in milliseconds."""
    command = [*server.setup.client(language, client), "once", server.urls[port]]
    start = time.perf_counter()
    with started(server, command, port) as running:
        line = running.stdout.readline()
        ms = (time.perf_counter() - start) * 1e3
    if not line.strip():
        raise RuntimeError(f"{command} printed no session")
    return {"cold": ms}


def opened(server, port, before):
    return server.counters(port)["connections"] - before["connections"]


def fpm(server, client, port, warm=4):
    """One worker of php-fpm: its first request, and those after it."""
    before = server.counters(port)
    with tempfile.TemporaryDirectory() as folder:
        user = "user = root\ngroup = root\n" if os.geteuid() == 0 else ""
        config = f"{folder}/fpm.conf"
        with open(config, "w") as file:
            file.write(
                f"[global]\nerror_log = {folder}/error.log\ndaemonize = no\n"
                f"[www]\nlisten = {folder}/socket\npm = static\npm.max_children = 1\n{user}"
            )
        version = subprocess.check_output(
            ["php", "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;"], text=True
        )
        command = [f"php-fpm{version}", "-R", "-d", f"extension={server.setup.extension}", "-y", config]
        environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
        running = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=on_core(CLIENT_CORE),
        )
        try:
            until(lambda: os.path.exists(f"{folder}/socket"))
            taken = [fpm_request(server, client, port, folder) for _ in range(1 + warm)]
        finally:
            running.terminate()
            running.wait()
    return {
        "cold": taken[0],
        "warm": statistics.median(taken[1:]),
        "connections": opened(server, port, before),
    }


def fpm_request(server, client, port, folder):
    script = ROOT / "bindings-php/bench/shop.php"
    parameters = {
        "SCRIPT_FILENAME": str(script),
        "REQUEST_METHOD": "GET",
        "BENCH_CLIENT": client,
        "BENCH_URL": server.urls[port],
        "LOMI_BENCH_CA": str(server.ca),
        "LOMI_BENCH_BUNDLE": str(server.bundle),
        "PATH": os.environ["PATH"],
    }
    command = ["cgi-fcgi", "-bind", "-connect", f"{folder}/socket"]
    done = subprocess.run(
        command, env=parameters, capture_output=True, text=True, timeout=LIMIT, check=True
    )
    said = done.stdout.partition("\n\n")[2]
    if not said.startswith("{"):
        raise RuntimeError(f"php-fpm: {done.stdout}")
    return json.loads(said)["ms"]


def until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("a server did not start")
        time.sleep(0.02)


def ask(port):
    """One request to a shop."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    connection.request("GET", "/")
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"the shop said {response.status}: {body[:500]}")
    return json.loads(body)


def parts(taken):
    taken = sorted(taken)
    return {f"p{part}": taken[len(taken) * part // 100] for part in (50, 99)}


def gunicorn(server, client, port, waves=4):
    """One worker with 32 threads: its first call, then all threads at once, again and again."""
    before = server.counters(port)
    environment = {
        **server.environment(port),
        "BENCH_CLIENT": client,
        "BENCH_URL": server.urls[port],
    }
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        command = [server.setup.python, "-m", "gunicorn", "--worker-class", "gthread"]
        options = ["--threads", str(THREADS), "--log-level", "error", "--bind"]
        with subprocess.Popen(
            [*command, *options, f"fd://{listening.fileno()}", "shop:app"],
            env=environment,
            pass_fds=[listening.fileno()],
            preexec_fn=on_core(CLIENT_CORE),
        ) as running:
            try:
                address = listening.getsockname()[1]
                cold = ask(address)["ms"]
                taken, most = [], 1
                with ThreadPoolExecutor(THREADS) as callers:
                    for wave in range(1 + waves):
                        said = list(callers.map(ask, [address] * THREADS))
                        most = max(most, *(one["most"] for one in said))
                        # The first opens the connections that the others use.
                        taken += [one["ms"] for one in said] if wave else []
            finally:
                running.terminate()
    connections = opened(server, port, before)
    beyond = connections - most
    return {
        "cold": cold,
        **parts(taken),
        "connections": connections,
        "most": most,
        "beyond": beyond,
    }


def express(server, client, port, rate, seconds):
    """An Express server that gets so many requests a second; the first is the cold one."""
    before = server.counters(port)
    command = ["node", str(ROOT / "bindings-node/bench/shop.js"), client, server.urls[port]]
    with started(server, command, port) as running:
        try:
            address = int(running.stdout.readline())
            cold = ask(address)["ms"]
            with ThreadPoolExecutor(2 * THREADS) as callers:
                start, asked = time.monotonic(), []
                for number in range(rate * seconds):
                    time.sleep(max(0, start + number / rate - time.monotonic()))
                    asked.append(callers.submit(ask, address))
                said = [future.result() for future in asked]
        finally:
            running.terminate()
    connections = opened(server, port, before)
    most = max(one["most"] for one in said)
    return {
        "cold": cold,
        **parts([one["ms"] for one in said]),
        "connections": connections,
        "most": most,
    }
