"""What a user may write about transfers, charges, balances, invoices, subscriptions and events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from typing_extensions import assert_type

import lomi
from lomi.types import TransferCreateParams


def transfers(client: lomi.LomiClient) -> str | None:
    wanted: TransferCreateParams = {"amount": 500, "currency_code": "XOF", "destination": "acct_1"}
    made = client.transfers.create(wanted, idempotency_key="transfer-1")
    if isinstance(made, lomi.ConfirmationRequired):
        print(made.preview, made.confirmation_token)
        made = assert_type(made.confirm(), lomi.Transfer)
    again = client.transfers.reverse("tr_1", amount=5, confirm=lambda first: first.preview is None)
    if not isinstance(again, lomi.ConfirmationRequired):
        assert_type(again, lomi.Transfer)
    page: lomi.Page[lomi.Transfer] = client.transfers.list(transfer_group="g_1", limit=5)
    for transfer in page.auto_paging_iter():
        assert_type(transfer, lomi.Transfer)
    try:
        client.transfers.get("tr_1")
    except lomi.ConfirmationTokenError as error:
        refused: lomi.BadRequestError = error
        print(refused.outcome)
    return made.status


async def decide(first: lomi.ConfirmationRequired) -> bool:
    return first.preview is not None


async def transfers_async(client: lomi.AsyncLomiClient) -> None:
    made = await client.transfers.create(amount=lomi.Money(500, "XOF"), confirm=decide)
    if isinstance(made, lomi.ConfirmationRequired):
        made = assert_type(await made.confirm(), lomi.Transfer)
    await client.transfers.create(amount=5, confirm=lambda first: True)
    async for transfer in client.transfers.list(limit=5):
        assert_type(transfer, lomi.Transfer)


def charges(client: lomi.LomiClient) -> Any:
    wave = client.charges.create_wave(amount=1000, currency="XOF", idempotency_key="w-1")
    assert_type(wave, lomi.models.WaveCharge)
    card = client.charges.get_card("ch_1")
    assert_type(card, lomi.models.CardCharge)
    return client.charges.capture_card("ch_1", {"amount": 5})


def balances(client: lomi.LomiClient) -> Any:
    for balance in client.balances.list(currency="XOF").auto_paging_iter():
        print(balance.to_dict())
    for row in client.balances.breakdown(target_currency="EUR"):
        print(row.to_dict())
    return client.balances.check("XOF")


def invoices(client: lomi.LomiClient) -> None:
    made: lomi.Invoice = client.invoices.create({"customer_id": "c_1"}, timeout=5)
    print(made.to_dict())
    links: lomi.DocumentLinks = client.invoices.pdf("inv_1")
    print(links)
    client.invoices.void("inv_1", idempotency_key="void-1")
    for invoice in client.invoices.list(status="open", limit=3):
        assert_type(invoice, lomi.Invoice)


def subscriptions(client: lomi.LomiClient) -> None:
    one: lomi.Subscription = client.subscriptions.cancel("sub_1")
    one = client.subscriptions.resume(one.subscription_id or "")
    one = client.subscriptions.change_plan("sub_1", {"plan_id": "plan_2"})
    pages: lomi.Page[lomi.Subscription] = client.subscriptions.list(status="active")
    print(client.subscriptions.usage("sub_1"), one, pages.data)
    client.subscriptions.delete("sub_1")


def events(body: bytes, signature: str) -> str | None:
    data = lomi.webhooks.construct_event(body, signature).data
    match data:
        case lomi.Transaction():
            return assert_type(data, lomi.Transaction).checkout_session_id
        case lomi.SubscriptionChange():
            changed = assert_type(data, lomi.SubscriptionChange)
            assert_type(changed.object, lomi.Subscription | None)
            return str(changed.previous_attributes)
        case lomi.Refund() | lomi.Payout():
            return data.status
        case lomi.Subscription() | lomi.Dispute() | lomi.CheckoutSession():
            return repr(data)
    assert_type(data, dict[str, Any] | None)
    return None


def outcomes(client: lomi.LomiClient, stored: str) -> str | None:
    try:
        client.refunds.create(transaction_id="t_1", amount=500)
    except lomi.OutcomeUnknownError as error:
        assert_type(error.unknown_call, str | None)
        found = client.find_outcome(error, known_ids=["r_1"])
        assert_type(found, lomi.Done | lomi.NotDone | lomi.Ambiguous)
        same: lomi.FoundOutcome = found
        match same:
            case lomi.Done(lomi.Refund() as refund):
                return assert_type(refund.refund_id, str | None)
            case lomi.Done(None):
                return None
            case lomi.Ambiguous(candidates, reason, ask_again_after):
                assert_type(candidates, list[lomi.Model])
                assert_type(ask_again_after, float | None)
                return reason
            case _:
                return None
    found = client.find_outcome(stored)
    return None


async def outcomes_async(client: lomi.AsyncLomiClient, stored: str) -> bool:
    found = await client.find_outcome(stored)
    return assert_type(found, lomi.FoundOutcome) == lomi.NotDone()


def missed(client: lomi.LomiClient, since: str | datetime) -> str:
    run = client.reconcile(since=since)
    assert_type(run, lomi.MissedEvents)
    for event, cursor in run:
        assert_type(event, lomi.Event)
        assert_type(cursor, str)
    return assert_type(run.cursor, str)


async def missed_async(client: lomi.AsyncLomiClient, since: str) -> str:
    run = client.reconcile(since)
    assert_type(run, lomi.AsyncMissedEvents)
    async for event, cursor in run:
        assert_type((event, cursor), tuple[lomi.Event, str])
    return run.cursor
