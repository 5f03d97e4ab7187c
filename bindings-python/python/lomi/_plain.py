"""Turning what users pass into plain data: models, enums, dates, decimals and the like.

The native library calls :func:`plain` for whatever is not a built-in type already.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


class Null:
    """The type of :data:`NULL`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "lomi.NULL"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "NULL"


NULL: Final = Null()
"""Sends null where None means "left out": ``CheckoutSessionsUpdate(title=NULL)``."""


def plain(value: Any) -> Any:
    """Say a value in built-in types, or give it back where that cannot be done."""
    if value is NULL:
        return None
    send = getattr(value, "_to_send", None)
    if send is not None:
        return send()
    for name, convert in _CONVERSIONS:
        module, _, attribute = name.partition(":")
        # A type whose module was never imported cannot be the value's.
        kind = getattr(sys.modules.get(module), attribute, None)
        if kind is not None and isinstance(value, kind):
            return convert(value)
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_unset=True)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if hasattr(value, "item") and hasattr(value, "dtype"):  # a number of numpy's
        return value.item()
    index = getattr(type(value), "__index__", None)
    return value if index is None else index(value)


def _moment(value: Any) -> str:
    return str(value.isoformat())


def _decimal(value: Any) -> tuple[str]:
    """Give the digits, as JSON writes them."""
    digits = str(value)
    return (digits.lower().replace("e+", "e"),)


_CONVERSIONS = (
    ("enum:Enum", lambda value: value.value),
    ("uuid:UUID", str),
    ("datetime:datetime", _moment),
    ("datetime:date", _moment),
    ("decimal:Decimal", _decimal),
    ("pydantic:SecretStr", lambda value: value.get_secret_value()),
    ("collections.abc:Mapping", dict),
    ("collections.abc:Set", list),
    ("_collections_abc:Mapping", dict),
    ("_collections_abc:Set", list),
)
