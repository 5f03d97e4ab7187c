"""The buyer of a tutorial's shop: buys, opens the page, pays, and reads what the shop says.

A block with `<!-- server: PORT -->` is a shop with `/buy/ORDER`, `/thanks/ORDER` and the webhook
`/webhooks/lomi`. It runs on a free port instead of PORT.
"""

import json
import socket
import subprocess
import time
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener


class Stay(HTTPRedirectHandler):
    """Follows no redirect: the buyer looks where it leads first."""

    def redirect_request(self, *_):
        return None


BROWSER = build_opener(ProxyHandler({}), Stay)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen, seconds: float = 20) -> None:
    """Waits until the shop listens."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the shop ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the shop does not listen on {port}")


def read(url: str, data: bytes | None = None, headers: dict[str, str] | None = None):
    """Status, body and the target of a redirect."""
    try:
        with BROWSER.open(Request(url, data, headers or {}), timeout=10) as response:
            return response.status, response.read().decode(), None
    except HTTPError as error:
        return error.code, error.read().decode(errors="replace"), error.headers.get("Location")


def buy(shop: str, sandbox: str) -> None:
    """The whole purchase. Raises an AssertionError where the shop does something else."""
    status, body, page = read(f"{shop}/buy/1042")
    assert status in (302, 303, 307) and page, f"/buy answers {status}: {body}"
    assert read(f"{shop}/buy/1042")[2] == page, "buying the same order twice gives two sessions"
    status, body, _ = read(page)
    assert status == 200 and "10" in body, f"the page of the buyer answers {status}"
    status, body, _ = read(f"{shop}/thanks/1042")
    is_pending = "being confirmed" in body or "en cours de confirmation" in body
    assert status == 200 and is_pending, f"before the payment: {status} {body}"
    status, body, _ = read(f"{shop}/webhooks/lomi", b"{}", {"X-Lomi-Signature": "0" * 64})
    assert status == 400, f"a webhook without a valid signature is answered {status}: {body}"

    session = page.rstrip("/").rsplit("/", 1)[1]
    status, body, _ = read(f"{sandbox}/_sandbox/sessions/{session}/pay", b"{}")
    assert status == 200, f"paying answers {status}: {body}"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        _, body, _ = read(f"{shop}/thanks/1042")
        if "is paid" in body or "est payée" in body:
            return
        time.sleep(0.05)
    deliveries = json.loads(read(f"{sandbox}/_sandbox/deliveries")[1])["deliveries"]
    raise AssertionError(f"the shop does not know that it was paid: {json.dumps(deliveries)[:600]}")


__all__ = ["URLError", "buy", "free_port", "wait_for"]
