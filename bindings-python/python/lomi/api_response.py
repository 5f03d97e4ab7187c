"""The result of the methods ``*_with_http_info``."""

from __future__ import annotations

from ._model.base import Model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar, Generic, TypeVar

    T = TypeVar("T")

    class _Of(Generic[T]):
        pass
else:
    T = ApiResponseT = "T"

    class _Of:
        __slots__ = ()

        @classmethod
        def __class_getitem__(cls, item: Any) -> Any:
            return cls


class ApiResponse(_Of["T"], Model):
    """A response: its status and headers, its value, and the raw body."""

    _fields: ClassVar[tuple[str, ...]] = ("status_code", "headers", "data", "raw_data")

    if TYPE_CHECKING:
        status_code: int
        headers: Mapping[str, str] | None
        data: T
        raw_data: bytes

        def __init__(
            self,
            *,
            status_code: int,
            data: Any,
            raw_data: bytes,
            headers: Mapping[str, str] | None = None,
        ) -> None: ...

    else:
        status_code = headers = data = raw_data = None

    @classmethod
    def model_validate(cls, obj: Any, **ignored: Any) -> ApiResponse[Any]:
        """Take a dictionary of the four fields, or an ``ApiResponse``."""
        return obj if isinstance(obj, ApiResponse) else ApiResponse(**obj)


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
