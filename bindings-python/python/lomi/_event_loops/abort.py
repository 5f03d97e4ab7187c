"""What happens to a call whose wait ended with an exception."""

from __future__ import annotations

from sys import is_finalizing

from .._cancelled import attach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._lomi import CallHandle


def end(in_flight: bool, handle: CallHandle, error: BaseException) -> None:
    """Abort a call whose wait was cancelled."""
    # A task may be cancelled after its result was set and before it runs again.
    if in_flight or not isinstance(error, Exception):
        if not is_finalizing():  # the end of the process ends the call
            attach(error, *handle.abort())
