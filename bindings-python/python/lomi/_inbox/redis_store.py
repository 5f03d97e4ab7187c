"""Marks in Redis, and commands that run together with the mark, in one script."""

from __future__ import annotations

from .._lomi import message
from ..errors import ConfigurationError, InboxBusyError, InboxLeaseLostError, ValidationError
from . import statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .inbox import Mark

#: What the script that claims an event gives if it was handled.
_HANDLED = -1

#: Seconds between two looks at an event that another process handles: the first, and the most.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.25

#: The most arguments of a command: Lua cannot pass on more than 8,000 values.
_MOST_ARGUMENTS = 7_000


class RedisTransaction:
    """The commands of a handler, which run together with the mark of its event."""

    def __init__(self, client: Any) -> None:
        self.client = client
        """The client, for reading. What the handler writes with it is not with the mark."""
        self._commands: list[list[str]] = []
        self._has_ended = False

    def queue(self, command: str, *arguments: str | int | float) -> None:
        """Queue a command, such as ``transaction.queue("INCRBY", "balance", 100)``.

        It runs when the handler has returned; its result is not given. A command that Redis
        refuses, such as INCRBY of a list, ends the script: those before it have run.

        :raises lomi.ValidationError: an argument is no string and no number, such as bytes
        """
        if self._has_ended:
            raise ConfigurationError("the handler has returned: this command would not run")
        if len(arguments) >= _MOST_ARGUMENTS:
            raise ValidationError(f"a command has fewer than {_MOST_ARGUMENTS} arguments")
        self._commands.append([_string(argument) for argument in (command, *arguments)])

    def _end(self) -> str:
        import json

        self._has_ended = True
        return json.dumps(self._commands)


class RedisStore:
    """Marks in Redis, by a client of redis-py's.

    The handler gets a :class:`RedisTransaction`. While it works, its event belongs to this
    process for ``lease`` seconds; if the process is killed, the event is handed over again after
    them. What Redis forgets at a failure, by its settings of persistence, is handed over again
    too. In a Redis Cluster, ``prefix`` needs the hash tag of the keys that the handler writes.
    """

    def __init__(
        self,
        client: Any,
        prefix: str = statements.REDIS_PREFIX,
        lease: float = statements.REDIS_LEASE,
        keep_days: float = statements.KEEP_DAYS,
        wait: float = 10.0,
    ) -> None:
        """Take a client.

        :param prefix: what the keys begin with
        :param lease: for how many seconds a handler may work, more than it ever needs
        :param keep_days: for how many days an event counts as handled
        :param wait: for how many seconds to wait for another process that handles the event,
            before an ``InboxBusyError``
        """
        if not (lease >= 0.001 and keep_days * 86400 >= 1 and wait >= 0):
            raise ConfigurationError("lease and keep_days must be more than 0, wait 0 or more")
        self._client = client
        self._prefix = prefix
        self._lease = lease
        self._keep = keep_days
        self._wait = wait

    def create_table(self) -> None:
        """Do nothing: Redis has no tables."""

    def handle(self, mark: Mark, work: Callable[[Any], None], cursor: str | None) -> bool:
        """Claim the event, do the work, run its commands with the mark; all or nothing."""
        from os import urandom

        key, token = self._prefix + mark[0], urandom(16).hex()
        if not self._claim(key, token):
            return False
        transaction = RedisTransaction(self._client)
        try:
            work(transaction)
            done = self._run(
                statements.REDIS_COMPLETE,
                (key, self._prefix + statements.CURSOR_KEY),
                token,
                round(self._keep * 86400),
                cursor or "",
                transaction._end(),
            )
        except BaseException:
            self._release(key, token)
            raise
        if done != 1:
            raise InboxLeaseLostError(message("inbox_lease_lost", lease=f"{self._lease:g}"))
        return True

    def load_cursor(self) -> str | None:
        """Give the cursor; None if there is none."""
        found = _result(self._client.get(self._prefix + statements.CURSOR_KEY))
        return found.decode() if isinstance(found, bytes) else found

    def store_cursor(self, cursor: str) -> None:
        """Store the cursor."""
        _result(self._client.set(self._prefix + statements.CURSOR_KEY, cursor))

    def delete_old(self, before: int) -> int:
        """Do nothing: Redis deletes marks after ``keep_days``. Gives 0."""
        return 0

    def _claim(self, key: str, token: str) -> bool:
        """Claim an event; False if it was handled. Waits while another process has it."""
        from time import monotonic, sleep

        end = monotonic() + self._wait
        pause, milliseconds = _FIRST_PAUSE, max(1, round(self._lease * 1000))
        while remaining := self._run(statements.REDIS_CLAIM, (key,), token, milliseconds):
            if remaining == _HANDLED:
                return False
            left = end - monotonic()
            if left <= 0:
                times = {"waited": f"{self._wait:g}", "remaining": f"{remaining / 1000:g}"}
                error = InboxBusyError(message("inbox_busy", **times))
                error.retry_after = remaining / 1000
                raise error
            sleep(min(pause, left, remaining / 1000))
            pause = min(pause * 2, _LONGEST_PAUSE)
        return True

    def _release(self, key: str, token: str) -> None:
        try:
            self._run(statements.REDIS_RELEASE, (key,), token)
        except Exception:
            pass  # the claim ends with its lease; the first error passes on

    def _run(self, script: str, keys: tuple[str, ...], *arguments: str | int) -> int:
        result: int = _result(self._client.eval(script, len(keys), *keys, *arguments))
        return result


def _result(result: Any) -> Any:
    if hasattr(result, "__await__"):
        if hasattr(result, "close"):
            result.close()
        raise ConfigurationError("the client of a RedisStore must be redis.Redis, not asyncio's")
    return result


def _string(argument: Any) -> str:
    if isinstance(argument, str):
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise ValidationError("an argument of a command is no valid Unicode") from None
        return argument
    if isinstance(argument, bool) or not isinstance(argument, (int, float)):
        raise ValidationError(
            "the arguments of a command are strings and numbers, not "
            f"{type(argument).__name__}: binary data can be written as hexadecimal or base64"
        )
    return str(argument)


if not TYPE_CHECKING:
    from .._hints import later

    __getattr__ = later(__name__, "Mark@_inbox.inbox")
