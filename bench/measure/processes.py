"""The server and the clients as processes, each on a core of its own."""

import json
import os
import pathlib
import resource
import subprocess
import tempfile
import time
import urllib.request

from .places import CLIENT_CORE, DISTANCES, SERVER_CORE

#: No measurement takes so long; one that does is stuck.
LIMIT = 180
#: The authorities that Debian trusts.
SYSTEM = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


def on_core(core):
    """What a process does first."""
    return lambda: os.sched_setaffinity(0, {core})


class Server:
    """The server of canned responses, and the distances in front of it."""

    def __init__(self, setup):
        self.setup = setup
        # Of its own: another run may be under way.
        self.folder = tempfile.TemporaryDirectory()
        self.ca = pathlib.Path(self.folder.name) / "ca.pem"
        self.process = subprocess.Popen(
            [setup.server, self.folder.name, *map(str, DISTANCES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=on_core(SERVER_CORE),
        )
        self.urls = json.loads(self.process.stdout.readline())
        self.bundle = self.ca.with_name("bundle.pem")
        self.bundle.write_text(f"{SYSTEM.read_text()}\n{self.ca.read_text()}")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait()
        self.folder.cleanup()

    def counters(self, port):
        """What this port has counted so far; a distance counts at its port."""
        # No proxy: the address is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.urls["counters"], timeout=10) as response:
            return json.load(response)[port.split("@")[0]]

    def environment(self, port):
        return self.setup.environment(*(() if port == "plain" else (self.ca, self.bundle)))

    def run(self, command, port, **options):
        """What a program prints that runs on the clients' core."""
        done = subprocess.run(
            command,
            env=self.environment(port),
            capture_output=True,
            text=True,
            timeout=LIMIT,
            preexec_fn=on_core(CLIENT_CORE),
            **options,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr[-2000:]}")
        return done.stdout

    def spent(self, command, port):
        """What a whole process takes, in milliseconds: of the processor, and until it has ended."""
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        self.run(command, port)
        wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"cpu": 1e3 * cpu, "wall": 1e3 * wall}

    def first(self, client):
        """The first answer of a fresh JVM."""
        return self.spent([*self.setup.first(client), self.urls["plain"]], "plain")

    def client(self, language, client, task, port="plain", calls=1, warm=0):
        """The figures of one client's task."""
        command = self.setup.client(language, client)
        arguments = [task, self.urls[port], str(calls), str(warm)]
        return json.loads(self.run([*command, *arguments], port))
