"""What happens to a call whose wait ended with an exception."""

from __future__ import annotations

from sys import is_finalizing

from .._cancelled import attach
from .._log import active_logger, log_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._lomi import CallHandle


def end(in_flight: bool, handle: CallHandle, error: BaseException) -> None:
    """Log a call that failed; abort a call whose wait was cancelled."""
    # A task may be cancelled after its result was set and before it runs again.
    if in_flight or not isinstance(error, Exception):
        if not is_finalizing():  # the end of the process ends the call
            attach(error, *handle.abort())
    elif (logger := active_logger()) is not None:
        log_error(logger, error)
