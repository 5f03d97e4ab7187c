"""The call that confirms another one: the same again, with the token of the first response."""

from __future__ import annotations

from ._calls import call
from ._lomi import MODERN_MODELS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._lomi import Client, LastResponse


def second_call(first: Any) -> Any:
    """Make the call that confirms the one that an object came from."""
    client, awaited = getattr(first, "_client", (None, False))
    response = first.last_response
    if client is None or response is None:
        from ._lomi import nothing_to_confirm

        return nothing_to_confirm()
    if awaited:
        return _second_call_awaited(client, response)
    return _result(call(client, response, None, None, None, None, MODERN_MODELS))


async def _second_call_awaited(client: Client, response: LastResponse) -> Any:
    from ._async_calls import call as call_async

    return _result(await call_async(client, response, None, None, None, None, MODERN_MODELS))


def _result(reply: tuple[Any, LastResponse]) -> Any:
    reply[1].check_confirmed()
    return reply[0]


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "Client@_lomi LastResponse@_lomi")
