"""What calls did, for Python's ``logging``: one record per request, under the name "lomi".

Bodies, keys and headers are never written. Nothing is imported before a log is wanted:
by ``LOMI_LOG`` (read at the first call), or by a program that uses ``logging`` itself.
"""

from __future__ import annotations

from os import environ
from sys import modules

from ._lomi import log_is_asked_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from logging import Logger
    from typing import Any

    from ._lomi import Client, LastResponse, Pager

_logger: Logger | None = None
_shown: bool | None = None


def call(
    client: Client,
    target: Any,
    path: Any,
    query: Any,
    body: Any,
    options: dict[str, Any] | None,
    family: int,
) -> tuple[Any, LastResponse]:
    """Make a call and wait for it; say what it did to who asked for a log."""
    wait = _hub() if "greenlet" in modules else None
    logger = wanted()
    if logger is None and wait is None:
        reply = client.call(target, path, query, body, options, family)
        if reply[1].warning is not None:
            warn([reply[1].warning])
        return reply
    try:
        if wait is None:
            reply = client.call(target, path, query, body, options, family)
        else:
            from ._event_loops.greenlets import run

            reply = run(
                wait,
                lambda inbox: client.start(inbox, 0, target, path, query, body, options, family),
                None,
            )
    except Exception as error:
        if logger is not None:
            failed(logger, error)
        raise
    if reply[1].warning is not None:
        warn([reply[1].warning])
    if logger is not None:
        answered(logger, reply[1])
    return reply


def page_call(
    pager: Pager, client: Client, operation: str, options: dict[str, Any] | None, family: int
) -> tuple[Any, LastResponse]:
    """Fetch the page that a walk is at, and say so."""
    wait = _hub() if "greenlet" in modules else None
    logger = wanted()
    if logger is None and wait is None:
        return pager.call(client, operation, options, family)
    try:
        if wait is None:
            reply = pager.call(client, operation, options, family)
        else:
            from ._event_loops.greenlets import run

            reply = run(
                wait,
                lambda inbox: pager.start(client, inbox, 0, operation, options, family),
                pager,
            )
    except Exception as error:
        if logger is not None:
            failed(logger, error)
        raise
    if logger is not None:
        answered(logger, reply[1])
    return reply


def _hub() -> Callable[[int], None] | None:
    """Give what waits in the hub of gevent or eventlet, where this thread has one."""
    if "gevent" not in modules and "eventlet" not in modules:
        return None
    from ._event_loops.greenlets import waiter

    return waiter()


def wanted() -> Logger | None:
    """Give the logger, where the environment or the program asks for a log."""
    logger = _logger
    if logger is None:
        if _shown is False and "logging" not in modules:
            return None
        logger = _set_up()
        if logger is None:
            return None
    return logger if logger.isEnabledFor(30) else None


def answered(logger: Logger, facts: LastResponse) -> None:
    """Say what a call did that was answered."""
    # One request that went well is worth a record at INFO only; mostly nobody reads those.
    if facts.attempts != 1 or not 200 <= facts.status < 300 or logger.isEnabledFor(20):
        _note(logger, facts.history)


def failed(logger: Logger, error: BaseException) -> None:
    """Say what a call did that failed."""
    _note(logger, getattr(error, "history", ()))


def warn(sentences: Iterable[str]) -> None:
    """Log what is doubtful about a call. What a handler raises does not reach the call."""
    import logging

    logger = logging.getLogger("lomi")
    for sentence in sentences:
        try:
            logger.warning("%s", sentence)
        except Exception:
            continue


def _note(logger: Logger, history: Any) -> None:
    """Write one record per request. What a handler raises does not reach the call."""
    for number, request in enumerate(history, 1):
        status, failure = request["status"], request["failure"]
        good = failure is None and status is not None and 200 <= status < 300
        try:
            logger.log(
                20 if good else 30,
                "%s %s %s %d ms request %s attempt %d",
                request["method"],
                request["route"],
                failure if status is None else status,
                request["milliseconds"],
                request["request_id"],
                number,
                extra={**request, "attempt": number},
            )
        except Exception:
            continue


def _set_up() -> Logger | None:
    global _logger, _shown
    if _shown is None:
        _shown = log_is_asked_for(environ.get("LOMI_LOG", ""))
    if not _shown and "logging" not in modules:
        return None
    import logging

    logger = logging.getLogger("lomi")
    if _shown:
        if not logger.hasHandlers():
            handler = logging.StreamHandler()
            handler.setFormatter(logging.Formatter("lomi: %(message)s"))
            logger.addHandler(handler)
        if not logger.isEnabledFor(logging.INFO):
            logger.setLevel(logging.INFO)
    _logger = logger
    return logger
