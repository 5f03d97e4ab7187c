"""The local lomi. API as a process of the tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from ._client import AsyncLomiClient, LomiClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox."""

    url: str
    test_key: str
    live_key: str
    webhook_secret: str
    _process: subprocess.Popen[str] = field(repr=False, compare=False)

    @classmethod
    def start(cls, *args: str, binary: str | os.PathLike[str] | None = None) -> Sandbox:
        """Start one on a free port, with more arguments of the program if need be."""
        program = os.fspath(binary or find())
        # The sandbox ends when its stdin closes, also when this process is killed.
        command = [program, "--port", "0", "--quiet", "--until-stdin-closes", *args]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{command[0]} ended with {process.wait()} before it was ready")
        hello = json.loads(line)
        url, secret = hello["url"], hello["webhook_secret"]
        return cls(url, hello["test_key"], hello["live_key"], secret, process)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def client(self) -> LomiClient:
        """Make a client of its test environment."""
        return LomiClient(self.test_key, base_url=self.url)

    def async_client(self) -> AsyncLomiClient:
        """Make an asyncio client of its test environment."""
        return AsyncLomiClient(self.test_key, base_url=self.url)

    def pay(self, session_id: str, provider: str | None = None) -> dict[str, Any]:
        """Pay a session, as a buyer does; gives its transaction. WAVE where left out."""
        return self._act(session_id, "pay", provider)

    def fail(self, session_id: str, provider: str | None = None) -> dict[str, Any]:
        """Let a payment be refused; the session stays open."""
        return self._act(session_id, "fail", provider)

    def pending(self, session_id: str, provider: str | None = None) -> dict[str, Any]:
        """Begin a payment and leave it pending; ``pay`` or ``fail`` ends it."""
        return self._act(session_id, "pending", provider)

    def expire(self, session_id: str) -> None:
        """End an open session now."""
        self.control("POST", f"sessions/{session_id}/expire")

    def advance_clock(self, by: str | timedelta) -> None:
        """Move its clock: ``"61m"`` or a timedelta. Sessions end, webhooks are sent again."""
        if isinstance(by, timedelta):
            by = f"{by // timedelta(milliseconds=1)}ms"
        self.control("POST", "clock", {"advance": by})

    def deliveries(self) -> list[dict[str, Any]]:
        """Give the webhooks that were sent, newest first, each with its attempts."""
        found: list[dict[str, Any]] = self.control("GET", "deliveries")["deliveries"]
        return found

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call its control API, for what has no method here."""
        from urllib.error import HTTPError
        from urllib.request import ProxyHandler, Request, build_opener

        data = None if method == "GET" else json.dumps(body or {}).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.url}/_sandbox/{path}", data, headers, method=method)
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=10) as response:
                return json.load(response)
        except HTTPError as error:
            text = error.read().decode(errors="replace")
            raise RuntimeError(f"lomi-sandbox: {method} {path}: {error.code}: {text}") from None

    def _act(self, session_id: str, action: str, provider: str | None) -> dict[str, Any]:
        body = {} if provider is None else {"provider": provider}
        response = self.control("POST", f"sessions/{session_id}/{action}", body)
        transaction: dict[str, Any] = response["transaction"]
        return transaction


def find() -> str:
    """Find the program, or say what to do."""
    program = os.environ.get("LOMI_SANDBOX") or shutil.which("lomi-sandbox")
    built = Path(__file__).parents[3] / "target" / "debug" / "lomi-sandbox"
    if not program and built.is_file():  # in the repository of the SDK itself
        program = str(built)
    if not program:
        raise FileNotFoundError(
            "the program lomi-sandbox is neither on the path nor named by LOMI_SANDBOX; "
            "it comes with each release of the SDK"
        )
    return program


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
