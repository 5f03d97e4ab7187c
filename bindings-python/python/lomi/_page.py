"""One page of a list, and the walk through all of them."""

from __future__ import annotations

from ._log import call, page_call
from ._lomi import Pager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any, Generic, TypeVar

    from ._lomi import Client, LastResponse

    T = TypeVar("T")

    class _Of(Generic[T]):
        __slots__ = ()
else:
    T = "T"

    class _Of:
        __slots__ = ()

        @classmethod
        def __class_getitem__(cls, item: Any) -> Any:
            return cls


class _PageBase(_Of["T"]):
    """What a page says of itself, however it is walked."""

    __slots__ = (
        "data",
        "total",
        "limit",
        "offset",
        "page",
        "total_pages",
        "next_cursor",
        "last_response",
        "_has_more",
        "_client",
        "_query",
        "_walk",
        "_operation",
        "_options",
    )

    if TYPE_CHECKING:
        #: The objects of this page.
        data: list[T]
        #: How many there are in all, where the server counts them.
        total: int | None
        limit: int | None
        offset: int | None
        page: int | None
        total_pages: int | None
        next_cursor: str | None
        _has_more: bool | None
        _walk: Pager | None
        #: What is known about the request that gave this page.
        last_response: LastResponse

    def __init__(
        self,
        client: Client,
        walk: Pager | None,
        query: dict[str, Any] | None,
        operation: str,
        options: dict[str, Any] | None,
        reply: tuple[Any, LastResponse],
    ) -> None:
        (
            self.data,
            self.total,
            self.limit,
            self.offset,
            self.page,
            self.total_pages,
            self._has_more,
            self.next_cursor,
        ) = reply[0]
        self.last_response = reply[1]
        self._client = client
        self._walk = walk
        self._query = query
        self._operation = operation
        self._options = options

    @property
    def _pager(self) -> Pager:
        """The walk after this page. Made when it is asked for: most pages stand alone."""
        if self._walk is None:
            self._walk = Pager.after(self._query, self.last_response)
        return self._walk

    @property
    def has_more(self) -> bool:
        """Whether more pages follow."""
        return not self._pager.ended if self._has_more is None else self._has_more

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, position: int) -> T:
        return self.data[position]

    def __repr__(self) -> str:
        total = "" if self.total is None else f" of {self.total}"
        return f"<{type(self).__name__}: {len(self.data)}{total}, has_more={self.has_more}>"


class Page(_PageBase["T"]):
    """One page of a list. Iterating over it gives its own objects."""

    __slots__ = ()

    def __iter__(self) -> Iterator[T]:
        return iter(self.data)

    def auto_paging_iter(self) -> Items[T]:
        """Walk through every object from this page on; pages are fetched as needed."""
        return Items(self)

    def next_page(self) -> Page[T] | None:
        """Fetch the page after this one; None at the end of the list."""
        pager = self._pager.copy()
        return None if pager.ended else fetch(self._client, pager, self._operation, self._options)


class AsyncPage(_PageBase["T"]):
    """One page of a list. Iterating over it gives its own objects."""

    __slots__ = ()

    def __iter__(self) -> Iterator[T]:
        return iter(self.data)

    def auto_paging_iter(self) -> AsyncItems[T]:
        """Walk through every object from this page on, with ``async for``."""
        return AsyncItems(self)

    async def next_page(self) -> AsyncPage[T] | None:
        """Fetch the page after this one; None at the end of the list."""
        pager = self._pager.copy()
        if pager.ended:
            return None
        return await fetch_async(self._client, pager, self._operation, self._options)


class Items(_Of["T"]):
    """Every object of a list. After an error, going on asks for the same page again."""

    __slots__ = ("_page", "_pager", "_ready")

    def __init__(self, page: Page[T]) -> None:
        self._page = page
        self._pager = page._pager.copy()
        self._ready = iter(page.data)

    def __iter__(self) -> Items[T]:
        return self

    def __next__(self) -> T:
        while True:
            for item in self._ready:
                return item
            if self._pager.ended:
                raise StopIteration
            page = self._page
            fetched: Page[T] = fetch(page._client, self._pager, page._operation, page._options)
            self._ready = iter(fetched.data)


class AsyncItems(_Of["T"]):
    """Every object of a list. After an error, going on asks for the same page again."""

    __slots__ = ("_page", "_pager", "_ready")

    def __init__(self, page: AsyncPage[T]) -> None:
        self._page = page
        self._pager = page._pager.copy()
        self._ready = iter(page.data)

    def __aiter__(self) -> AsyncItems[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._ready:
                return item
            if self._pager.ended:
                raise StopAsyncIteration
            page = self._page
            fetched: AsyncPage[T] = await fetch_async(
                page._client, self._pager, page._operation, page._options
            )
            self._ready = iter(fetched.data)


class Listing(_Of["T"]):
    """A list that was asked for: ``await`` it for a page, ``async for`` it for every object."""

    __slots__ = ("_client", "_query", "_operation", "_options", "_items")

    def __init__(
        self,
        client: Client,
        operation: str,
        query: dict[str, Any] | None,
        options: dict[str, Any] | None,
    ) -> None:
        self._client = client
        self._operation = operation
        self._query = query
        self._options = options

    def __await__(self) -> Any:
        return self._first().__await__()

    async def _first(self) -> AsyncPage[T]:
        from ._async_calls import call as start

        client, options = self._client, self._options
        reply = await start(client, self._operation, None, self._query, None, options, 1)
        return AsyncPage(client, None, self._query, self._operation, options, reply)

    async def __aiter__(self) -> AsyncIterator[T]:
        page = await self._first()
        async for item in page.auto_paging_iter():
            yield item

    def auto_paging_iter(self) -> AsyncIterator[T]:
        """Walk through every object; pages are fetched as needed."""
        return self.__aiter__()


def first(
    client: Client,
    operation: str,
    query: dict[str, Any] | None,
    options: dict[str, Any] | None,
) -> Page[Any]:
    """Fetch the page that a query asks for."""
    reply = call(client, operation, None, query, None, options, 1)
    return Page(client, None, query, operation, options, reply)


def fetch(
    client: Client, pager: Pager, operation: str, options: dict[str, Any] | None
) -> Page[Any]:
    """Fetch the page that a walk is at."""
    reply = page_call(pager, client, operation, options, 1)
    return Page(client, pager, None, operation, options, reply)


async def fetch_async(
    client: Client, pager: Pager, operation: str, options: dict[str, Any] | None
) -> AsyncPage[Any]:
    """Fetch the page that a walk is at."""
    from ._async_calls import page_call as start

    reply = await start(client, pager, operation, options)
    return AsyncPage(client, pager, None, operation, options, reply)


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(
        __name__,
        "Client@_lomi LastResponse@_lomi Pager@_lomi",
    )
