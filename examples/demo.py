"""Runs the example of every language against one local sandbox and prints a table.

`make demo` calls it. Exit status 0 means that every language did every step.
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
}


class Inbox(BaseHTTPRequestHandler):
    """The shop's address for webhooks: POST is a delivery, GET hands it to the example."""

    deliveries = Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.deliveries.put((body, self.headers["X-Lomi-Signature"]))
        self.answer(200, b"ok")

    def do_GET(self):
        try:
            body, signature = self.deliveries.get(timeout=5)
        except Empty:
            return self.answer(504, b"nothing was delivered within 5 s")
        self.answer(200, body, signature)

    def answer(self, status, body, signature=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if signature:
            self.send_header("X-Lomi-Signature", signature)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def open_inbox():
    """Starts the inbox on a free port; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Inbox)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/webhooks"


def start_sandbox(inbox):
    """Starts a fresh sandbox on a free port; gives the process and what it says of itself."""
    command = [os.path.join(BUILT, "lomi-sandbox"), "--quiet", "--port", "0", "--webhook-url", inbox]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if not line:
        sys.exit("demo: the sandbox did not start")
    return process, json.loads(line)


def run(language, command, sandbox, inbox):
    """Runs one example; gives its row of the table."""
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
        said = json.loads(last)
    except ValueError:
        said = {}
    done = status == 0 and said.get("language") == language and said.get("paid") is True
    return language, said.get("calls", 0), said.get("milliseconds", whole), done


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
        sys.exit("demo: failed in " + ", ".join(failed) + "; the line above it says where")


if __name__ == "__main__":
    main()
