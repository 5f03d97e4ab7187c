"""Options of one call, and the settings of a client."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta
    from typing import Any, Protocol, TypeAlias

    class TimeoutObject(Protocol):
        """Times as httpx has them."""

        connect: float | None
        read: float | None

    Timeout: TypeAlias = float | timedelta | tuple[float | None, float | None] | TimeoutObject


def options(
    idempotency_key: str | None,
    timeout: Any,
    max_retries: int | None,
    headers: Mapping[str, str] | None,
    api_key: str | None,
    account: str | None,
    request_id: str | None,
    connect_timeout: Any = None,
    attempt_timeout: Any = None,
    idle_timeout: Any = None,
    extra_body: Mapping[str, Any] | None = None,
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
        and connect_timeout is None
        and attempt_timeout is None
        and idle_timeout is None
        and extra_body is None
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
        "connect_timeout": connect_timeout,
        "attempt_timeout": attempt_timeout,
        "idle_timeout": idle_timeout,
        "extra_body": extra_body,
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

    A keyword that nothing knows is refused here; a name in a dictionary is sent as it is,
    unless it is nearly a known one.
    None in a keyword means "left out" when something is made and "emptied" when something
    is changed.
    """
    for name in fields:
        if name not in known:
            from ._lomi import CALL_OPTIONS
            from ._names import unknown

            raise unknown(f"{operation}()", name, (*known, *CALL_OPTIONS))
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
