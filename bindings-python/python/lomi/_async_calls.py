"""Calls on an event loop. Each asyncio loop has an inbox: results come in on the worker
thread, one file descriptor wakes the loop, and the loop's own thread hands them to the
futures. On trio each call has an inbox of its own.
"""

from __future__ import annotations

import os
from asyncio import get_running_loop
from sys import is_finalizing, modules
from weakref import ref

from ._cancelled import attach
from ._log import answered, failed, wanted, warn
from ._lomi import Inbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Callable
    from typing import Any

    from ._lomi import Client, Flight, LastResponse, Pager


class _Desk:
    """One loop's inbox, and the futures that wait for it."""

    __slots__ = ("loop", "inbox", "waiting", "token", "__weakref__")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = ref(loop)
        self.inbox = Inbox()
        self.waiting: dict[int, tuple[Any, Pager | None]] = {}
        self.token = 0
        # The loop holds the desk, and nothing else does: the futures of a loop that was
        # closed with calls under way would hold the loop for ever.
        loop.add_reader(self.inbox.fileno(), self.drain)

    def drain(self) -> None:
        """Hand every result that came in to its future."""
        self.inbox.drain(self.waiting)


#: By the loop's id, which is quicker to find than the loop itself.
_desks: dict[int, ref[_Desk]] = {}


def _desk(loop: AbstractEventLoop) -> _Desk:
    number = id(loop)
    entry = _desks.get(number)
    desk = None if entry is None else entry()
    if desk is None or desk.loop() is not loop:
        desk = _Desk(loop)

        def leave(gone: ref[_Desk]) -> None:
            if _desks.get(number) is gone:  # else another loop has this id by now
                del _desks[number]

        _desks[number] = ref(desk, leave)
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
    loop = None if "trio" in modules and _in_trio() else _running()
    if loop is None:
        return await _on_trio(
            lambda inbox: client.start(inbox, 0, target, path, query, body, options, family), None
        )
    desk = _desk(loop)
    desk.token = token = desk.token + 1
    flight = client.start(desk.inbox, token, target, path, query, body, options, family)
    future: Future[tuple[Any, LastResponse]] = loop.create_future()
    desk.waiting[token] = (future, None)
    try:
        reply = await future
    except BaseException as error:
        _end(desk.waiting.pop(token, None) is not None, flight, error)
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
    loop = None if "trio" in modules and _in_trio() else _running()
    if loop is None:
        return await _on_trio(
            lambda inbox: pager.start(client, inbox, 0, operation, options, 1), pager
        )
    desk = _desk(loop)
    desk.token = token = desk.token + 1
    flight = pager.start(client, desk.inbox, token, operation, options, 1)
    future: Future[tuple[Any, LastResponse]] = loop.create_future()
    desk.waiting[token] = (future, pager)
    try:
        reply = await future
    except BaseException as error:
        _end(desk.waiting.pop(token, None) is not None, flight, error)
        raise
    if (logger := wanted()) is not None:
        answered(logger, reply[1])
    return reply


def _end(waits: bool, flight: Flight, error: BaseException) -> None:
    """A call that failed, or whose wait was cancelled: then the call ends too."""
    # A task may be cancelled after its response came in and before it runs again.
    if waits or not isinstance(error, Exception):
        if not is_finalizing():  # else the process ends, and the call with it
            attach(error, *flight.abort())
    elif (logger := wanted()) is not None:
        failed(logger, error)


def _running() -> AbstractEventLoop:
    try:
        return get_running_loop()
    except RuntimeError:
        from .errors import ConfigurationError

        raise ConfigurationError(
            "AsyncLomiClient was awaited outside an event loop that it knows: run it on asyncio "
            "(or uvloop) or trio, for instance with asyncio.run(main()), or use LomiClient"
        ) from None


def _in_trio() -> bool:
    """Say whether the running task is one of trio's."""
    lowlevel = modules.get("trio.lowlevel")
    asks = getattr(lowlevel, "in_trio_task", None)
    if asks is not None:
        return bool(asks())
    try:  # trio before 0.23
        modules["trio"].lowlevel.current_task()
    except (AttributeError, RuntimeError):
        return False
    return True


async def _on_trio(
    start: Callable[[Inbox], Flight], pager: Pager | None
) -> tuple[Any, LastResponse]:
    """Wait for one call in a task of trio."""
    from ._event_loops.call_result import Slot

    inbox, slot = Inbox(), Slot()
    flight = start(inbox)
    waiting: dict[int, tuple[Any, Pager | None]] = {0: (slot, pager)}
    wait_readable = modules["trio"].lowlevel.wait_readable
    try:
        while not slot.done():
            await wait_readable(inbox.fileno())
            inbox.drain(waiting)
        reply: tuple[Any, LastResponse] = slot.result()
    except BaseException as error:
        _end(not slot.done(), flight, error)
        raise
    if (logger := wanted()) is not None:
        answered(logger, reply[1])
    return reply
