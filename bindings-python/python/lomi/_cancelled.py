"""Calls whose wait was ended from outside: by Ctrl-C, by a signal handler that raises, or by
the cancellation of a task. The exception that ended the wait passes through unchanged, with a
:class:`lomi.CancelledError` at the end of its ``__cause__`` chain.
"""

from __future__ import annotations

from ._log import active_logger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import CancelledError

#: The most exceptions of a chain that are followed.
_LONGEST = 32


def attach(raised: BaseException, cancelled: CancelledError, unknown: bool) -> None:
    """Make the ``CancelledError`` of a call the cause of the exception that ended its wait.

    It is logged where it is a write that may have been carried out (``unknown``).
    """
    last = raised
    for _ in range(_LONGEST):
        if last.__cause__ is None or last.__cause__ is cancelled:
            break
        last = last.__cause__
    if last is not cancelled:
        last.__cause__ = cancelled
    logger = active_logger()
    if logger is None or not unknown:
        return
    try:
        logger.warning(
            "%s request %s attempt %d",
            cancelled.message,
            cancelled.request_id,
            cancelled.attempts,
            extra={
                "request_id": cancelled.request_id,
                "idempotency_key": cancelled.idempotency_key,
                "attempt": cancelled.attempts,
                "outcome": cancelled.outcome,
            },
        )
    except Exception:  # an error of a log handler must not replace the first exception
        return


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "CancelledError")
