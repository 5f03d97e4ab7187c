"""A pytest plugin: the local lomi. API for tests (``pip install "lomi[testing]"``).

    # conftest.py
    pytest_plugins = ["lomi.testing"]

    # test_shop.py
    def test_checkout(lomi_client):
        session = lomi_client.checkout_sessions.create(amount=100, currency_code="XOF")
        assert session.status == "open"

``lomi_sandbox`` starts the program ``lomi-sandbox`` once per run: the one that
``LOMI_SANDBOX`` names, else the one on the path.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass

import pytest

from ._client import AsyncLomiClient, LomiClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox."""

    url: str
    test_key: str
    live_key: str
    webhook_secret: str

    def client(self) -> LomiClient:
        """Make a client of its test environment."""
        return LomiClient(self.test_key, base_url=self.url)

    def async_client(self) -> AsyncLomiClient:
        """Make an asyncio client of its test environment."""
        return AsyncLomiClient(self.test_key, base_url=self.url)


def find() -> str:
    """Find the program, or say what to do."""
    found = os.environ.get("LOMI_SANDBOX") or shutil.which("lomi-sandbox")
    if not found:
        raise FileNotFoundError(
            "the program lomi-sandbox is neither on the path nor named by LOMI_SANDBOX; "
            "it comes with each release of the SDK"
        )
    return found


@pytest.fixture(scope="session")
def lomi_sandbox() -> Iterator[Sandbox]:
    """Run the local lomi. API as long as the tests run."""
    command = [find(), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        yield Sandbox(**{name: said[name] for name in Sandbox.__dataclass_fields__})
        process.terminate()


@pytest.fixture
def lomi_client(lomi_sandbox: Sandbox) -> LomiClient:
    """Give a client of the local API."""
    return lomi_sandbox.client()


@pytest.fixture
def lomi_async_client(lomi_sandbox: Sandbox) -> AsyncLomiClient:
    """Give an asyncio client of the local API."""
    return lomi_sandbox.async_client()
