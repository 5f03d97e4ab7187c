"""HTTP headers: a mapping whose names ignore case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Headers(Mapping[str, str]):
    """The headers of a response. A repeated name gives its values joined by a comma."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[str, str]] | Mapping[str, str] = ()) -> None:
        """Take pairs of name and value, or a mapping."""
        items: Iterable[Any] = pairs.items() if isinstance(pairs, Mapping) else pairs
        self._pairs: list[tuple[str, str]] = list(items)

    def getlist(self, name: str) -> list[str]:
        """Give every value of a name, in order."""
        name = name.lower()
        return [value for each, value in self._pairs if each.lower() == name]

    def __getitem__(self, name: str) -> str:
        values = self.getlist(name)
        if not values:
            raise KeyError(name)
        return ", ".join(values)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._pairs))

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self._pairs})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.getlist(name))

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return {k.lower(): v for k, v in self.items()} == {k.lower(): v for k, v in other.items()}

    def __reduce_ex__(self, protocol: Any) -> Any:
        return Headers, (list(self._pairs),)

    def __repr__(self) -> str:
        from ._lomi import redact

        return redact(f"Headers({dict(self)})")


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__)
