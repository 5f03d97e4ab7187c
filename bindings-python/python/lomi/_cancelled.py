"""What is known of a call whose wait was ended from outside: by Ctrl-C, a signal handler
that raises, or the cancellation of a task. The exception that ended it passes through as
it is, with a :class:`lomi.CancelledError` at the end of its ``__cause__`` chain.
"""

from __future__ import annotations

from ._log import wanted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import CancelledError

#: The longest chain of causes that is followed.
_LONGEST = 32


def attach(raised: BaseException, cancelled: CancelledError, unknown: bool) -> None:
    """Make what is known of a call the cause of the exception that ended it.

    A write that may have been carried out (``unknown``) is logged as well.
    """
    last = raised
    for _ in range(_LONGEST):
        if last.__cause__ is None or last.__cause__ is cancelled:
            break
        last = last.__cause__
    if last is not cancelled:
        last.__cause__ = cancelled
    logger = wanted()
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
    except Exception:  # a handler of the program's must not replace what was raised
        return


def find(error: BaseException | None) -> CancelledError | None:
    """Find what is known of the call, behind an exception that was caught."""
    from .errors import CancelledError

    waiting, seen = [error], set[int]()
    while waiting and len(seen) < _LONGEST:
        found = waiting.pop(0)
        if found is None or id(found) in seen:
            continue
        if isinstance(found, CancelledError):
            return found
        seen.add(id(found))
        waiting += [found.__cause__, found.__context__, *getattr(found, "exceptions", ())]
    return None


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "CancelledError")
