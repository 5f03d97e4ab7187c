"""What reconciling 100,000 rows costs: client CPU in seconds and memory in MiB.

The rows are transactions as a server lists them, newest first, 100 in a page; each of them has
ended, so each is an event (the most work there can be). The server is a process of its own, and
its CPU is not counted. `make bench-reconcile` runs this with what is shipped: the profile `dist`.
"""

import json
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
from datetime import datetime, timedelta, timezone

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = int(os.environ.get("LOMI_BENCH_ROWS", "100000"))
NEWEST = datetime(2026, 6, 1, tzinfo=timezone.utc)
#: The most CPU in seconds and memory in MiB.
BARS = (2.0, 60.0)

ROW = {
    "transaction_id": "",
    "merchant_id": "00000000-0000-4000-8000-000000000001",
    "organization_id": "00000000-0000-4000-8000-000000000002",
    "customer_id": "00000000-0000-4000-8000-000000000003",
    "transaction_type": "payment",
    "status": "completed",
    "description": "Coffee Beans - 1kg",
    "reference_id": "",
    "gross_amount": 15000,
    "fee_amount": 300,
    "net_amount": 14700,
    "currency_code": "XOF",
    "provider_code": "WAVE",
    "payment_method_code": "E_WALLET",
    "metadata": {"order": "1234", "source": "web"},
    "environment": "test",
    "created_at": "",
    "updated_at": "",
}


def page(number):
    """The JSON of a page, newest row first."""
    rows = []
    for at in range((number - 1) * 100, min(number * 100, ROWS)):
        time = (NEWEST - timedelta(seconds=10 * at)).isoformat(timespec="milliseconds")
        key = f"11111111-1111-4111-8111-{ROWS - at:012}"
        rows.append(
            ROW
            | {"transaction_id": key, "reference_id": f"order-{ROWS - at}"}
            | {"created_at": time.replace("+00:00", "Z"), "updated_at": time}
        )
    body = {"data": rows, "pagination": {"total": ROWS, "page": number, "pageSize": 100}}
    return json.dumps(body).encode()


def serve():
    """Answers one client: pages of transactions, and empty pages of everything else."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                pending = b""
                while data := connection.recv(65536):
                    pending += data
                    while b"\r\n\r\n" in pending:
                        head, pending = pending.split(b"\r\n\r\n", 1)
                        connection.sendall(response(head.decode()))


def response(head):
    path = head.split(" ")[1]
    number = int(match[1]) if (match := re.search(r"[?&]page=(\d+)", path)) else 1
    skipped = int(match[1]) if (match := re.search(r"[?&]offset=(\d+)", path)) else 0
    has_rows = path.split("?")[0].endswith("/transactions")
    body = page(number + skipped // 100) if has_rows else b'{"data":[]}'
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )


def measure(port):
    import lomi

    client = lomi.LomiClient("lomi_sk_test_bench", base_url=f"http://127.0.0.1:{port}/v1")
    list(client.checkout_sessions.list())
    before = resource.getrusage(resource.RUSAGE_SELF)
    events = total = 0
    for event, _cursor in client.reconcile(since="2020-01-01"):
        events += 1
        total += event.data.gross_amount
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert (events, total) == (ROWS, 15000 * ROWS), (events, total)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"rows": ROWS, "cpu": round(cpu, 3), "MiB": round(after.ru_maxrss / 1024, 1)}))


def install():
    """Puts the package with the library of the profile `dist` into a folder of its own."""
    package = ROOT / "target" / "bench" / "reconcile"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(ROOT / "bindings-python" / "python" / "lomi", package / "lomi")
    shutil.copy(ROOT / "target" / "dist" / "liblomi_python.so", package / "lomi" / "_lomi.abi3.so")
    return str(package)


def main():
    arguments = [sys.executable, __file__]
    package = install()
    with subprocess.Popen([*arguments, "serve"], stdout=subprocess.PIPE) as server:
        port = server.stdout.readline().decode().strip()
        try:
            done = subprocess.run(
                [*arguments, "measure", port],
                env=os.environ | {"PYTHONPATH": package},
                stdout=subprocess.PIPE,
                check=True,
            )
        finally:
            server.kill()
    found = json.loads(done.stdout)
    met = found["cpu"] <= BARS[0] and found["MiB"] <= BARS[1]
    verdict = "met" if met else "missed"
    print(
        f"{found['rows']} rows: {found['cpu']} s of client CPU (bar {BARS[0]}), "
        f"{found['MiB']} MiB (bar {BARS[1]}): {verdict}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            serve()
        case ["measure", port]:
            measure(port)
        case _:
            sys.exit(main())
