"""What ``*_with_http_info`` gives."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Generic, TypeVar

    T = TypeVar("T")

    class _Of(Generic[T]):
        pass
else:
    T = "T"

    class _Of:
        __slots__ = ()

        @classmethod
        def __class_getitem__(cls, item: Any) -> Any:
            return cls


class ApiResponse(_Of["T"]):
    """An answer: its status and headers, its value, and the body as it came."""

    __slots__ = ("status_code", "headers", "data", "raw_data")

    if TYPE_CHECKING:
        status_code: int
        headers: Mapping[str, str] | None
        data: T
        raw_data: bytes

    def __init__(
        self,
        status_code: int,
        data: Any,
        raw_data: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.data = data
        self.raw_data = raw_data

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ApiResponse):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        from ._lomi import redact

        return redact(f"ApiResponse(status_code={self.status_code}, data={self.data!r})")
