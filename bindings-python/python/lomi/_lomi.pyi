from typing import Any

from ._headers import Headers

__version__: str

def redact(text: str) -> str: ...
def random_key() -> str: ...
def read(text: str, model: str, family: int) -> Any: ...

class LastResponse:
    @property
    def status(self) -> int: ...
    @property
    def request_id(self) -> str: ...
    @property
    def idempotency_key(self) -> str | None: ...
    @property
    def attempts(self) -> int: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def body(self) -> bytes: ...

class Client:
    def __new__(cls, settings: dict[str, Any]) -> Client: ...
    def call(
        self,
        target: str | tuple[str, str],
        path: dict[str, Any] | None,
        query: dict[str, Any] | None,
        body: Any,
        options: dict[str, Any] | None,
        family: int,
    ) -> tuple[Any, LastResponse]: ...
    def start(
        self,
        inbox: Inbox,
        token: int,
        target: str | tuple[str, str],
        path: dict[str, Any] | None,
        query: dict[str, Any] | None,
        body: Any,
        options: dict[str, Any] | None,
        family: int,
    ) -> Flight: ...
    @property
    def base_url(self) -> str: ...
    @property
    def timeout(self) -> float: ...
    @property
    def max_retries(self) -> int: ...
    @property
    def masked_key(self) -> str | None: ...

class Flight:
    def abort(self) -> None: ...

class Inbox:
    def __new__(cls) -> Inbox: ...
    def fileno(self) -> int: ...
    def drain(self, waiting: dict[int, Any]) -> None: ...

class Pager:
    def __new__(cls, query: dict[str, Any] | None) -> Pager: ...
    def copy(self) -> Pager: ...
    @property
    def ended(self) -> bool: ...
    def call(
        self,
        client: Client,
        target: str,
        options: dict[str, Any] | None,
        family: int,
    ) -> tuple[Any, LastResponse]: ...
    def start(
        self,
        client: Client,
        inbox: Inbox,
        token: int,
        target: str,
        options: dict[str, Any] | None,
        family: int,
    ) -> Flight: ...
