"""One page of a list, and the iterators over all pages."""

from __future__ import annotations

from ._calls import call, call_page
from ._lomi import MODERN_MODELS, Pager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any, Generic, TypeVar

    from ._lomi import Client, LastResponse, PageInfo

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
    """A page: its objects and its place in the list."""

    __slots__ = (
        "data",
        "last_response",
        "_info",
        "_client",
        "_path",
        "_query",
        "_next",
        "_operation",
        "_options",
    )

    if TYPE_CHECKING:
        #: The objects of this page.
        data: list[T]
        #: The response that this page came with: status, request id, attempts, headers.
        last_response: LastResponse
        _next: Pager | None

    def __init__(
        self,
        client: Client,
        pager: Pager | None,
        path: dict[str, Any] | None,
        query: dict[str, Any] | None,
        operation: str,
        options: dict[str, Any] | None,
        result: tuple[PageInfo, LastResponse],
    ) -> None:
        self._info, self.last_response = result
        self.data = self._info.rows
        self._client = client
        self._next = pager
        self._path = path
        self._query = query
        self._operation = operation
        self._options = options

    @property
    def total(self) -> int | None:
        """How many objects there are in all; None where the server does not count them."""
        return self._info.total

    @property
    def limit(self) -> int | None:
        """The most objects in a page; None where the server does not say it."""
        return self._info.limit

    @property
    def offset(self) -> int | None:
        """How many objects lie before this page; None where the server does not say it."""
        return self._info.offset

    @property
    def page(self) -> int | None:
        """The number of this page, from 1; None where the server does not say it."""
        return self._info.page

    @property
    def total_pages(self) -> int | None:
        """How many pages there are; None where the server does not say it."""
        return self._info.total_pages

    @property
    def next_cursor(self) -> str | None:
        """Where the next page starts; None where the list has no cursors."""
        return self._info.next_cursor

    @property
    def _pager(self) -> Pager:
        """The position after this page. Made at the first use: most pages need none."""
        if self._next is None:
            self._next = Pager.after(self._path, self._query, self.last_response)
        return self._next

    @property
    def has_more(self) -> bool:
        """Whether more pages follow."""
        has_more = self._info.has_more
        return not self._pager.ended if has_more is None else has_more

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, position: int) -> T:
        return self.data[position]

    def __repr__(self) -> str:
        total = "" if self.total is None else f" of {self.total}"
        return f"<{type(self).__name__}: {len(self.data)}{total}, has_more={self.has_more}>"


class Page(_PageBase["T"]):
    """One page of a list. Iterating over it gives the objects of this page."""

    __slots__ = ()

    def __iter__(self) -> Iterator[T]:
        return iter(self.data)

    def auto_paging_iter(self) -> Items[T]:
        """Iterate over every object from this page on; pages are fetched as needed."""
        return Items(self)

    def next_page(self) -> Page[T] | None:
        """Fetch the page after this one; None at the end of the list."""
        pager = self._pager.copy()
        return None if pager.ended else fetch(self._client, pager, self._operation, self._options)


class AsyncPage(_PageBase["T"]):
    """One page of a list. Iterating over it gives the objects of this page."""

    __slots__ = ()

    def __iter__(self) -> Iterator[T]:
        return iter(self.data)

    def auto_paging_iter(self) -> AsyncItems[T]:
        """Iterate over every object from this page on, with ``async for``."""
        return AsyncItems(self)

    async def next_page(self) -> AsyncPage[T] | None:
        """Fetch the page after this one; None at the end of the list."""
        pager = self._pager.copy()
        if pager.ended:
            return None
        return await fetch_async(self._client, pager, self._operation, self._options)


class Items(_Of["T"]):
    """Every object of a list. After an error, the next object fetches the same page again."""

    __slots__ = ("_page", "_pager", "_items")

    def __init__(self, page: Page[T]) -> None:
        self._page = page
        self._pager = page._pager.copy()
        self._items = iter(page.data)

    def __iter__(self) -> Items[T]:
        return self

    def __next__(self) -> T:
        while True:
            for item in self._items:
                return item
            if self._pager.ended:
                raise StopIteration
            page, pager = self._page, self._pager.copy()
            fetched: Page[T] = fetch(page._client, pager, page._operation, page._options)
            self._pager, self._items = pager, iter(fetched.data)


class AsyncItems(_Of["T"]):
    """Every object of a list. After an error, the next object fetches the same page again."""

    __slots__ = ("_page", "_pager", "_items")

    def __init__(self, page: AsyncPage[T]) -> None:
        self._page = page
        self._pager = page._pager.copy()
        self._items = iter(page.data)

    def __aiter__(self) -> AsyncItems[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            if self._pager.ended:
                raise StopAsyncIteration
            # A copy moves on: a cancelled task may lose a page that has arrived.
            page, pager = self._page, self._pager.copy()
            fetched: AsyncPage[T] = await fetch_async(
                page._client, pager, page._operation, page._options
            )
            self._pager, self._items = pager, iter(fetched.data)


class Listing(_Of["T"]):
    """The result of ``list``: ``await`` it for a page, ``async for`` it for every object."""

    __slots__ = ("_client", "_path", "_query", "_operation", "_options")

    def __init__(
        self,
        client: Client,
        operation: str,
        path: dict[str, Any] | None,
        query: dict[str, Any] | None,
        options: dict[str, Any] | None,
    ) -> None:
        self._client = client
        self._operation = operation
        self._path = path
        self._query = query
        self._options = options

    def __await__(self) -> Any:
        return self._first().__await__()

    async def _first(self) -> AsyncPage[T]:
        from ._async_calls import call as call_async

        client, options = self._client, self._options
        result = await call_async(
            client, self._operation, self._path, self._query, None, options, MODERN_MODELS
        )
        return AsyncPage(client, None, self._path, self._query, self._operation, options, result)

    async def __aiter__(self) -> AsyncIterator[T]:
        page = await self._first()
        async for item in page.auto_paging_iter():
            yield item

    def auto_paging_iter(self) -> AsyncIterator[T]:
        """Iterate over every object; pages are fetched as needed."""
        return self.__aiter__()


def first(
    client: Client,
    operation: str,
    path: dict[str, Any] | None,
    query: dict[str, Any] | None,
    options: dict[str, Any] | None,
) -> Page[Any]:
    """Fetch the page that a query asks for."""
    result = call(client, operation, path, query, None, options, MODERN_MODELS)
    return Page(client, None, path, query, operation, options, result)


def fetch(
    client: Client, pager: Pager, operation: str, options: dict[str, Any] | None
) -> Page[Any]:
    """Fetch the next page of a pager."""
    result = call_page(client, pager, operation, options, MODERN_MODELS)
    return Page(client, pager, None, None, operation, options, result)


async def fetch_async(
    client: Client, pager: Pager, operation: str, options: dict[str, Any] | None
) -> AsyncPage[Any]:
    """Fetch the next page of a pager."""
    from ._async_calls import call_page as call_page_async

    result = await call_page_async(client, pager, operation, options, MODERN_MODELS)
    return AsyncPage(client, pager, None, None, operation, options, result)


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(
        __name__,
        "Client@_lomi LastResponse@_lomi PageInfo@_lomi Pager@_lomi",
    )
