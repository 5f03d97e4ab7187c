"""Tests: the local lomi. API as a pytest plugin, and a stub that sends nothing.

pytest finds the fixtures by itself (``pip install "lomi[testing]"``)::

    def test_checkout(lomi_sandbox, lomi_client):
        session = lomi_client.checkout_sessions.create(amount=100, currency_code="XOF")
        lomi_sandbox.pay(session.checkout_session_id)
        assert lomi_client.checkout_sessions.get(session.checkout_session_id).status == "completed"

``lomi_sandbox`` starts the program ``lomi-sandbox`` once per run: the one that
``LOMI_SANDBOX`` names, else the one on the path. To give it arguments, override the
fixture ``lomi_sandbox_args`` in ``conftest.py``. Without pytest: :meth:`Sandbox.start`.

Unit tests need no program::

    stub = lomi.testing.stub()
    stub.respond("checkout_sessions.get", {"error": {"message": "gone"}}, status=404)
    with pytest.raises(lomi.NotFoundError):
        stub.client().checkout_sessions.get("cs_1")
"""

from __future__ import annotations

from ._sandbox import Sandbox, find
from ._stub import Stub

__all__ = ["Sandbox", "Stub", "find", "stub"]


def stub() -> Stub:
    """Make a stub for unit tests: clients that send nothing, with answers from examples."""
    return Stub()


try:
    from ._pytest_fixtures import (  # noqa: F401
        lomi_async_client,
        lomi_client,
        lomi_sandbox,
        lomi_sandbox_args,
    )
except ImportError:
    pass  # without pytest there are no fixtures
