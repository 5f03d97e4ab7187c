"""The methods of pydantic 1, for code written for pydantic models: ``dict(session)``, ``.json()``.

A base class of :class:`lomi.Model`: a method ``dict`` inside that class would hide the built-in.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from typing_extensions import Self

    from .base import Model


class PydanticNames:
    """The older names of pydantic's methods, and iteration over fields."""

    __slots__ = ()

    def __iter__(self: Any) -> Iterator[tuple[str, Any]]:
        """Give pairs of name and value, None where a field is not set: ``dict(session)``."""
        model: Model = self
        fields = {name: getattr(model, name) for name in model._fields}
        return iter({**fields, **model.model_extra}.items())

    def dict(self: Any, **options: Any) -> Any:
        """Give :meth:`Model.model_dump`."""
        return self.model_dump(**options)

    def json(self: Any, **options: Any) -> str:
        """Give :meth:`Model.model_dump_json`."""
        text: str = self.model_dump_json(**options)
        return text

    def copy(self, **options: Any) -> Self:
        """Give :meth:`Model.model_copy`."""
        made: Self = self.model_copy(**options)  # type: ignore[attr-defined]
        return made

    @classmethod
    def parse_obj(cls, obj: Any) -> Self:
        """Give :meth:`Model.model_validate`."""
        made: Self = cls.model_validate(obj)  # type: ignore[attr-defined]
        return made

    @classmethod
    def parse_raw(cls, b: str | bytes, **ignored: Any) -> Self:
        """Give :meth:`Model.model_validate_json`."""
        made: Self = cls.model_validate_json(b)  # type: ignore[attr-defined]
        return made

    @classmethod
    def construct(cls, _fields_set: Any = None, **values: Any) -> Self:
        """Give :meth:`Model.model_construct`."""
        made: Self = cls.model_construct(_fields_set, **values)  # type: ignore[attr-defined]
        return made

    @classmethod
    def model_json_schema(cls, **ignored: Any) -> Any:
        """Describe the fields as a JSON schema, as far as annotations say their types."""
        from .json_schema import describe

        return describe(cls)

    @classmethod
    def schema(cls, **ignored: Any) -> Any:
        """Give :meth:`model_json_schema`."""
        return cls.model_json_schema()

    @property
    def __fields_set__(self: Any) -> Any:
        """Give :attr:`Model.model_fields_set`."""
        return self.model_fields_set


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__, "Model")
