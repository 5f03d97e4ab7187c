from typing import Any, final

from typing_extensions import Self, disjoint_base

from ._headers import Headers

__all__ = [
    "CALL_OPTIONS",
    "Client",
    "Field",
    "Fields",
    "Flight",
    "Held",
    "Inbox",
    "LastResponse",
    "Pager",
    "__version__",
    "key_for_order",
    "money",
    "money_from_major",
    "nearest",
    "read",
    "redact",
    "sign_webhook",
    "verify_webhook",
]

__version__: str

def redact(text: str) -> str: ...

CALL_OPTIONS: tuple[str, ...]

def nearest(name: str, known: list[str]) -> str | None: ...
def key_for_order(order: Any, attempt: Any) -> str: ...
def money(amount: int, currency: str) -> tuple[int, str, int, str]: ...
def money_from_major(text: str, currency: str) -> tuple[int, str, int, str]: ...
def sign_webhook(payload: Any, secret: str) -> str: ...
def verify_webhook(
    payload: Any,
    signature: Any,
    secrets: list[str],
    max_age: float | None,
    received_at: float | None,
) -> Any: ...
def read(text: str, model: str, family: int) -> Any: ...

@disjoint_base
class Held:
    def __new__(cls, *_positional: Any, **_named: Any) -> Self: ...
    def _read_all(self) -> bool: ...

@disjoint_base
class Field:
    def __new__(cls) -> Self: ...
    def __set_name__(self, _owner: Any, name: str) -> None: ...
    def __get__(self, instance: Any, owner: Any = ..., /) -> Any: ...
    def _held(self, model: Held) -> Any: ...

@final
class Fields:
    def __new__(cls) -> Fields: ...
    def __get__(self, instance: Any, owner: Any = ..., /) -> Any: ...
    def __set__(self, instance: Any, value: Any, /) -> None: ...

@final
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
    def warning(self) -> str | None: ...
    @property
    def replayed(self) -> bool | None: ...
    @property
    def history(self) -> list[dict[str, Any]]: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def body(self) -> bytes: ...

@final
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

@final
class Flight:
    def abort(self) -> None: ...

@final
class Inbox:
    def __new__(cls) -> Inbox: ...
    def fileno(self) -> int: ...
    def drain(self, waiting: dict[int, Any]) -> None: ...

@final
class Pager:
    def __new__(cls, query: dict[str, Any] | None) -> Pager: ...
    @staticmethod
    def after(query: dict[str, Any] | None, page: LastResponse) -> Pager: ...
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
