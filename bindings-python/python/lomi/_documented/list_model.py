"""The documented lists: the objects of a page, and where it lies in the whole."""

from __future__ import annotations

from .. import models
from .._model.base import Model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from typing_extensions import Self


class ListModel(Model):
    """One page of objects, in the shape of the documented client."""

    _item: ClassVar[str] = ""

    @classmethod
    def _of_page(cls, page: tuple[Any, ...]) -> Self:
        """Take what the native client gives for a page, whatever envelope it came in."""
        rows, total, limit, offset = page[:4]
        facts = {"limit": limit, "offset": offset, "total": total}
        known = {name: value for name, value in facts.items() if value is not None}
        pagination = models.ListCustomers200ResponsePagination(**known) if known else None
        return cls(data=rows, pagination=pagination)

    @classmethod
    def model_validate(cls, obj: Any, **ignored: Any) -> Self:
        """Read a dictionary with ``data`` and ``pagination``, or an object of this class."""
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, dict):
            from ..errors import ValidationError

            raise ValidationError(f"{cls.__name__} is made from a dictionary with data")
        item = getattr(models, cls._item)
        data = obj.get("data")
        return cls(
            data=None if data is None else [item.from_dict(row) for row in data],
            pagination=models.ListCustomers200ResponsePagination.from_dict(obj.get("pagination")),
        )

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, **ignored: Any) -> Self:
        """Read JSON text."""
        from .._convert.json_text import of_text

        return cls.model_validate(of_text(json_data, cls.__name__))


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__)
