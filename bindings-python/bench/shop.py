"""A web shop under gunicorn that makes a session for each request, and says how long that took.

`BENCH_CLIENT` and `BENCH_URL` name the client and the server. The response is JSON: `ms`, and
`most`, the most calls that were ever under way at once.
"""

import json
import os
import threading
import time

import clients

create = clients.make(os.environ["BENCH_CLIENT"], os.environ["BENCH_URL"])["create"]
lock = threading.Lock()
under_way = most = 0


def app(environ, start_response):
    global under_way, most
    with lock:
        under_way += 1
        most = max(most, under_way)
    start = time.perf_counter()
    try:
        create()
    finally:
        ms = (time.perf_counter() - start) * 1e3
        with lock:
            under_way -= 1
    body = json.dumps({"ms": ms, "most": most}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
