"""Converts arguments to built-in types: models, enums, dates, decimals and the like.

The native library calls :func:`plain` for every value that is not of a built-in type.
"""

from __future__ import annotations

import sys

from .null import NULL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def plain(value: Any, as_given: bool = False) -> Any:
    """Convert a value to built-in types; give it back where that is not possible.

    A tuple of one is a decimal's digits; a tuple of two is None and the name of the sentence that
    refuses the value.
    ``as_given`` sends times without a zone, as the documented client does.
    """
    if value is NULL:
        return None
    kind = value.__class__  # a proxy, such as Django's lazy objects, has the class of its target
    if kind is type(value):
        if issubclass(kind, type):
            return value
    elif issubclass(kind, _BUILT_IN):
        return next(known for known in _BUILT_IN if issubclass(kind, known))(value)
    for name, convert in _CONVERSIONS:
        module, _, attribute = name.partition(":")
        # A value cannot be of a type whose module was never imported.
        known = getattr(sys.modules.get(module), attribute, None)
        if known is not None and isinstance(value, known):
            return convert(value)
    datetime = sys.modules.get("datetime")
    if datetime is not None and isinstance(value, datetime.date):
        is_time = isinstance(value, datetime.datetime)
        return _time(value, as_given) if is_time else value.isoformat()
    return _object(value, kind)


def is_mapping(value: Any) -> bool:
    """Say whether a value is a mapping, in which None was set on purpose."""
    from collections.abc import Mapping

    return isinstance(value, Mapping)


def _object(value: Any, kind: type) -> Any:
    """Convert an object to its fields. Attributes of the class count: a mock has any attribute."""
    if hasattr(kind, "dtype"):  # numpy's and pandas'
        return _array(value)
    if hasattr(kind, "model_dump"):
        return _pydantic(value.model_dump)
    if hasattr(kind, "__fields__") and hasattr(kind, "dict"):  # pydantic 1
        return _pydantic(value.dict)
    if hasattr(kind, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in kind.__dataclass_fields__}
    if hasattr(kind, "__attrs_attrs__"):
        return {field.name: getattr(value, field.name) for field in kind.__attrs_attrs__}
    if hasattr(kind, "__struct_fields__"):  # msgspec
        return {name: getattr(value, name) for name in kind.__struct_fields__}
    if hasattr(kind, "_asdict"):  # a named tuple
        return value._asdict()
    if issubclass(kind, tuple):
        return list(value)
    if hasattr(kind, "to_dict"):
        return value.to_dict()
    if hasattr(kind, "keys") and hasattr(kind, "__getitem__"):  # a row of a database
        return {name: value[name] for name in value.keys()}  # noqa: SIM118
    if issubclass(kind, sys.modules["_collections_abc"].Sequence):
        return value if _is_binary(value) else list(value)
    index = getattr(kind, "__index__", None)
    return value if index is None else index(value)


def _pydantic(dump: Any) -> Any:
    """Give the fields of a pydantic model: defaults too, None only where it was set."""
    given, full = dump(exclude_unset=True), dump(exclude_none=True)
    return {**given, **full} if isinstance(full, dict) else full


def _array(value: Any) -> Any:
    if getattr(value.dtype, "kind", "") in ("m", "M"):
        return (None, "time_of_numpy")
    if hasattr(value, "to_dict"):
        return value.to_dict()
    data = value.tolist() if getattr(value, "shape", ()) else value.item()
    return value if type(data) is type(value) else data


def _time(value: Any, as_given: bool) -> Any:
    """Give a time in ISO 8601. Without a time zone it is ambiguous, so it is refused."""
    if value != value:  # pandas.NaT
        return (None, "not_a_time")
    if not as_given and value.utcoffset() is None:
        return (None, "time_without_zone")
    return str(value.isoformat())


def _decimal(value: Any) -> tuple[str]:
    """Give the digits, as JSON writes them."""
    digits = str(value)
    return (digits.lower().replace("e+", "e"),)


def _is_binary(value: Any) -> bool:
    """Say whether a value is bytes of some sort, which have no JSON form."""
    try:
        memoryview(value)
    except TypeError:
        return False
    return True


_BUILT_IN = (str, bool, int, float, dict, list)

_CONVERSIONS = (
    ("lomi._model.base:Model", lambda value: value._to_send()),
    ("lomi.money:Money", lambda value: value._to_send()),
    ("enum:Enum", lambda value: value.value),
    ("uuid:UUID", str),
    ("decimal:Decimal", _decimal),
    ("pydantic:SecretStr", lambda value: value.get_secret_value()),
    ("pydantic.networks:_BaseUrl", str),
    ("pydantic_core:Url", str),
    ("collections:UserString", str),
    ("django.utils.functional:Promise", str),
    ("flask_babel.speaklater:LazyString", str),
    ("speaklater:_LazyString", str),
    ("babel.support:LazyProxy", str),
    ("_collections_abc:Mapping", dict),
    ("_collections_abc:Set", list),
)
