"""The errors for names that do not exist, with the name that was probably meant."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._model.base import Model
    from .errors import ValidationError


def nearest(name: str, known: Iterable[str]) -> str:
    """Give "; did you mean ...?" for the known name that is closest; empty where none is close."""
    from ._lomi import nearest as close_to

    close = close_to(name, list(known))
    return f"; did you mean {close!r}?" if close else ""


def unknown(where: str, name: str, known: Iterable[str]) -> ValidationError:
    """Make the error for an unknown keyword."""
    from ._lomi import message
    from ._lomi import nearest as close_to
    from .errors import ValidationError

    meant = close_to(name, list(known))
    if meant:
        return ValidationError(message("unknown_field_near", place=where, name=name, meant=meant))
    return ValidationError(message("unknown_field", place=where, name=name))


def no_field(model: Model, name: str) -> AttributeError:
    """Make the error for an attribute that an object does not have."""
    hint = "" if name.startswith("_") else nearest(name, model._fields)
    return AttributeError(f"{type(model).__name__} has no field {name!r}{hint}")
