"""Objects as JSON, as each command prints them."""

from __future__ import annotations

import json

from .._convert.json_text import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..models.event import Event


def show(model: Any, indent: int | None = 2) -> None:
    """Print an object as JSON; without an indent, on one line, at once."""
    fields = model.model_dump(mode="json", exclude_none=True)
    print(json.dumps(fields, indent=indent, ensure_ascii=False), flush=indent is None)


def webhook_body(event: Event) -> bytes:
    """Give an event as the body of a webhook."""
    # Without the fields that the server did not send.
    fields = event._dump(typed=False, exclude_none=True)
    return json.dumps(fields, default=encode, separators=(",", ":")).encode()
