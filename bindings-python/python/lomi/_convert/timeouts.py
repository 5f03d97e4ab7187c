"""Timeouts in the forms of other HTTP libraries, as seconds.

The native library calls this for every timeout that is not a plain number.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def parts(name: str, value: Any) -> tuple[float | None, float | None]:
    """Give the seconds for the whole call, and those for connecting; None follows the client.

    Takes a number, a timedelta, a pair (connect, read) as requests has it, or an object with
    these two, such as ``httpx.Timeout`` and ``urllib3.Timeout``. The pair limits a call of
    one attempt: connecting may take the first time, and the whole call the sum of both.
    """
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{type(value).__name__} ({len(value)})")
        connect, read = value
    elif hasattr(type(value), "read_timeout"):  # urllib3
        total, connect = getattr(value, "total", None), _limit(value.connect_timeout)
        # With a total, urllib3 has no read_timeout before its request starts.
        if isinstance(total, (int, float)):
            return one(name, total), None if connect is None else one(name, connect)
        read = _limit(value.read_timeout)
    elif hasattr(value, "connect") and hasattr(value, "read"):  # httpx
        connect, read = value.connect, value.read
    else:
        return one(name, value), None
    connect = None if connect is None else one(name, connect)
    read = None if read is None else one(name, read)
    if connect is not None and read is not None:
        # Two wrong parts must not add up to a valid sum.
        for part in (connect, read):
            if not part > 0:
                raise ValueError(f"{part}")
        return connect + read, connect
    return read, connect


def one(name: str, value: Any) -> float:
    """Give the seconds of one time: a number or a timedelta."""
    kind = type(value).__name__
    if hasattr(value, "total_seconds"):
        return float(value.total_seconds())
    if isinstance(value, (bool, str, bytes)) or kind in ("bool_", "bool"):
        raise ValueError(f"{value!r}" if kind.startswith("bool") else kind)
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    except (TypeError, ValueError):
        raise ValueError(kind) from None


def _limit(value: Any) -> Any:
    """Replace urllib3's placeholder for "not set" by None."""
    return value if isinstance(value, (int, float)) else None
