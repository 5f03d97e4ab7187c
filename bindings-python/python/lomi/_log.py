"""The log of calls, for Python's ``logging``: one record per attempt, under the name "lomi".

Bodies, keys and headers are never logged. ``logging`` is imported only where a log is wanted:
where ``LOMI_LOG`` asks for it (read at the first call), or where the program has imported it.
"""

from __future__ import annotations

from os import environ
from sys import modules

from ._lomi import WANTED_FAILURES, WANTED_SUCCESSES, log_is_asked_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from logging import Logger

    from ._lomi import ResponseEvent

_ALL = WANTED_FAILURES | WANTED_SUCCESSES
_logger: Logger | None = None
#: Whether LOMI_LOG asks for a log; None before the first call.
_asked_for: bool | None = None


def wanted_by_log() -> int:
    """Give the events that are logged; 0 where neither the environment nor the program logs."""
    logger = _logger
    if logger is None:
        if _asked_for is False and "logging" not in modules:
            return 0
        logger = _set_up()
        if logger is None:
            return 0
    # One attempt that succeeded is logged at INFO, which is mostly off.
    if logger.isEnabledFor(20):
        return _ALL
    return WANTED_FAILURES if logger.isEnabledFor(30) else 0


def active_logger() -> Logger | None:
    """Give the logger; None where nothing is logged."""
    return _logger if wanted_by_log() else None


def warn(sentences: Iterable[str]) -> None:
    """Log warnings about a call. An exception of a log handler does not reach the call."""
    import logging

    logger = logging.getLogger("lomi")
    for sentence in sentences:
        try:
            logger.warning("%s", sentence)
        except Exception:
            continue


def warn_of_hook(name: str) -> bool:
    """Log the exception that a hook raised, inside its ``except`` block; say whether it worked."""
    try:
        import logging

        logging.getLogger("lomi").warning(
            "the hook %s raised an exception, which changes nothing about the call; "
            "later exceptions of this hook are not logged",
            name,
            exc_info=True,
        )
    except Exception:
        return False
    return True


def log_attempt(event: ResponseEvent) -> None:
    """Log the end of an attempt. An exception of a log handler does not reach the call."""
    logger = _logger
    if logger is None:  # only hooks want the event
        return
    failure = event.error
    try:
        logger.log(
            20 if event._succeeded else 30,
            "%s %s %s %d ms request %s attempt %d",
            event.method,
            event.route,
            failure if event.status is None else event.status,
            event.elapsed_ms,
            event.request_id,
            event.attempt,
            extra={
                "method": event.method,
                "route": event.route,
                "status": event.status,
                "failure": failure,
                "milliseconds": event.elapsed_ms,
                "request_id": event.request_id,
                "attempt": event.attempt,
            },
        )
    except Exception:
        return


def _set_up() -> Logger | None:
    global _logger, _asked_for
    if _asked_for is None:
        _asked_for = log_is_asked_for(environ.get("LOMI_LOG", ""))
    if not _asked_for and "logging" not in modules:
        return None
    import logging

    logger = logging.getLogger("lomi")
    if _asked_for:
        if not logger.hasHandlers():
            handler = logging.StreamHandler()
            handler.setFormatter(logging.Formatter("lomi: %(message)s"))
            logger.addHandler(handler)
        if not logger.isEnabledFor(logging.INFO):
            logger.setLevel(logging.INFO)
    _logger = logger
    return logger


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "ResponseEvent@_lomi")
