"""Calls on an event loop. Each loop has an inbox: results come in on the worker thread,
one file descriptor wakes the loop, and the loop's own thread hands them to the futures.
"""

from __future__ import annotations

import os
from asyncio import get_running_loop
from weakref import WeakKeyDictionary

from ._log import landed
from ._lomi import Flight, Inbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Callable
    from typing import Any

    from ._lomi import Client, LastResponse, Pager


class _Desk:
    """One loop's inbox, and the futures that wait for it."""

    __slots__ = ("inbox", "waiting", "pid", "token")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.inbox = Inbox()
        self.waiting: dict[int, tuple[Future[Any], Pager | None]] = {}
        self.pid = os.getpid()
        self.token = 0
        # The loop holds the inbox; nothing here holds the loop.
        loop.add_reader(self.inbox.fileno(), self.inbox.drain, self.waiting)


_desks: WeakKeyDictionary[AbstractEventLoop, _Desk] = WeakKeyDictionary()


async def _land(
    pager: Pager | None, launch: Callable[[Inbox, int], Flight]
) -> tuple[Any, LastResponse]:
    """Start a call and wait for its result. A cancelled wait ends the call."""
    loop = get_running_loop()
    desk = _desks.get(loop)
    if desk is None or desk.pid != os.getpid():
        desk = _desks[loop] = _Desk(loop)
    desk.token = token = desk.token + 1
    flight = launch(desk.inbox, token)
    future: Future[tuple[Any, LastResponse]] = loop.create_future()
    desk.waiting[token] = (future, pager)
    try:
        return await landed(future)
    except BaseException:
        if desk.waiting.pop(token, None) is not None:
            flight.abort()
        raise


def call(
    client: Client,
    target: Any,
    path: Any,
    query: Any,
    body: Any,
    options: dict[str, Any] | None,
    family: int,
) -> Any:
    """Make a call; the awaitable gives its value and the facts of its request."""
    return _land(
        None,
        lambda inbox, token: client.start(inbox, token, target, path, query, body, options, family),
    )


def page_call(client: Client, pager: Pager, operation: str, options: dict[str, Any] | None) -> Any:
    """Fetch the page that a walk is at."""
    return _land(
        pager, lambda inbox, token: pager.start(client, inbox, token, operation, options, 1)
    )
