"""JSON text of the values that a model may have, and back."""

from __future__ import annotations

from .._lomi import message
from ..errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def encode(value: Any) -> Any:
    """Convert a value that JSON has no type for; the ``default`` of ``json.dumps``."""
    from .plain_data import plain

    data = plain(value, as_given=True)
    if data is value:
        raise TypeError(f"an object of type {type(value).__name__} has no JSON form")
    if isinstance(data, tuple) and len(data) == 2:
        place, kind = message("the_value"), type(value).__name__
        raise TypeError(message(data[1], place=place, kind=kind))
    if isinstance(data, tuple):  # the digits of a decimal
        whole = value == value.to_integral_value() if value.is_finite() else False
        return int(value) if whole else float(value)
    return data


def jsonable(value: Any) -> Any:
    """Convert a value to dictionaries, lists, strings and numbers only."""
    if isinstance(value, dict):
        return {str(name): jsonable(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(inner) for inner in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return jsonable(encode(value))


def to_text(value: Any, wanted: str) -> str:
    """Give an object as JSON text; raise ValidationError for anything else."""
    import json

    try:
        text = json.dumps(value, default=encode)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValidationError(f"{wanted} cannot be made from this: {error}") from None
    if not text.startswith("{"):
        raise ValidationError(
            f"{wanted} is made from a dictionary of fields, not from {type(value).__name__}"
        )
    return text


def text_of(json_data: Any, wanted: str) -> str:
    """Give JSON text as a string, from a string or bytes."""
    if isinstance(json_data, str):
        return json_data
    try:
        return bytes(memoryview(json_data)).decode()
    except UnicodeDecodeError:
        raise ValidationError(f"{wanted} cannot be read from bytes that are not UTF-8") from None
    except TypeError:
        kind = type(json_data).__name__
        raise ValidationError(f"{wanted} is read from JSON text, not from {kind}") from None


def of_text(json_data: Any, wanted: str) -> Any:
    """Read JSON text; raise ValidationError where it is not JSON."""
    import json

    try:
        return json.loads(text_of(json_data, wanted))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ValidationError):
            raise
        raise ValidationError(f"{wanted} cannot be read from this text: {error}") from None


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__)
