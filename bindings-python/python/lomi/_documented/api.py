"""What the documented API classes share: three ways to give an answer."""

from __future__ import annotations

from ..api_client import ApiClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..api_response import ApiResponse
    from ..rest import HTTPResponse


class Api:
    """Calls through a client; through the shared one where none is given."""

    def __init__(self, api_client: ApiClient | None = None) -> None:
        self.api_client = ApiClient.get_default() if api_client is None else api_client

    def _one(self, *call: Any) -> Any:
        return self.api_client._operate(*call)[0]

    def _nothing(self, *call: Any) -> None:
        self.api_client._operate(*call)

    def _page(self, list_class: str, *call: Any) -> Any:
        value, facts = self.api_client._operate(*call)
        return _listed(list_class, value, facts)

    def _info(self, list_class: str | None, *call: Any) -> ApiResponse[Any]:
        from ..api_response import ApiResponse

        value, facts = self.api_client._operate(*call)
        if list_class is not None:
            value = _listed(list_class, value, facts)
        return ApiResponse(
            status_code=facts.status, data=value, raw_data=facts.body, headers=facts.headers
        )

    def _raw(self, *call: Any) -> HTTPResponse:
        return self.api_client._raw(*call)


def _listed(list_class: str, value: Any, facts: Any) -> Any:
    from .. import models

    made = getattr(models, list_class)._of_page(value)
    made._response = facts
    return made


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__, "ApiResponse HTTPResponse@rest")
