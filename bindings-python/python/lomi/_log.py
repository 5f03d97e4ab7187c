"""What calls did, for Python's ``logging``: one record per request, under the name "lomi".

Bodies, keys and headers are never written. Nothing is imported before a log is wanted.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable
    from logging import Logger
    from typing import Any

    from ._lomi import Client, LastResponse, Pager


def call(client: Client, *given: Any) -> tuple[Any, LastResponse]:
    """Make a call and wait for it; say what it did to who asked for a log."""
    logger = _wanted()
    if logger is None:
        return client.call(*given)
    try:
        reply = client.call(*given)
    except Exception as error:
        note(logger, getattr(error, "history", ()))
        raise
    note(logger, reply[1].history)
    return reply


def page_call(pager: Pager, *given: Any) -> tuple[Any, LastResponse]:
    """Fetch the page that a walk is at, and say so."""
    logger = _wanted()
    if logger is None:
        return pager.call(*given)
    try:
        reply = pager.call(*given)
    except Exception as error:
        note(logger, getattr(error, "history", ()))
        raise
    note(logger, reply[1].history)
    return reply


async def landed(flight: Awaitable[tuple[Any, LastResponse]]) -> tuple[Any, LastResponse]:
    """Wait for a call on an event loop, and say what it did."""
    logger = _wanted()
    if logger is None:
        return await flight
    try:
        reply = await flight
    except Exception as error:
        note(logger, getattr(error, "history", ()))
        raise
    note(logger, reply[1].history)
    return reply


def note(logger: Logger, history: Any) -> None:
    """Write one record per request. What a handler raises does not reach the call."""
    for number, request in enumerate(history, 1):
        status, failure = request["status"], request["failure"]
        good = failure is None and status is not None and 200 <= status < 300
        try:
            logger.log(
                20 if good else 30,
                "%s %s %s %d ms request %s attempt %d",
                request["method"],
                request["route"],
                failure if status is None else status,
                request["milliseconds"],
                request["request_id"],
                number,
                extra={**request, "attempt": number},
            )
        except Exception:
            continue


def _wanted() -> Logger | None:
    """Give the logger, where the environment or the program asks for a log."""
    shown = os.environ.get("LOMI_LOG") in ("info", "debug")
    if not shown and "logging" not in sys.modules:
        return None
    import logging

    logger = logging.getLogger("lomi")
    if shown and not getattr(logger, "_lomi_shown", False):
        logger._lomi_shown = True  # type: ignore[attr-defined]
        if not logger.hasHandlers():
            handler = logging.StreamHandler()
            handler.setFormatter(logging.Formatter("lomi: %(message)s"))
            logger.addHandler(handler)
        if not logger.isEnabledFor(logging.INFO):
            logger.setLevel(logging.INFO)
    return logger if logger.isEnabledFor(logging.WARNING) else None
