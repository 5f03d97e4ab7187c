"""The fixtures of the pytest plugin ``lomi.testing``."""

from __future__ import annotations

import pytest

from ._sandbox import Sandbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ._client import AsyncLomiClient, LomiClient


@pytest.fixture(scope="session")
def lomi_sandbox_args() -> Sequence[str]:
    """Give the sandbox's arguments; override it, with ``--webhook-url`` for instance."""
    return ()


@pytest.fixture(scope="session")
def lomi_sandbox(lomi_sandbox_args: Sequence[str]) -> Iterator[Sandbox]:
    """Run the local lomi. API as long as the tests run."""
    sandbox = Sandbox.start(*lomi_sandbox_args)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def lomi_client(lomi_sandbox: Sandbox) -> LomiClient:
    """Give a client of the local API."""
    return lomi_sandbox.client()


@pytest.fixture
def lomi_async_client(lomi_sandbox: Sandbox) -> AsyncLomiClient:
    """Give an asyncio client of the local API."""
    return lomi_sandbox.async_client()
