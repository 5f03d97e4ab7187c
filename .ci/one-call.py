"""One call from Python to a sandbox that it starts: that the wheel loads and works on this system.

python .ci/one-call.py SANDBOX
"""

import asyncio
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
        # The loops of asyncio differ between systems.
        awaited = lomi.AsyncLomiClient(said["test_key"], base_url=said["url"]).checkout_sessions
        again = asyncio.run(awaited.get(made.checkout_session_id))
        if (read.amount, again.amount) != (5000, 5000) or not made.checkout_url.startswith(said["url"] + "/"):
            sys.exit(f"not what was created: {read}, {again}")
        print(f"python: {made.checkout_url}")
    finally:
        server.terminate()
