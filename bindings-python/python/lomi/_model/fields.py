"""The fields of a model class. Times and identifiers are strings in the response.

The object has the string that the server sent, and it is converted at each read: a page of a
hundred objects then costs nothing for the fields that are never read.
"""

from __future__ import annotations

from .._lomi import Field, Identifier, Moment, Time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Identifier", "Moment", "Time", "field"]


def field() -> Any:
    """Make a field that is read without conversion."""
    return Field()


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__)
