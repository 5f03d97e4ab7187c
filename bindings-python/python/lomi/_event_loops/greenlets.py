"""Blocking calls under gevent and eventlet: the greenlet that calls waits in its hub, and
other greenlets run meanwhile, whether the program patched the standard library or not.
"""

from __future__ import annotations

from sys import modules

from .._cancelled import attach
from .._lomi import Inbox
from .call_result import Slot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._lomi import Flight, LastResponse, Pager


def waiter() -> Callable[[int], None] | None:
    """Give what waits for a descriptor in this thread's hub; None where there is no hub."""
    return _gevent() or _eventlet()


def run(
    wait: Callable[[int], None], start: Callable[[Inbox], Flight], pager: Pager | None
) -> tuple[Any, LastResponse]:
    """Make a call and wait for it in the hub."""
    inbox, slot = Inbox(), Slot()
    flight = start(inbox)
    waiting: dict[int, tuple[Any, Pager | None]] = {0: (slot, pager)}
    try:
        while not slot.done():
            wait(inbox.fileno())
            inbox.drain(waiting)
    except BaseException as error:  # a timeout of gevent's, a kill, Ctrl-C
        attach(error, *flight.abort())
        raise
    reply: tuple[Any, LastResponse] = slot.result()
    return reply


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
