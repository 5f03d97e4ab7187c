"""The hooks of a client: ``on_request`` and ``on_response``. Imported where one is set."""

from __future__ import annotations

from contextvars import ContextVar
from inspect import isasyncgenfunction, iscoroutinefunction

from ._log import log_attempt, warn_of_hook
from ._lomi import WANTED_FAILURES, WANTED_REQUESTS, WANTED_SUCCESSES, RequestEvent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._lomi import ResponseEvent


#: Whether the code that runs is a hook, or was started by one.
_in_hook: ContextVar[bool] = ContextVar("lomi_in_hook", default=False)


class Hooks:
    """Calls the hooks of one client. What a hook raises changes nothing about the call."""

    __slots__ = ("on_request", "on_response", "wanted", "reported")

    def __init__(
        self,
        on_request: Callable[[RequestEvent], object] | None,
        on_response: Callable[[ResponseEvent], object] | None,
    ) -> None:
        """Refuse hooks that cannot be called."""
        _check("on_request", on_request)
        _check("on_response", on_response)
        self.on_request = on_request
        self.on_response = on_response
        #: The events that a call must be observed for.
        self.wanted = (0 if on_request is None else WANTED_REQUESTS) | (
            0 if on_response is None else WANTED_FAILURES | WANTED_SUCCESSES
        )
        #: Hooks whose exception was logged.
        self.reported: set[str] = set()

    def observer(self, wanted_by_log: int) -> tuple[Callable[[Any], None], int]:
        """Give what :func:`lomi._calls.observer_of` does.

        A call that a hook makes calls no hooks, since it would never end.
        """
        if _in_hook.get():
            return log_attempt, wanted_by_log
        return self.observe, self.wanted | wanted_by_log

    def observe(self, event: RequestEvent | ResponseEvent) -> None:
        """Call the hook for an event, and log the end of an attempt."""
        if isinstance(event, RequestEvent):
            if self.on_request is not None:
                self._call("on_request", self.on_request, event)
            return
        if self.on_response is not None:
            self._call("on_response", self.on_response, event)
        log_attempt(event)

    def _call(self, name: str, hook: Callable[[Any], object], event: Any) -> None:
        token = _in_hook.set(True)
        try:
            hook(event)
        except Exception:
            if name not in self.reported and warn_of_hook(name):
                self.reported.add(name)
        finally:
            _in_hook.reset(token)


def _check(name: str, hook: Any) -> None:
    if hook is None:
        return
    if not callable(hook):
        problem = f"must be a function, not {type(hook).__name__}"
    elif any(_is_async(function) for function in (hook, type(hook).__call__)):
        problem = "must be a plain function, not an async one: nothing would await it"
    else:
        return
    from .errors import ConfigurationError

    raise ConfigurationError(f"{name} {problem}")


def _is_async(function: Any) -> bool:
    return iscoroutinefunction(function) or isasyncgenfunction(function)


if not TYPE_CHECKING:
    from ._hints import later

    __getattr__ = later(__name__, "ResponseEvent@_lomi")
