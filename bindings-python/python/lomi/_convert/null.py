"""The value that sends JSON's null."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Null:
    """The type of :data:`NULL`."""

    __slots__ = ()
    __module__ = "lomi"  # where a pickle finds NULL

    def __repr__(self) -> str:
        return "lomi.NULL"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "NULL"


NULL: Final = Null()
"""Sends null where None leaves a field out: ``CheckoutSessionsUpdate(title=NULL)``."""
