"""The call path: every blocking call of the package goes through :func:`call`.

1. A resource (``resources/``), ``LomiClient.request`` or a documented API class names the
   operation and gives its path, query, body and options as they came from the caller.
2. ``Client.call`` of the native library checks and sends them, and blocks until the response
   is there. Under gevent or eventlet ``_event_loops.greenlets`` waits in the hub instead.
3. The native library returns the value, made of the classes of a model set, and the
   :class:`LastResponse`. An error is made by ``_raise`` and raised.
4. Meanwhile the hooks of the client and the log are called with the events of each attempt
   (:func:`observer_of`). A warning about the response is logged at the end.

:mod:`lomi._async_calls` is the same path for asyncio and trio.
"""

from __future__ import annotations

from sys import modules

from ._log import log_attempt, wanted_by_log, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._lomi import Client, LastResponse, OutcomeSearch, Pager, Reconciliation


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

    :param target: the operation's name, (method, path) of any other endpoint, (url, to,
        max_bytes) of a download, or None only to connect
    :param models: the model set of the value, a constant of :mod:`lomi._lomi`
    """
    wait = _hub() if "greenlet" in modules else None
    wanted = wanted_by_log()
    # Most calls are not observed, and get by without the arguments for it.
    if wanted == 0 and wait is None and client.hooks is None:
        result = client.call(target, path, query, body, options, models)
    elif wait is None:
        observe, wanted = observer_of(client, wanted)
        result = client.call(target, path, query, body, options, models, observe, wanted)
    else:
        observe, wanted = observer_of(client, wanted)
        from ._event_loops.greenlets import run

        result = run(
            wait,
            lambda queue: client.start(
                queue, 0, target, path, query, body, options, models, wanted
            ),
            None,
            observe,
        )
    if result[1].warning is not None:
        warn([result[1].warning])
    return result


def call_page(
    client: Client,
    pager: Pager | OutcomeSearch | Reconciliation,
    operation: str | None,
    options: dict[str, Any] | None,
    models: int,
) -> tuple[Any, ...]:
    """Fetch the next page of a pager, or make the next call of a search or run, and wait for it."""
    wait = _hub() if "greenlet" in modules else None
    observe, wanted = observer_of(client, wanted_by_log())
    if wait is None:
        return client.call_page(pager, operation, options, models, observe, wanted)
    from ._event_loops.greenlets import run

    return run(
        wait,
        lambda queue: client.start_page(queue, 0, pager, operation, options, models, wanted),
        pager,
        observe,
    )


def observer_of(client: Client, wanted: int) -> tuple[Callable[[Any], None], int]:
    """Give the function that takes the events of a call, and which events it takes.

    Without hooks and without a log these are none, and the call makes no events.

    :param wanted: the events that the log takes
    """
    hooks = client.hooks
    return (log_attempt, wanted) if hooks is None else hooks.observer(wanted)


def _hub() -> Callable[[int], None] | None:
    """Give the function that waits in the hub of gevent or eventlet; None without a hub."""
    if "gevent" not in modules and "eventlet" not in modules:
        return None
    from ._event_loops.greenlets import waiter

    return waiter()


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(
        __name__,
        "Client@_lomi LastResponse@_lomi OutcomeSearch@_lomi Pager@_lomi Reconciliation@_lomi",
    )
