"""Calls on trio: each call has a result queue of its own, whose descriptor its task waits for."""

from __future__ import annotations

from sys import modules

from .._lomi import ResultQueue
from .abort import end
from .pending_result import PendingResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._lomi import CallHandle, LastResponse, OutcomeSearch, Pager, Reconciliation


def in_trio() -> bool:
    """Say whether the running task is one of trio's."""
    lowlevel = modules.get("trio.lowlevel")
    in_task = getattr(lowlevel, "in_trio_task", None)
    if in_task is not None:
        return bool(in_task())
    try:  # trio before 0.23
        modules["trio"].lowlevel.current_task()
    except (AttributeError, RuntimeError):
        return False
    return True


async def run(
    start: Callable[[ResultQueue], CallHandle],
    pager: Pager | OutcomeSearch | Reconciliation | None,
    observe: Callable[[Any], None],
) -> tuple[Any, LastResponse]:
    """Start a call and wait for its result in a task of trio, which also takes its events."""
    queue, pending = ResultQueue(), PendingResult()
    handle = start(queue)
    waiting: dict[int, tuple[Any, Pager | OutcomeSearch | Reconciliation | None]] = {
        0: (pending, pager)
    }
    wait_readable = modules["trio"].lowlevel.wait_readable
    try:
        while not pending.done():
            await wait_readable(queue.fileno())
            for _, event in queue.drain(waiting) or ():
                observe(event)
        result: tuple[Any, LastResponse] = pending.result()
    except BaseException as error:
        end(not pending.done(), handle, error)
        raise
    return result
