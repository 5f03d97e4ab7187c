"""Options of one call, and the settings of a client."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


def options(
    idempotency_key: str | None,
    timeout: float | None,
    max_retries: int | None,
    headers: Mapping[str, str] | None,
    api_key: str | None,
    account: str | None,
    request_id: str | None,
) -> dict[str, Any] | None:
    """Gather the options that were given; None where none was."""
    if (
        idempotency_key is None
        and timeout is None
        and max_retries is None
        and headers is None
        and api_key is None
        and account is None
        and request_id is None
    ):
        return None
    given = {
        "idempotency_key": idempotency_key,
        "timeout": timeout,
        "max_retries": max_retries,
        "headers": headers,
        "api_key": api_key,
        "account": account,
        "request_id": request_id,
    }
    return {name: value for name, value in given.items() if value is not None}


def body(
    operation: str,
    params: Any,
    fields: Mapping[str, Any],
    known: Iterable[str],
    keep_none: bool,
) -> Any:
    """Give the body of a request from a dictionary or model, and from keywords.

    A keyword that nothing knows is refused here; a name in a dictionary is sent as it is.
    None in a keyword means "left out" when something is made and "emptied" when something
    is changed.
    """
    for name in fields:
        if name not in known:
            from ._names import unknown

            raise unknown(f"{operation}()", name, known)
    if params is None:
        return fields if keep_none else without_none(fields)
    if not fields:
        return without_none(params) if not keep_none else params
    from ._plain import plain

    given = params if isinstance(params, dict) else plain(params)
    if not isinstance(given, dict):
        from .errors import ValidationError

        raise ValidationError(f"{operation}() takes a dictionary, not {type(params).__name__}")
    merged = {**given, **fields}
    return merged if keep_none else without_none(merged)


def without_none(params: Any) -> Any:
    """Leave out what is None, as the documented client does when something is made."""
    if type(params) is dict and None in params.values():
        return {name: value for name, value in params.items() if value is not None}
    return params
