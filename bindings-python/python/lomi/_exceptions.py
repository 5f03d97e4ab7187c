"""The exceptions of the documented client, below those of :mod:`lomi.errors`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, ClassVar, NoReturn


class OpenApiException(Exception):
    """The base of every exception of this package."""


class ApiTypeError(OpenApiException, TypeError):
    """An argument is of a type that cannot be used."""

    def __init__(
        self,
        msg: str,
        path_to_item: list[str | int] | None = None,
        valid_classes: tuple[type, ...] | None = None,
        key_type: bool | None = None,
    ) -> None:
        """Say what is wrong with which item.

        :param msg: the message
        :param path_to_item: keys and positions that lead to the item
        :param valid_classes: the types that are allowed
        :param key_type: whether the item is a key of a dictionary
        """
        self.path_to_item = path_to_item
        self.valid_classes = valid_classes
        self.key_type = key_type
        super().__init__(_located(msg, path_to_item))


class ApiValueError(OpenApiException, ValueError):
    """An argument has a value that cannot be used."""

    def __init__(self, msg: str, path_to_item: list[str | int] | None = None) -> None:
        """Say what is wrong with which item."""
        self.path_to_item = path_to_item
        super().__init__(_located(msg, path_to_item))


class ApiAttributeError(OpenApiException, AttributeError):
    """There is no such attribute."""

    def __init__(self, msg: str, path_to_item: list[str | int] | None = None) -> None:
        """Say what is wrong with which item."""
        self.path_to_item = path_to_item
        super().__init__(_located(msg, path_to_item))


class ApiKeyError(OpenApiException, KeyError):
    """There is no such key."""

    def __init__(self, msg: str, path_to_item: list[str | int] | None = None) -> None:
        """Say what is wrong with which item."""
        self.path_to_item = path_to_item
        super().__init__(_located(msg, path_to_item))


class ApiException(OpenApiException):
    """A call failed.

    ``status`` and ``reason`` are those of the HTTP response, ``body`` is its text,
    ``headers`` its headers, and ``data`` the body read as an
    :class:`~lomi.models.error.Error` where it is one. They are None where no response came.
    """

    #: Set by :mod:`lomi.errors`, whose classes are subclasses of this one.
    _class_of_status: ClassVar[Callable[[int], type[ApiException]]]

    def __init__(
        self,
        status: int | None = None,
        reason: str | None = None,
        http_resp: Any = None,
        *,
        body: str | None = None,
        data: Any = None,
    ) -> None:
        """Take the attributes, from a response object where one is given."""
        self.status = status
        self.reason = reason
        self.body = body
        self.data = data
        self.headers: Mapping[str, str] | None = None
        if http_resp:
            if self.status is None:
                self.status = http_resp.status
            if self.reason is None:
                self.reason = http_resp.reason
            if self.body is None:
                try:
                    self.body = http_resp.data.decode("utf-8")
                except Exception:  # a body that is no text has no text form
                    pass
            self.headers = http_resp.getheaders()

    @classmethod
    def from_response(cls, *, http_resp: Any, body: str | None, data: Any) -> NoReturn:
        """Raise the class for the status of a response."""
        raise cls._class_of_status(http_resp.status)(http_resp=http_resp, body=body, data=data)

    def __str__(self) -> str:
        """Status, reason, headers and body, each on its line."""
        from ._lomi import redact

        text = f"({self.status})\nReason: {self.reason}\n"
        if self.headers:
            text += f"HTTP response headers: {dict(self.headers)}\n"
        if self.data or self.body:
            text += f"HTTP response body: {self.data or self.body}\n"
        return redact(text)


class BadRequestException(ApiException):
    """400: the request is wrong."""


class NotFoundException(ApiException):
    """404: there is no such object."""


class UnauthorizedException(ApiException):
    """401: the key is missing or wrong."""


class ForbiddenException(ApiException):
    """403: the key may not do this."""


class ServiceException(ApiException):
    """5xx: the server failed."""


class ConflictException(ApiException):
    """409: the request conflicts with the state of the object."""


class UnprocessableEntityException(ApiException):
    """422: the request is well formed and cannot be carried out."""


def render_path(path_to_item: list[str | int]) -> str:
    """Write keys and positions as an index expression: ``['a'][0]``."""
    return "".join(f"[{item}]" if isinstance(item, int) else f"['{item}']" for item in path_to_item)


def _located(msg: str, path_to_item: list[str | int] | None) -> str:
    return f"{msg} at {render_path(path_to_item)}" if path_to_item else msg


# Tracebacks and pickles name the public module.
for _class in (
    OpenApiException,
    ApiTypeError,
    ApiValueError,
    ApiAttributeError,
    ApiKeyError,
    ApiException,
    BadRequestException,
    NotFoundException,
    UnauthorizedException,
    ForbiddenException,
    ServiceException,
    ConflictException,
    UnprocessableEntityException,
):
    _class.__module__ = "lomi.exceptions"


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
