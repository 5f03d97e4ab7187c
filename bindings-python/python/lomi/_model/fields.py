"""Fields whose text stands for more than text: times and identifiers.

An object holds what the server sent; these convert whenever they are read, so that a page of
a hundred objects costs nothing for fields that nobody reads.
"""

from __future__ import annotations

from .._lomi import Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from .base import Model


def field() -> Any:
    """Make a field that is read as it stands."""
    return Field()


class _Typed(Field):
    """A data descriptor over one entry of the object's ``__dict__``."""

    __slots__ = ("name",)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        super().__set_name__(owner, name)

    def __set__(self, model: Model, value: Any) -> None:
        model.__dict__[self.name] = value

    def __delete__(self, model: Model) -> None:
        try:
            del model.__dict__[self.name]
        except KeyError:
            raise AttributeError(self.name) from None


class Moment(_Typed):
    """A time: a datetime; the text itself where it is no ISO 8601."""

    __slots__ = ()

    def __get__(self, model: Model | None, owner: type | None = None) -> datetime | str | None:
        value = None if model is None else self._held(model)
        return moment(value) if type(value) is str else value


class Time(_Typed):
    """A time: a datetime; None where the text is no ISO 8601 (``original`` has it)."""

    __slots__ = ()

    def __get__(self, model: Model | None, owner: type | None = None) -> datetime | None:
        value = None if model is None else self._held(model)
        read = moment(value) if type(value) is str else value
        return None if isinstance(read, str) else read


class Identifier(_Typed):
    """An identifier: a UUID; the text itself where it is none, such as ``cs_123``."""

    __slots__ = ()

    def __get__(self, model: Model | None, owner: type | None = None) -> UUID | str | None:
        value = None if model is None else self._held(model)
        return identifier(value) if type(value) is str else value


# Filled by the first field that needs them: to import lomi has to stay quick.
_types: dict[str, Any] = {}


def _uuid() -> Any:
    if "UUID" not in _types:
        from uuid import UUID

        _types["UUID"] = UUID
    return _types["UUID"]


def _datetime() -> Any:
    if "datetime" not in _types:
        from datetime import datetime

        _types["datetime"] = datetime
    return _types["datetime"]


def identifier(text: str) -> UUID | str:
    """Read a UUID in its usual form, with or without hyphens; give any other text back."""
    if len(text) not in (36, 32):
        return text
    try:
        read: UUID = _uuid()(text)
    except ValueError:
        return text
    return read


def moment(text: str) -> datetime | str:
    """Read ISO 8601; give the text back where it is none."""
    if len(text) < 10 or text[4] != "-":
        return text
    read: Callable[[str], datetime] = _datetime().fromisoformat
    try:
        return read(text)  # since Python 3.11 as servers write it
    except ValueError:
        pass
    iso = text[:-1] + "+00:00" if text[-1] in "zZ" else text
    if "." in iso:
        # Older interpreters want exactly six digits.
        head, _, tail = iso.partition(".")
        digits = len(tail) - len(tail.lstrip("0123456789"))
        iso = f"{head}.{tail[:digits][:6]:0<6}{tail[digits:]}"
    try:
        return read(iso)
    except ValueError:
        return text


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__)
