"""The command ``lomi``: sessions, webhooks, and the local API, from a shell."""

from __future__ import annotations

import argparse
import json
import os
import sys

from ._client import LomiClient
from ._commands.output import show
from ._commands.wait import KINDS
from ._lomi import __version__
from .errors import LomiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def main(arguments: list[str] | None = None) -> int:
    """Run the command. Gives 0 where it worked, 1 where it did not."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["sandbox"]:
        return _sandbox(given[1:])  # which parses its arguments itself
    args = _parser().parse_args(given)
    try:
        code: int = args.run(args)
        return code
    except LomiError as error:
        print(f"lomi: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of our output has closed it, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"lomi: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lomi", description="lomi. payments from a shell. The key is in LOMI_API_KEY."
    )
    parser.add_argument("--version", action="version", version=f"lomi {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    sessions = commands.add_parser("sessions", help="payment pages")
    verbs = sessions.add_subparsers(required=True, metavar="VERB")
    create = verbs.add_parser("create", help="make one")
    create.add_argument("amount", type=_number, help="in the currency's smallest unit")
    create.add_argument("currency_code", help="XOF, USD or EUR")
    create.add_argument(
        "fields", nargs="*", metavar="NAME=VALUE", help="more fields; a value may be JSON"
    )
    create.add_argument("--idempotency-key", help="the same key never makes a second session")
    create.set_defaults(run=_create)
    get = verbs.add_parser("get", help="show one")
    get.add_argument("session_id")
    get.set_defaults(run=_get)
    listing = verbs.add_parser("list", help="show one per line, newest first")
    listing.add_argument("--status", help="only open, completed or expired ones")
    listing.add_argument("--limit", type=int, default=20, help="at most so many (20)")
    listing.set_defaults(run=_list)

    webhooks = commands.add_parser("webhooks", help="deliveries")
    verbs = webhooks.add_subparsers(required=True, metavar="VERB")
    verify = verbs.add_parser("verify", help="check a delivery: the raw body comes on stdin")
    verify.add_argument("signature", help="the value of X-Lomi-Signature")
    verify.set_defaults(run=_verify)

    reconcile = commands.add_parser(
        "reconcile", help="send missed events to the shop's endpoint, and print the next cursor"
    )
    reconcile.add_argument("--since", help="a time such as 2026-01-01, or a cursor")
    reconcile.add_argument(
        "--cursor-file", metavar="FILE", help="keeps the cursor; goes before --since once it exists"
    )
    reconcile.add_argument("--to", metavar="URL", help="signed with LOMI_WEBHOOK_SECRET")
    reconcile.add_argument("--dry-run", action="store_true", help="only print the events")
    reconcile.set_defaults(run=_reconcile)

    events = commands.add_parser("events", help="show what ends, one event per line")
    events.add_argument("--follow", action="store_true", help="continue until Ctrl-C")
    events.add_argument("--since", help="a time or a cursor; now where left out")
    events.add_argument(
        "--every", type=_seconds, default=5.0, metavar="SECONDS", help="how often to look (5)"
    )
    events.set_defaults(run=_events)

    wait = commands.add_parser(
        "wait", help="wait until an object is in a final state: exit code 0, or 3 if it is not"
    )
    wait.add_argument("id")
    wait.add_argument("--kind", choices=KINDS, default=KINDS[0], help=f"of what ({KINDS[0]})")
    wait.add_argument("--timeout", type=_seconds, default=300.0, metavar="SECONDS", help="(300)")
    wait.add_argument("--until", default="final", help="a state, such as completed")
    wait.set_defaults(run=_wait)

    commands.add_parser("sandbox", help="run the API on this machine (lomi-sandbox)")
    return parser


def _number(text: str) -> Any:
    value = _value(text)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return value


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 < seconds < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _create(args: argparse.Namespace) -> int:
    fields = {"amount": args.amount, "currency_code": args.currency_code}
    for pair in args.fields:
        name, mark, value = pair.partition("=")
        if not mark:
            print(f"lomi: {pair!r} is not NAME=VALUE", file=sys.stderr)
            return 2
        fields[name] = _value(value)
    sessions = LomiClient().checkout_sessions
    show(sessions.create(fields, idempotency_key=args.idempotency_key))
    return 0


def _get(args: argparse.Namespace) -> int:
    show(LomiClient().checkout_sessions.get(args.session_id))
    return 0


def _list(args: argparse.Namespace) -> int:
    sessions = LomiClient().checkout_sessions
    page = sessions.list(status=args.status, limit=max(1, min(args.limit, 100)))
    for number, session in enumerate(page.auto_paging_iter()):
        if number >= args.limit:
            break
        show(session, indent=None)
    return 0


def _verify(args: argparse.Namespace) -> int:
    from .webhooks import construct_event

    show(construct_event(sys.stdin.buffer.read(), args.signature))
    return 0


def _reconcile(args: argparse.Namespace) -> int:
    from ._commands.reconcile import run

    return run(args)


def _events(args: argparse.Namespace) -> int:
    from ._commands.events import run

    return run(args)


def _wait(args: argparse.Namespace) -> int:
    from ._commands.wait import run

    return run(args)


def _sandbox(arguments: list[str]) -> int:
    from shutil import which

    program = os.environ.get("LOMI_SANDBOX") or which("lomi-sandbox")
    if not program:
        print(
            "lomi: the program lomi-sandbox is neither on the path nor named by LOMI_SANDBOX; "
            "it comes with each release of the SDK",
            file=sys.stderr,
        )
        return 1
    os.execv(program, [program, *arguments])
