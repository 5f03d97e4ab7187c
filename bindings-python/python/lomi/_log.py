"""The log of calls, for Python's ``logging``: one record per attempt, under the name "lomi".

Bodies, keys and headers are never logged. ``logging`` is imported only where a log is wanted:
where ``LOMI_LOG`` asks for it (read at the first call), or where the program has imported it.
"""

from __future__ import annotations

from os import environ
from sys import modules

from ._lomi import log_is_asked_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from logging import Logger
    from typing import Any

    from ._lomi import LastResponse

_logger: Logger | None = None
#: Whether LOMI_LOG asks for a log; None before the first call.
_asked_for: bool | None = None


def active_logger() -> Logger | None:
    """Give the logger; None where neither the environment nor the program wants a log."""
    logger = _logger
    if logger is None:
        if _asked_for is False and "logging" not in modules:
            return None
        logger = _set_up()
        if logger is None:
            return None
    return logger if logger.isEnabledFor(30) else None


def log_response(logger: Logger, response: LastResponse) -> None:
    """Log the attempts of a call that returned a response."""
    # One attempt that succeeded is logged at INFO, which is mostly off.
    if response.attempts != 1 or not 200 <= response.status < 300 or logger.isEnabledFor(20):
        _log_attempts(logger, response.history)


def log_error(logger: Logger, error: BaseException) -> None:
    """Log the attempts of a call that failed."""
    _log_attempts(logger, getattr(error, "history", ()))


def warn(sentences: Iterable[str]) -> None:
    """Log warnings about a call. An exception of a log handler does not reach the call."""
    import logging

    logger = logging.getLogger("lomi")
    for sentence in sentences:
        try:
            logger.warning("%s", sentence)
        except Exception:
            continue


def _log_attempts(logger: Logger, history: Any) -> None:
    """Log one record per attempt. An exception of a log handler does not reach the call."""
    for number, attempt in enumerate(history, 1):
        status, failure = attempt["status"], attempt["failure"]
        good = failure is None and status is not None and 200 <= status < 300
        try:
            logger.log(
                20 if good else 30,
                "%s %s %s %d ms request %s attempt %d",
                attempt["method"],
                attempt["route"],
                failure if status is None else status,
                attempt["milliseconds"],
                attempt["request_id"],
                number,
                extra={**attempt, "attempt": number},
            )
        except Exception:
            continue


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

    __getattr__ = later(__name__, "LastResponse@_lomi")
