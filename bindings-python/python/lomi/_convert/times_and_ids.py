"""Reads times and identifiers from strings."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any
    from uuid import UUID

# Imported for the first field that needs them, so that `import lomi` stays fast.
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
