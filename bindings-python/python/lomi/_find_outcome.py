"""Finding out whether a call whose outcome is unknown was done. The native library says which
calls to make, and what they show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from ._calls import call_page
from ._lomi import MODERN_MODELS, OutcomeSearch
from ._model.base import Model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._lomi import Client


@dataclass(frozen=True)
class Done:
    """The work was done once.

    ``object`` is what the call has made or changed; None after a delete. After a create that was
    sent again with its idempotency key, the work may have been done only now.
    """

    object: Model | dict[str, Any] | list[Any] | None


@dataclass(frozen=True)
class NotDone:
    """The work was not done, and will not be: the call may be made again."""


@dataclass(frozen=True)
class Ambiguous:
    """It is not known whether the work was done."""

    #: The objects that may be the one that the call has made or changed.
    candidates: list[Model]
    #: One sentence for people.
    reason: str
    #: Seconds after which it makes sense to ask again; None where it makes none.
    ask_again_after: float | None


#: What :meth:`lomi.LomiClient.find_outcome` gives.
FoundOutcome: TypeAlias = Done | NotDone | Ambiguous

_CLASSES: dict[str, Any] = {"Done": Done, "NotDone": NotDone, "Ambiguous": Ambiguous}


def find_outcome(
    client: Client, error_or_json: BaseException | str, known_ids: Iterable[object]
) -> FoundOutcome:
    """Make the calls of a search, one after the other."""
    search = OutcomeSearch(_unknown_call(error_or_json), known_ids)
    while (found := search.step()) is None:
        call_page(client, search, None, None, MODERN_MODELS)
    return _outcome(*found)


async def find_outcome_awaited(
    client: Client, error_or_json: BaseException | str, known_ids: Iterable[object]
) -> FoundOutcome:
    """Make the calls of a search, awaited."""
    from ._async_calls import call_page as call_page_async

    search = OutcomeSearch(_unknown_call(error_or_json), known_ids)
    while (found := search.step()) is None:
        await call_page_async(client, search, None, None, MODERN_MODELS)
    return _outcome(*found)


def _outcome(name: str, *values: Any) -> FoundOutcome:
    made: FoundOutcome = _CLASSES[name](*values)
    return made


def _unknown_call(error_or_json: BaseException | str) -> str | None:
    from .errors import CancelledError, LomiError, ValidationError

    if isinstance(error_or_json, str):
        return error_or_json
    if isinstance(error_or_json, LomiError):
        return error_or_json.unknown_call
    if isinstance(error_or_json, BaseException):  # such as the TimeoutError that ended a call
        ended = CancelledError.behind(error_or_json)
        return None if ended is None else ended.unknown_call
    kind = type(error_or_json).__name__
    raise ValidationError(f"find_outcome takes an error or its unknown_call, not {kind}")


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "Client@_lomi")
