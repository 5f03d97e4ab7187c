"""The fields of a model class. Times and identifiers are strings in the response.

The object has the string that the server sent, and it is converted at each read: a page of a
hundred objects then costs nothing for the fields that are never read.
"""

from __future__ import annotations

from .._convert.times_and_ids import identifier, moment
from .._lomi import Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from .base import Model


def field() -> Any:
    """Make a field that is read without conversion."""
    return Field()


class _Typed(Field):
    """A data descriptor over one key of the object's ``__dict__``."""

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
        value = None if model is None else self._raw(model)
        return moment(value) if type(value) is str else value


class Time(_Typed):
    """A time: a datetime; None where the text is no ISO 8601 (``original`` has it)."""

    __slots__ = ()

    def __get__(self, model: Model | None, owner: type | None = None) -> datetime | None:
        value = None if model is None else self._raw(model)
        read = moment(value) if type(value) is str else value
        return None if isinstance(read, str) else read


class Identifier(_Typed):
    """An identifier: a UUID; the text itself where it is none, such as ``cs_123``."""

    __slots__ = ()

    def __get__(self, model: Model | None, owner: type | None = None) -> UUID | str | None:
        value = None if model is None else self._raw(model)
        return identifier(value) if type(value) is str else value


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__)
