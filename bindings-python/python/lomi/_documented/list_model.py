"""The documented lists: the objects of a page, and its place in the whole list."""

from __future__ import annotations

from .._model.base import Model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from typing_extensions import Self

    from .._lomi import PageInfo


class ListModel(Model):
    """One page of objects, in the shape of the documented client."""

    #: The class of the objects, and that of ``pagination``.
    _item: ClassVar[type[Model]]
    _pagination: ClassVar[type[Model]]

    @classmethod
    def _of_page(cls, page: PageInfo) -> Self:
        """Make the list of a page, whatever envelope it came in."""
        place = {"limit": page.limit, "offset": page.offset, "total": page.total}
        given = {name: value for name, value in place.items() if value is not None}
        return cls(data=page.rows, pagination=cls._pagination(**given) if given else None)

    @classmethod
    def model_validate(cls, obj: Any, **ignored: Any) -> Self:
        """Read a dictionary with ``data`` and ``pagination``, or an object of this class."""
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, dict):
            from ..errors import ValidationError

            raise ValidationError(f"{cls.__name__} is made from a dictionary with data")
        data = obj.get("data")
        return cls(
            data=None if data is None else [cls._item.from_dict(row) for row in data],
            pagination=cls._pagination.from_dict(obj.get("pagination")),
        )

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, **ignored: Any) -> Self:
        """Read JSON text."""
        from .._convert.json_text import of_text

        return cls.model_validate(of_text(json_data, cls.__name__))


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__, "PageInfo@_lomi")
