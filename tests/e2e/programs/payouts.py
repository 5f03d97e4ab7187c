"""Pays out once for each line of standard input, as a program that decides at once.

A line is ``{"amount": ..., "key": ...}``; what comes of it is printed as one line.
``payouts.py`` calls and waits, ``payouts.py async`` awaits.
"""

import asyncio
import json
import sys

import lomi


def payout(order):
    return {
        "amount": order["amount"],
        "currency_code": "XOF",
        "destination": "beneficiary",
        "rail": "wave",
        "idempotency_key": order["key"],
        "confirm": lambda preview: True,
    }


def made(payout):
    print(json.dumps({"id": payout.payout_id}), flush=True)


def failed(error):
    print(json.dumps({"error": error.kind, "outcome": error.outcome}), flush=True)


def blocking():
    client = lomi.LomiClient(max_retries=4)
    for line in sys.stdin:
        try:
            made(client.payouts.create(**payout(json.loads(line))))
        except lomi.LomiError as error:
            failed(error)


async def awaiting():
    client = lomi.AsyncLomiClient(max_retries=4)
    for line in sys.stdin:
        try:
            made(await client.payouts.create(**payout(json.loads(line))))
        except lomi.LomiError as error:
            failed(error)


if sys.argv[1:] == ["async"]:
    asyncio.run(awaiting())
else:
    blocking()
