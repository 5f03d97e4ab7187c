"""``lomi reconcile``: sends missed events to the shop's endpoint, as webhooks are sent."""

from __future__ import annotations

import os
import sys
import time

from .._client import LomiClient
from .._lomi import __version__
from ..errors import ValidationError
from ..webhooks import SIGNATURE_HEADER, sign
from .output import show, webhook_body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

#: Seconds before the second and each further attempt, and the most seconds of one.
_PAUSES, _TIMEOUT = (0.5, 1.0, 2.0), 30.0


def run(args: Namespace) -> int:
    """Send each event until the endpoint has accepted it. Prints the cursor of the next run."""
    cursor = _read(args.cursor_file) or args.since
    if not cursor:
        raise ValidationError("give --since a time or a cursor, or --cursor-file a file with one")
    if not (args.dry_run or args.to):
        raise ValidationError("give --to the URL of the shop's endpoint, or --dry-run")
    client = LomiClient()
    if args.dry_run:
        for event, _ in client.reconcile(cursor):
            show(event, indent=None)
        return 0
    endpoint = Endpoint(args.to)
    missed = client.reconcile(cursor)
    count = 0
    try:
        for event, after in missed:
            if reason := endpoint.deliver(event.event or "", webhook_body(event)):
                _clear()
                print(f"lomi: {event.event} was not accepted: {reason}", file=sys.stderr)
                return 1
            cursor, count = after, count + 1
            _write(args.cursor_file, cursor)
            _progress(count)
        cursor = missed.cursor
        _write(args.cursor_file, cursor)
        _clear()
    finally:
        # Also after an error: where to continue.
        print(cursor, flush=True)
    print(f"lomi: {count} delivered", file=sys.stderr)
    return 0


class Endpoint:
    """The URL that deliveries go to."""

    def __init__(self, url: str) -> None:
        """Check the URL, and that there is a secret."""
        from urllib.parse import urlsplit
        from urllib.request import HTTPErrorProcessor, ProxyHandler, build_opener

        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValidationError("--to is an http or https URL without a user name")
        sign(b"")

        class AnyStatus(HTTPErrorProcessor):
            """Gives every response as it is: redirects are not followed."""

            def http_response(self, request: Any, response: Any) -> Any:
                return response

            https_response = http_response

        handlers: list[Any] = [AnyStatus]
        if parts.hostname in ("localhost", "127.0.0.1", "::1"):
            handlers.append(ProxyHandler({}))
        self._url = url
        self._opener = build_opener(*handlers)

    def deliver(self, name: str, body: bytes) -> str | None:
        """Send a body until it is accepted; else give the reason of the last refusal."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"lomi/{__version__}",
            "X-Lomi-Event": name,
            SIGNATURE_HEADER: sign(body),
        }
        reason = self._attempt(body, headers)
        for pause in _PAUSES:
            if reason is None:
                return None
            time.sleep(pause)
            reason = self._attempt(body, headers)
        return reason

    def _attempt(self, body: bytes, headers: dict[str, str]) -> str | None:
        from http.client import HTTPException
        from urllib.request import Request

        request = Request(self._url, body, headers, method="POST")
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as response:
                status: int = response.status
        except (OSError, HTTPException) as error:
            return f"{type(error).__name__}: {error}"
        return None if 200 <= status <= 299 else f"the endpoint answered {status}"


def _read(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except FileNotFoundError:
        return None


def _write(path: str | None, cursor: str) -> None:
    """Replace the file at once: it has the old cursor or the new one, whenever we are killed."""
    if path is None:
        return
    beside = f"{path}.{os.getpid()}"
    with open(beside, "w", encoding="utf-8") as file:
        file.write(cursor + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def _progress(count: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{count} delivered", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
