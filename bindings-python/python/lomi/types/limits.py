"""The limits on a response, for editors and type checkers."""

from __future__ import annotations

from typing import TypedDict


class Limits(TypedDict, total=False):
    """Limits on a response, as whole numbers above 0. One that is left out has its default."""

    body: int
    """Bytes of a body, after decompression; 16 MiB by default."""
    headers: int
    """Bytes of all headers together; 64 KiB by default."""
    depth: int
    """Levels of nesting in JSON, at most 512; 128 by default."""
    values: int
    """Values in one JSON document, including lists and objects; 250,000 by default."""
    ratio: int
    """How many times larger a compressed body of more than 1 MiB may become; 100 by default."""
