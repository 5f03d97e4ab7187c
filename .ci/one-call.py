"""One call from Python to a sandbox that it starts: that the wheel loads and works on this system.

python .ci/one-call.py SANDBOX
"""

import json
import subprocess
import sys

import lomi

with subprocess.Popen(
    [sys.argv[1], "--quiet", "--port", "0"], stdout=subprocess.PIPE, text=True
) as server:
    try:
        said = json.loads(server.stdout.readline())
        client = lomi.LomiClient(said["test_key"], base_url=said["url"])
        made = client.checkout_sessions.create(amount=5000, currency_code="XOF", title="Coffee")
        read = client.checkout_sessions.get(made.checkout_session_id)
        if read.amount != 5000 or not made.checkout_url.startswith(said["url"] + "/"):
            sys.exit(f"not what was created: {read}")
        print(f"python: {made.checkout_url}")
    finally:
        server.terminate()
