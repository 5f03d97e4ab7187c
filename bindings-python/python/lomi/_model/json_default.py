"""``lomi.json_default``, for ``json.dumps``."""

from __future__ import annotations

from .._convert.json_text import encode
from .base import Model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def json_default(value: Any) -> Any:
    """Convert an object of this package: ``json.dumps(session, default=lomi.json_default)``.

    An object of the API gives the fields that are set, as the server sent them; times, ids
    and decimals are written as in :meth:`lomi.Model.model_dump_json`.
    """
    return value._dump(typed=False, nested="json") if isinstance(value, Model) else encode(value)


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__)
