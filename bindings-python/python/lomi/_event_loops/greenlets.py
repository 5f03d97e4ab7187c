"""Blocking calls under gevent and eventlet: the calling greenlet waits in its hub, so that
other greenlets run. It works with and without a patched standard library.
"""

from __future__ import annotations

from sys import modules

from .._cancelled import attach
from .._lomi import ResultQueue
from .pending_result import PendingResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._lomi import CallHandle, LastResponse, OutcomeSearch, Pager, Reconciliation


def waiter() -> Callable[[int], None] | None:
    """Give the function that waits for a descriptor in this thread's hub; None without a hub."""
    return _gevent() or _eventlet()


def run(
    wait: Callable[[int], None],
    start: Callable[[ResultQueue], CallHandle],
    pager: Pager | OutcomeSearch | Reconciliation | None,
    observe: Callable[[Any], None],
) -> tuple[Any, LastResponse]:
    """Start a call and wait for its result in the hub; the greenlet takes its events."""
    queue, pending = ResultQueue(), PendingResult()
    handle = start(queue)
    waiting: dict[int, tuple[Any, Pager | OutcomeSearch | Reconciliation | None]] = {
        0: (pending, pager)
    }
    try:
        while not pending.done():
            wait(queue.fileno())
            for _, event in queue.drain(waiting) or ():
                observe(event)
    except BaseException as error:  # a timeout of gevent's, a kill, Ctrl-C
        attach(error, *handle.abort())
        raise
    result: tuple[Any, LastResponse] = pending.result()
    return result


def _gevent() -> Callable[[int], None] | None:
    gevent, local = modules.get("gevent"), modules.get("gevent._hub_local")
    if gevent is None or local is None:
        return None
    hub = local.get_hub_if_exists()
    if hub is None:
        patched = modules.get("gevent.monkey")
        if patched is None or not patched.is_module_patched("socket"):
            return None
        hub = gevent.get_hub()
    if hub.loop is None or gevent.getcurrent() is hub:  # a callback of the loop cannot wait
        return None

    def wait(descriptor: int) -> None:
        watcher = hub.loop.io(descriptor, 1)
        try:
            hub.wait(watcher)
        finally:
            watcher.close()

    return wait


def _eventlet() -> Callable[[int], None] | None:
    hubs, patcher = modules.get("eventlet.hubs"), modules.get("eventlet.patcher")
    if hubs is None or patcher is None:
        return None
    hub = getattr(hubs._threadlocal, "hub", None)
    if hub is None:
        if not patcher.is_monkey_patched("socket"):
            return None
        hub = hubs.get_hub()
    if modules["greenlet"].getcurrent() is hub.greenlet:
        return None

    def wait(descriptor: int) -> None:
        hubs.trampoline(descriptor, read=True)

    return wait
