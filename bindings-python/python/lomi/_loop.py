"""Calls on an event loop. Each loop has an inbox: results come in on the worker thread,
one file descriptor wakes the loop, and the loop's own thread hands them to the futures.
"""

from __future__ import annotations

import os
from asyncio import get_running_loop
from weakref import ref

from ._log import answered, failed, wanted, warn
from ._lomi import Inbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from typing import Any

    from ._lomi import Client, LastResponse, Pager


class _Desk:
    """One loop's inbox, and the futures that wait for it."""

    __slots__ = ("loop", "inbox", "waiting", "token")

    def __init__(self, loop: AbstractEventLoop) -> None:
        number = id(loop)
        # The loop holds the inbox; nothing here holds the loop.
        self.loop = ref(loop, lambda gone: _leave(number, gone))
        self.inbox = Inbox()
        self.waiting: dict[int, tuple[Future[Any], Pager | None]] = {}
        self.token = 0
        loop.add_reader(self.inbox.fileno(), self.inbox.drain, self.waiting)


#: By the loop's id, which is quicker to find than the loop itself.
_desks: dict[int, _Desk] = {}


def _leave(number: int, gone: Any) -> None:
    """Clear the desk of a loop that is gone, unless another has its id by now."""
    desk = _desks.get(number)
    if desk is not None and desk.loop is gone:
        del _desks[number]


def _desk(loop: AbstractEventLoop) -> _Desk:
    desk = _desks.get(id(loop))
    if desk is None or desk.loop() is not loop:
        desk = _desks[id(loop)] = _Desk(loop)
    return desk


# What a forked child inherits is waited for by its parent.
os.register_at_fork(after_in_child=_desks.clear)


async def call(
    client: Client,
    target: Any,
    path: Any,
    query: Any,
    body: Any,
    options: dict[str, Any] | None,
    family: int,
) -> tuple[Any, LastResponse]:
    """Make a call; gives its value and the facts of its request. To cancel it ends it."""
    loop = get_running_loop()
    desk = _desk(loop)
    desk.token = token = desk.token + 1
    flight = client.start(desk.inbox, token, target, path, query, body, options, family)
    future: Future[tuple[Any, LastResponse]] = loop.create_future()
    desk.waiting[token] = (future, None)
    try:
        reply = await future
    except BaseException as error:
        _end(desk, token, flight, error)
        raise
    if reply[1].warning is not None:
        warn([reply[1].warning])
    if (logger := wanted()) is not None:
        answered(logger, reply[1])
    return reply


async def page_call(
    client: Client, pager: Pager, operation: str, options: dict[str, Any] | None
) -> tuple[Any, LastResponse]:
    """Fetch the page that a walk is at."""
    loop = get_running_loop()
    desk = _desk(loop)
    desk.token = token = desk.token + 1
    flight = pager.start(client, desk.inbox, token, operation, options, 1)
    future: Future[tuple[Any, LastResponse]] = loop.create_future()
    desk.waiting[token] = (future, pager)
    try:
        reply = await future
    except BaseException as error:
        _end(desk, token, flight, error)
        raise
    if (logger := wanted()) is not None:
        answered(logger, reply[1])
    return reply


def _end(desk: _Desk, token: int, flight: Any, error: BaseException) -> None:
    """A call that failed, or whose wait was cancelled: then the call ends too."""
    if desk.waiting.pop(token, None) is not None:
        flight.abort()
    elif isinstance(error, Exception) and (logger := wanted()) is not None:
        failed(logger, error)
