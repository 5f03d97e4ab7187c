"""How a client makes a resource: at its first use, with the resource's module."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Resource:
    """A resource of a client. Made at its first use, and then an attribute of the client.

    A test may replace it: ``mock.patch.object(client, "checkout_sessions")``.
    """

    def __init__(self, name: str, kind: str) -> None:
        self._name = name
        self._kind = kind

    def __get__(self, client: Any, owner: type) -> Any:
        from importlib import import_module

        kind = getattr(import_module(f"lomi.resources.{self._name}"), self._kind)
        if client is None:
            return kind  # so that an autospec of the client's class has the calls
        made = client.__dict__[self._name] = kind(client._native)
        return made


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
