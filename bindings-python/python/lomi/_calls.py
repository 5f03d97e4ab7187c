"""The call path: every blocking call of the package goes through :func:`call`.

1. A resource (``resources/``), ``LomiClient.request`` or a documented API class names the
   operation and gives its path, query, body and options as they came from the caller.
2. ``Client.call`` of the native library checks and sends them, and blocks until the response
   is there. Under gevent or eventlet ``_event_loops.greenlets`` waits in the hub instead.
3. The native library returns the value, made of the classes of a model set, and the
   :class:`LastResponse`. An error is made by ``_raise`` and raised.
4. Warnings and the attempts are logged where a log is wanted (``_log``).

:mod:`lomi._async_calls` is the same path for asyncio and trio.
"""

from __future__ import annotations

from sys import modules

from ._log import active_logger, log_error, log_response, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._lomi import Client, LastResponse, Pager


def call(
    client: Client,
    target: Any,
    path: Any,
    query: Any,
    body: Any,
    options: dict[str, Any] | None,
    models: int,
) -> tuple[Any, LastResponse]:
    """Make a call and wait for it.

    :param target: the operation's name, or (method, path) of any other endpoint
    :param models: the model set of the value, a constant of :mod:`lomi._lomi`
    """
    wait = _hub() if "greenlet" in modules else None
    logger = active_logger()
    if logger is None and wait is None:
        result = client.call(target, path, query, body, options, models)
        if result[1].warning is not None:
            warn([result[1].warning])
        return result
    try:
        if wait is None:
            result = client.call(target, path, query, body, options, models)
        else:
            from ._event_loops.greenlets import run

            result = run(
                wait,
                lambda queue: client.start(queue, 0, target, path, query, body, options, models),
                None,
            )
    except Exception as error:
        if logger is not None:
            log_error(logger, error)
        raise
    if result[1].warning is not None:
        warn([result[1].warning])
    if logger is not None:
        log_response(logger, result[1])
    return result


def call_page(
    client: Client, pager: Pager, operation: str, options: dict[str, Any] | None, models: int
) -> tuple[Any, LastResponse]:
    """Fetch the next page of a pager, and wait for it."""
    wait = _hub() if "greenlet" in modules else None
    logger = active_logger()
    if logger is None and wait is None:
        return client.call_page(pager, operation, options, models)
    try:
        if wait is None:
            result = client.call_page(pager, operation, options, models)
        else:
            from ._event_loops.greenlets import run

            result = run(
                wait,
                lambda queue: client.start_page(queue, 0, pager, operation, options, models),
                pager,
            )
    except Exception as error:
        if logger is not None:
            log_error(logger, error)
        raise
    if logger is not None:
        log_response(logger, result[1])
    return result


def _hub() -> Callable[[int], None] | None:
    """Give the function that waits in the hub of gevent or eventlet; None without a hub."""
    if "gevent" not in modules and "eventlet" not in modules:
        return None
    from ._event_loops.greenlets import waiter

    return waiter()


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "Client@_lomi LastResponse@_lomi Pager@_lomi")
