"""The base class of the documented API classes: three ways to return a response."""

from __future__ import annotations

from ..api_client import ApiClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .._lomi import LastResponse, PageInfo
    from ..api_response import ApiResponse
    from ..rest import HTTPResponse


class Api:
    """Makes calls with a client; with the default one where none is given."""

    def __init__(self, api_client: ApiClient | None = None) -> None:
        self.api_client = ApiClient.get_default() if api_client is None else api_client

    def _one(self, *call: Any) -> Any:
        return self.api_client._operate(*call)[0]

    def _nothing(self, *call: Any) -> None:
        self.api_client._operate(*call)

    def _page(self, list_class: str, *call: Any) -> Any:
        page, response = self.api_client._operate(*call)
        return _list_of(list_class, page, response)

    def _info(self, list_class: str | None, *call: Any) -> ApiResponse[Any]:
        from ..api_response import ApiResponse

        value, response = self.api_client._operate(*call)
        if list_class is not None:
            value = _list_of(list_class, value, response)
        return ApiResponse(
            status_code=response.status,
            data=value,
            raw_data=response.body,
            headers=response.headers,
        )

    def _raw(self, *call: Any) -> HTTPResponse:
        return self.api_client._raw(*call)


def _list_of(list_class: str, page: PageInfo, response: LastResponse) -> Any:
    from .. import models

    made = getattr(models, list_class)._of_page(page)
    made._response = response
    return made


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__, "ApiResponse HTTPResponse@rest LastResponse@_lomi PageInfo@_lomi")
