"""Starts the sandbox and every example shop, and prints where they are. `make shops` calls it.

Everything ends with Ctrl-C. The orders and the sandbox's state are new with each start.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
SANDBOX = EXAMPLES.parent / "target/debug/lomi-sandbox"
SANDBOX_PORT = 4010
PORTS = {"python": 3001, "node": 3002, "php": 3003, "rust": 3004, "ruby": 3005, "kotlin": 3006}
EVENTS = ["PAYMENT_SUCCEEDED", "PAYMENT_FAILED", "REFUND_COMPLETED", "REFUND_FAILED"]
INSTALLING = 600  # seconds; the first start of a shop installs what it needs

processes: dict[str, subprocess.Popen] = {}


def start_sandbox():
    """Returns what the sandbox prints: its address and keys."""
    command = [SANDBOX, "--quiet", "--port", str(SANDBOX_PORT)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    processes["sandbox"] = process
    line = process.stdout.readline()
    if not line:
        sys.exit(f"the sandbox did not start; is port {SANDBOX_PORT} taken?")
    return json.loads(line)


def register(sandbox, url):
    """Registers the address of a shop's webhooks. Returns the secret that signs them."""
    request = urllib.request.Request(
        sandbox["url"] + "/webhooks",
        json.dumps({"url": url, "authorized_events": EVENTS}).encode(),
        {"X-API-Key": sandbox["test_key"], "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)["secret"]


def start_shop(name, sandbox, folder):
    url = f"http://127.0.0.1:{PORTS[name]}"
    environment = {
        **os.environ,
        "PORT": str(PORTS[name]),
        "SHOP_URL": url,
        "SHOP_DATABASE": f"{folder}/{name}.sqlite3",
        "LOMI_API_KEY": sandbox["test_key"],
        "LOMI_BASE_URL": sandbox["url"],
        "LOMI_WEBHOOK_SECRET": register(sandbox, url + "/webhooks"),
    }
    command = [EXAMPLES / f"shop-{name}/start"]
    # In a session of its own, so that Ctrl-C reaches this program only, which then ends the others.
    processes[name] = subprocess.Popen(command, env=environment, start_new_session=True)
    return url


def wait_until_ready(name, url):
    end = time.monotonic() + INSTALLING
    while time.monotonic() < end:
        if processes[name].poll() is not None:
            sys.exit(f"shop-{name} ended with {processes[name].returncode}")
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"shop-{name} does not answer at {url}")


def stop_all():
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    for name, process in processes.items():
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            print(f"{name} was killed: it did not end within 5 seconds", file=sys.stderr)
            os.killpg(process.pid, signal.SIGKILL)


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, interrupt)
    with tempfile.TemporaryDirectory(prefix="lomi-shops-") as folder:
        try:
            sandbox = start_sandbox()
            shops = [
                name for name in PORTS if (EXAMPLES / f"shop-{name}/start").exists()
            ]
            urls = {name: start_shop(name, sandbox, folder) for name in shops}
            for name, url in urls.items():
                wait_until_ready(name, url)
            lines = [f"  {'sandbox':<12}{sandbox['console']}"]
            lines += [f"  {'shop-' + name:<12}{url}" for name, url in urls.items()]
            print("", *lines, "", "Ctrl-C ends them all.", sep="\n", flush=True)
            while all(process.poll() is None for process in processes.values()):
                time.sleep(0.5)
            ended = [
                name
                for name, process in processes.items()
                if process.poll() is not None
            ]
            sys.exit(f"ended: {', '.join(ended)}")
        except KeyboardInterrupt:
            print()
        finally:
            stop_all()


if __name__ == "__main__":
    main()
