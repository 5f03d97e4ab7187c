"""For loops of asyncio that watch no descriptors: a thread waits for results and calls the loop."""

from __future__ import annotations

from threading import Thread
from weakref import WeakMethod, ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable

    from .._lomi import ResultQueue, Watcher


def watch(loop: AbstractEventLoop, queue: ResultQueue, drain: Callable[[], None]) -> None:
    """Call `drain` in the loop's thread whenever there are results, as long as the loop exists."""
    weak_loop, weak_drain = ref(loop), WeakMethod(drain)
    # The loop keeps its queue: nothing else would, as no reader of the loop refers to it.
    loop._lomi_drain = drain  # type: ignore[attr-defined]
    Thread(
        target=_watch, args=(queue.watcher(), weak_loop, weak_drain), daemon=True, name="lomi-loop"
    ).start()


def _watch(
    watcher: Watcher, weak_loop: ref[AbstractEventLoop], weak_drain: WeakMethod[Callable[[], None]]
) -> None:
    while watcher.wait():
        loop, drain = weak_loop(), weak_drain()
        if loop is None or drain is None:
            return
        try:
            loop.call_soon_threadsafe(drain)
        except RuntimeError:  # the loop is closed
            return
        del loop, drain
