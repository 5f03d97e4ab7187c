"""``lomi events``: what ends, as lines of JSON."""

from __future__ import annotations

import sys
import time

from .._client import LomiClient
from ..errors import APIConnectionError, RateLimitError, ServerError
from .output import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace


def run(args: Namespace) -> int:
    """Print what has ended since then, and with ``--follow`` what ends, until Ctrl-C."""
    from datetime import datetime, timezone

    client = LomiClient()
    cursor: str | datetime = args.since or datetime.now(timezone.utc)
    try:
        while True:
            missed = client.reconcile(cursor)
            try:
                for event, _ in missed:
                    show(event, indent=None)
            except (APIConnectionError, RateLimitError, ServerError) as error:
                if not args.follow:
                    raise
                print(f"lomi: {error}", file=sys.stderr)
            if not args.follow:
                return 0
            cursor = missed.cursor
            time.sleep(args.every)
    except KeyboardInterrupt:
        return 0
