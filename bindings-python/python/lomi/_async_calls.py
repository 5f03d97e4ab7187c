"""The call path for asyncio and trio: :mod:`lomi._calls`, awaited.

A call starts on the worker thread of the native library, and its events and its result come
back through a :class:`ResultQueue`. The thread of the event loop calls hooks and log, in the
context of the call: ``contextvars`` have the values that the caller sees. To cancel the task
that awaits a call aborts the call.
"""

from __future__ import annotations

from asyncio import get_running_loop
from contextvars import copy_context
from sys import modules

from ._calls import observer_of
from ._event_loops.abort import end
from ._event_loops.asyncio_queue import queue_of
from ._event_loops.trio_wait import in_trio
from ._event_loops.trio_wait import run as run_on_trio
from ._log import wanted_by_log, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from typing import Any

    from ._lomi import Client, LastResponse, OutcomeSearch, Pager, Reconciliation


async def call(
    client: Client,
    target: Any,
    path: Any,
    query: Any,
    body: Any,
    options: dict[str, Any] | None,
    models: int,
) -> tuple[Any, LastResponse]:
    """Make a call; takes and gives what :func:`lomi._calls.call` does."""
    loop = None if "trio" in modules and in_trio() else _running_loop()
    observe, wanted = observer_of(client, wanted_by_log())
    if loop is None:
        result = await run_on_trio(
            lambda queue: client.start(
                queue, 0, target, path, query, body, options, models, wanted
            ),
            None,
            observe,
        )
    else:
        loop_queue = queue_of(loop)
        loop_queue.token = token = loop_queue.token + 1
        handle = client.start(
            loop_queue.queue, token, target, path, query, body, options, models, wanted
        )
        future: Future[tuple[Any, LastResponse]] = loop.create_future()
        loop_queue.pending[token] = (
            future,
            None,
            copy_context() if wanted else None,
            observe,
        )
        try:
            result = await future
        except BaseException as error:
            end(loop_queue.pending.pop(token, None) is not None, handle, error)
            raise
    if result[1].warning is not None:
        warn([result[1].warning])
    return result


async def call_page(
    client: Client,
    pager: Pager | OutcomeSearch | Reconciliation,
    operation: str | None,
    options: dict[str, Any] | None,
    models: int,
) -> tuple[Any, ...]:
    """Fetch the next page of a pager, or make the next call of a search or run."""
    loop = None if "trio" in modules and in_trio() else _running_loop()
    observe, wanted = observer_of(client, wanted_by_log())
    if loop is None:
        result = await run_on_trio(
            lambda queue: client.start_page(queue, 0, pager, operation, options, models, wanted),
            pager,
            observe,
        )
    else:
        loop_queue = queue_of(loop)
        loop_queue.token = token = loop_queue.token + 1
        handle = client.start_page(
            loop_queue.queue, token, pager, operation, options, models, wanted
        )
        future: Future[tuple[Any, LastResponse]] = loop.create_future()
        loop_queue.pending[token] = (
            future,
            pager,
            copy_context() if wanted else None,
            observe,
        )
        try:
            result = await future
        except BaseException as error:
            end(loop_queue.pending.pop(token, None) is not None, handle, error)
            raise
    return result


def _running_loop() -> AbstractEventLoop:
    try:
        return get_running_loop()
    except RuntimeError:
        from .errors import ConfigurationError

        raise ConfigurationError(
            "AsyncLomiClient was awaited outside an event loop that it knows: run it on asyncio "
            "(or uvloop) or trio, for instance with asyncio.run(main()), or use LomiClient"
        ) from None
