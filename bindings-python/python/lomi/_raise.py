"""Makes the exception for an error of the core. Called by the native library.

What it needs is little and imported here, once: Python 3.11 may crash when a daemon thread
imports while the interpreter ends.
"""

from __future__ import annotations

from . import errors
from ._headers import Headers
from ._lomi import MODERN_MODELS, read
from .models.error import Error
from .models.error_error import ErrorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def exception(class_name: str, outcome_unknown: bool, fields: dict[str, Any]) -> errors.LomiError:
    """Make the exception; ``fields`` are its attributes."""
    kind: type[errors.LomiError] = getattr(errors, class_name)
    if outcome_unknown:
        kind = errors.with_unknown_outcome(kind)
    error = kind(fields["message"])
    headers = fields.pop("headers")
    body = fields.pop("body")
    error.__dict__.update(fields)
    error.raw_body = body
    if body is not None:
        error.headers = Headers(headers)
        error.body = body.decode("utf-8", "replace")
        error.data = _error_model(error)
        if error.last is not None:
            # Its model: the body is that of the last response.
            error.last = read(error.body, error.last, MODERN_MODELS)
    return error


def _error_model(error: errors.LomiError) -> Any:
    """Give the documented ``data`` of an error: an ``Error`` model, whatever its body's shape."""
    if error.status is None or not (error.code or error.details or error.body):
        return None
    message = error.server_message or error.message
    inner = ErrorError(code=error.code, message=message, details=error.details)
    return Error(error=inner)


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
