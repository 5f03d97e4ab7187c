"""Makes the exception for an error of the core. Called by the native library."""

from __future__ import annotations

from . import errors

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
        from ._headers import Headers

        error.headers = Headers(headers)
        error.body = body.decode("utf-8", "replace")
        error.data = _error_model(error)
        if error.last is not None:
            # Its model: the body is that of the last response.
            from ._lomi import MODERN_MODELS, read

            error.last = read(error.body, error.last, MODERN_MODELS)
    if error.status is not None:
        from http.client import responses

        error.reason = responses.get(error.status)
    return error


def _error_model(error: errors.LomiError) -> Any:
    """Give the documented ``data`` of an error: an ``Error`` model, whatever its body's shape."""
    if error.status is None or not (error.code or error.details or error.body):
        return None
    from .models.error import Error
    from .models.error_error import ErrorError

    message = error.server_message or error.message
    inner = ErrorError(code=error.code, message=message, details=error.details)
    return Error(error=inner)


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
