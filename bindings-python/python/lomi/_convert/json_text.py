"""JSON text of whatever a model may hold."""

from __future__ import annotations

from ..errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def json_default(value: Any) -> Any:
    """Say an object of this package as JSON: ``json.dumps(session, default=lomi.json_default)``.

    An object of the API gives the fields that are set, as the server sent them; times, ids
    and decimals are written as in :meth:`lomi.Model.model_dump_json`.
    """
    from .._model.base import Model

    return value._dump(typed=False, nested="json") if isinstance(value, Model) else encode(value)


def encode(value: Any) -> Any:
    """Say a value that JSON has no word for; for ``json.dumps(default=)``."""
    from .plain_data import plain

    said = plain(value, as_given=True)
    if said is value:
        raise TypeError(f"an object of type {type(value).__name__} has no JSON form")
    if isinstance(said, tuple) and len(said) == 2:
        raise TypeError(f"a value {said[1]}")
    if isinstance(said, tuple):  # the digits of a decimal
        whole = value == value.to_integral_value() if value.is_finite() else False
        return int(value) if whole else float(value)
    return said


def jsonable(value: Any) -> Any:
    """Give a value with nothing but dictionaries, lists, texts and numbers in it."""
    if isinstance(value, dict):
        return {str(name): jsonable(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(inner) for inner in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return jsonable(encode(value))


def to_text(value: Any, meant: str) -> str:
    """Write an object as JSON, or say that it is no object."""
    import json

    try:
        text = json.dumps(value, default=encode)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValidationError(f"{meant} cannot be made from this: {error}") from None
    if not text.startswith("{"):
        raise ValidationError(
            f"{meant} is made from a dictionary of fields, not from {type(value).__name__}"
        )
    return text


def text_of(json_data: Any, meant: str) -> str:
    """Give JSON text as a string, from a string or bytes."""
    if isinstance(json_data, str):
        return json_data
    try:
        return bytes(memoryview(json_data)).decode()
    except UnicodeDecodeError:
        raise ValidationError(f"{meant} cannot be read from bytes that are not UTF-8") from None
    except TypeError:
        kind = type(json_data).__name__
        raise ValidationError(f"{meant} is read from JSON text, not from {kind}") from None


def of_text(json_data: Any, meant: str) -> Any:
    """Read JSON text, or say that it is none."""
    import json

    try:
        return json.loads(text_of(json_data, meant))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ValidationError):
            raise
        raise ValidationError(f"{meant} cannot be read from this text: {error}") from None


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__)
