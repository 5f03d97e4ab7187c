"""The arguments of a call: its body, its query, its options."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta
    from typing import Any, Protocol, TypeAlias

    class TimeoutObject(Protocol):
        """The timeouts of httpx."""

        connect: float | None
        read: float | None

    #: What a call takes as a timeout.
    Timeout: TypeAlias = float | timedelta | tuple[float | None, float | None] | TimeoutObject
else:
    # For typing.get_type_hints: the part that needs no import.
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
    until: str | None = None,
) -> dict[str, Any] | None:
    """Give the options that are set as a dictionary; None where none is."""
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
        and until is None
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
        "until": until,
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

    An unknown keyword is refused here; an unknown name in a dictionary is sent, unless it is
    close to a known one, which the core refuses.
    None in a keyword leaves the field out of a create, and empties the field in an update.
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
            return params  # the native library refuses it and names its type
        from ..errors import ValidationError

        kind = type(params).__name__
        raise ValidationError(f"{operation}() takes a dictionary of fields, not {kind}")
    if keep_none and type(params) is not dict and not _says_none(params):
        given = without_none(given)
    merged = {**given, **fields} if fields else given
    return merged if keep_none else without_none(merged)


def without_none(params: Any) -> Any:
    """Leave out every None, as the documented client does in a create."""
    given = params if type(params) is dict or params is None else _plain(params)
    if type(given) is not dict:
        return params
    try:
        some = None in given.values()
    except Exception:  # pandas.NA and arrays cannot be compared
        some = True
    return {name: v for name, v in given.items() if v is not None} if some else given


def query(call: str, params: Any) -> dict[str, Any]:
    """Give the parameters of a query as a new dictionary."""
    if params is None:
        return {}
    given = params if type(params) is dict else _plain(params)
    if type(given) is not dict:
        from ..errors import ValidationError

        kind = type(params).__name__
        raise ValidationError(f"{call}() takes a dictionary of parameters, not {kind}")
    return dict(given)


def headers(option: str, given: Any) -> dict[str, str] | None:
    """Give the headers of a client's option as a new dictionary."""
    if given is None:
        return None
    try:
        return dict(given)
    except (TypeError, ValueError):
        from ..errors import ConfigurationError

        kind = type(given).__name__
        raise ConfigurationError(
            f"{option} must be a dictionary of names and values, not {kind}"
        ) from None


def _plain(params: Any) -> Any:
    from .plain_data import plain

    return plain(params, True)


def _says_none(params: Any) -> bool:
    """Say whether a None was set on purpose: an attribute that is None is mostly not set."""
    from .plain_data import is_mapping

    return is_mapping(params) or hasattr(type(params), "model_dump")
