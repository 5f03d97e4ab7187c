"""Runs the example of every language against one local sandbox and prints a table.

`make demo` calls it. The exit status is 0 when every language completed every step.
"""

import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Thread

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILT = os.path.join(ROOT, "target", "debug")
PYTHON = os.path.join(ROOT, ".venv", "bin", "python")
EXTENSION = "extension=" + os.path.join(BUILT, "liblomi_php.so")

EXAMPLES = {
    "rust": [os.path.join(BUILT, "lomi-example")],
    "python": [PYTHON, os.path.join(ROOT, "examples", "python", "demo.py")],
    "node": ["node", os.path.join(ROOT, "examples", "node", "demo.mjs")],
    "php": ["php", "-d", EXTENSION, os.path.join(ROOT, "examples", "php", "demo.php")],
    # The class path and the native library, which .ci/build-jvm writes to a file.
    "kotlin": ["java", "@" + os.path.join(ROOT, "bindings-uniffi", "kotlin", "target", "runner.args"), "DemoKt"],
    "ruby": [
        "ruby",
        "-I",
        os.path.join(ROOT, "bindings-uniffi", "ruby", "lib"),
        os.path.join(ROOT, "examples", "ruby", "demo.rb"),
    ],
}


class Inbox(BaseHTTPRequestHandler):
    """The shop's webhook address: POST is a delivery, GET returns the next one to the example.

    A delivery whose metadata says so is lost, as if the shop had crashed after its response.
    """

    deliveries = Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        metadata = json.loads(body)["data"].get("metadata") or {}
        if metadata.get("webhook") != "lost":
            self.deliveries.put((body, self.headers["X-Lomi-Signature"]))
        self.respond(200, b"ok")

    def do_GET(self):
        try:
            body, signature = self.deliveries.get(timeout=5)
        except Empty:
            return self.respond(504, b"nothing was delivered within 5 s")
        self.respond(200, body, signature)

    def respond(self, status, body, signature=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if signature:
            self.send_header("X-Lomi-Signature", signature)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def open_inbox():
    """Starts the inbox on a free port. Returns its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Inbox)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/webhooks"


def start_sandbox(inbox):
    """Starts a sandbox on a free port. Returns the process and its first line of output."""
    command = [
        os.path.join(BUILT, "lomi-sandbox"),
        "--quiet",
        "--port",
        "0",
        "--webhook-url",
        inbox,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if not line:
        sys.exit("demo: the sandbox did not start")
    return process, json.loads(line)


def run(language, command, sandbox, inbox):
    """Runs one example. Returns its row of the table."""
    print(f"\n== {language} " + "=" * (60 - len(language)), flush=True)
    environment = dict(
        os.environ,
        LOMI_BASE_URL=sandbox["url"] + "/v1",
        LOMI_API_KEY=sandbox["test_key"],
        LOMI_WEBHOOK_SECRET=sandbox["webhook_secret"],
        LOMI_DEMO_INBOX=inbox,
        PYTHONPATH=os.path.join(ROOT, "bindings-python", "python"),
    )
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    last = ""
    for line in process.stdout:
        if line.startswith("{"):
            last = line
        else:
            print("  " + line, end="", flush=True)
    status = process.wait()
    whole = round((time.monotonic() - started) * 1000)
    try:
        summary = json.loads(last)
    except ValueError:
        summary = {}
    done = status == 0 and summary.get("language") == language and summary.get("paid") is True
    return language, summary.get("calls", 0), summary.get("milliseconds", whole), done


def main():
    rows = []
    inbox = open_inbox()
    for language, command in EXAMPLES.items():
        process, sandbox = start_sandbox(inbox)
        try:
            rows.append(run(language, command, sandbox, inbox))
        finally:
            process.terminate()
            process.wait()
    print(f"\n{'language':<10}{'calls':>8}{'milliseconds':>15}   result")
    for language, calls, milliseconds, done in rows:
        print(f"{language:<10}{calls:>8}{milliseconds:>15}   {'ok' if done else 'FAILED'}")
    failed = [language for language, _, _, done in rows if not done]
    if failed:
        sys.exit("demo: failed in " + ", ".join(failed) + "; see the line above")


if __name__ == "__main__":
    main()
