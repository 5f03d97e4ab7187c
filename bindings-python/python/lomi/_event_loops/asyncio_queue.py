"""The results of calls on asyncio: each loop has one queue. The worker thread pushes results,
one file descriptor wakes the loop, and the loop's thread sets the futures.
"""

from __future__ import annotations

import os
from weakref import ref

from .._lomi import ResultQueue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable
    from contextvars import Context
    from typing import Any

    from .._lomi import OutcomeSearch, Pager, Reconciliation

    #: The future, what takes the result, the context of an observed call, and its observer.
    Entry = tuple[
        Any, Pager | OutcomeSearch | Reconciliation | None, Context | None, Callable[[Any], None]
    ]


class LoopQueue:
    """One loop's result queue, and the futures of the calls in flight by token."""

    __slots__ = ("loop", "queue", "pending", "token", "__weakref__")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = ref(loop)
        self.queue = ResultQueue()
        self.pending: dict[int, Entry] = {}
        self.token = 0
        # Only the loop refers to this object. Otherwise the futures of a loop that was closed
        # with calls in flight would keep the loop alive for ever.
        try:
            loop.add_reader(self.queue.fileno(), self.drain)
        except NotImplementedError:  # asyncio's loop for Windows: it watches no descriptors
            from .loop_watcher import watch

            watch(loop, self.queue, self.drain)

    def drain(self) -> None:
        """Set the future of every finished call, and deliver the events of calls.

        The callers of the futures continue afterwards, so they see what the hooks have done.
        """
        events = self.queue.drain(self.pending)
        if events is not None:
            for (_, _, context, observe), event in events:
                context.run(observe, event)


#: By the id of the loop, which is faster to hash than the loop itself.
_queues: dict[int, ref[LoopQueue]] = {}


def queue_of(loop: AbstractEventLoop) -> LoopQueue:
    """Give the queue of a loop; made for its first call."""
    number = id(loop)
    entry = _queues.get(number)
    queue = None if entry is None else entry()
    if queue is None or queue.loop() is not loop:
        queue = LoopQueue(loop)

        def remove(gone: ref[LoopQueue]) -> None:
            if _queues.get(number) is gone:  # another loop may have the same id by now
                del _queues[number]

        _queues[number] = ref(queue, remove)
    return queue


# A forked child inherits the queues, but only its parent waits for their results.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_queues.clear)
