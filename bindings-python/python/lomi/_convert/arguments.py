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

    #: What a call takes as a timeout.
    Timeout: TypeAlias = float | timedelta | tuple[float | None, float | None] | TimeoutObject
else:
    # What typing.get_type_hints shows: as much as needs no import.
    Timeout = float | tuple[float | None, float | None]


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
            from .._lomi import CALL_OPTIONS
            from .._unknown_names import unknown

            raise unknown(f"{operation}()", name, (*known, *CALL_OPTIONS))
    if params is None:
        return fields if keep_none else without_none(fields)
    given = params if type(params) is dict else _plain(params)
    if type(given) is not dict:
        if not fields:
            return params  # refused with its type, like every body
        from ..errors import ValidationError

        kind = type(params).__name__
        raise ValidationError(f"{operation}() takes a dictionary of fields, not {kind}")
    if keep_none and type(params) is not dict and not _says_none(params):
        given = without_none(given)
    merged = {**given, **fields} if fields else given
    return merged if keep_none else without_none(merged)


def without_none(params: Any) -> Any:
    """Leave out what is None, as the documented client does when something is made."""
    given = params if type(params) is dict or params is None else _plain(params)
    if type(given) is not dict:
        return params
    try:
        some = None in given.values()
    except Exception:  # pandas.NA and arrays cannot be compared
        some = True
    return {name: v for name, v in given.items() if v is not None} if some else given


def query(call: str, params: Any) -> dict[str, Any]:
    """Give the parameters of a query as a dictionary that may be added to."""
    if params is None:
        return {}
    given = params if type(params) is dict else _plain(params)
    if type(given) is not dict:
        from ..errors import ValidationError

        kind = type(params).__name__
        raise ValidationError(f"{call}() takes a dictionary of parameters, not {kind}")
    return dict(given)


def headers(given: Any) -> dict[str, str] | None:
    """Give the headers of a client as a dictionary of its own."""
    if given is None:
        return None
    try:
        return dict(given)
    except (TypeError, ValueError):
        from ..errors import ConfigurationError

        kind = type(given).__name__
        raise ConfigurationError(
            f"headers must be a dictionary of names and values, not {kind}"
        ) from None


def _plain(params: Any) -> Any:
    from .plain_data import plain

    return plain(params, True)


def _says_none(params: Any) -> bool:
    """Say whether None in it was put there: an attribute that is None is mostly not set."""
    from .plain_data import is_mapping

    return is_mapping(params) or hasattr(type(params), "model_dump")
