"""What a user may write: checked by mypy --strict and by pyright, never run."""

from __future__ import annotations

import datetime
import pathlib
import sqlite3
import uuid
from decimal import Decimal

import lomi
from lomi.api.core_api import CoreApi
from lomi.contrib.django import DjangoInboxStore
from lomi.exceptions import NotFoundException
from lomi.models.checkout_sessions import CheckoutSessions
from lomi.models.checkout_sessions_create import CheckoutSessionsCreate
from lomi.rest import ApiException
from lomi.types import CustomerCreateParams, Limits, RefundCreateParams


def modern(client: lomi.LomiClient) -> str | None:
    made = client.checkout_sessions.create(
        amount=10000, currency_code="XOF", metadata={"order": 1}, idempotency_key="order-1"
    )
    if isinstance(made, lomi.PaymentRequired):
        return made.reason
    created: datetime.datetime | None = made.created_at
    facts = made.last_response
    if facts is not None:
        status: int = facts.status
        print(status, created)
    for session in client.checkout_sessions.list(status="open").auto_paging_iter():
        identifier: str | None = session.checkout_session_id
        print(identifier)
    client.checkout_sessions.create({"amount": Decimal("10")}, timeout=5.0)
    client.checkout_sessions.create(
        amount=lomi.Money(10000, "XOF"),
        attempt_timeout=5,
        idle_timeout=datetime.timedelta(seconds=2),
        extra_body={"new_field": 1},
    )
    client.checkout_sessions.update("cs_1", title=None)
    client.checkout_sessions.update("cs_1", attempt_timeout=5.0, extra_body={"new_field": 1})
    client.checkout_sessions.get("cs_1", timeout=(3, 10), attempt_timeout=2, idle_timeout=2)
    client.checkout_sessions.list(attempt_timeout=2, idle_timeout=2).auto_paging_iter()
    client.checkout_sessions.delete(uuid.uuid4(), attempt_timeout=2, idle_timeout=2)
    try:
        client.with_options(timeout=2.5).checkout_sessions.get("cs_1")
    except lomi.RateLimitError as error:
        wait: float | None = error.retry_after
        print(wait, error.code, error.attempts)
    return made.checkout_url


def printed(client: lomi.LomiClient) -> str | None:
    session = client.checkout_sessions.create(amount=10000, currency_code="XOF").session()
    print(session.checkout_url, session.amount)
    made = client.checkout_sessions.create(amount=10000, currency_code="XOF")
    try:
        return made.checkout_url
    except lomi.PaymentRequiredError as error:
        print(error.payment_required.blocking_invoice, error.parsed_body)
        return made.url


async def modern_async(client: lomi.AsyncLomiClient) -> int:
    async with client:
        page = await client.checkout_sessions.list(limit=10)
        async for session in client.checkout_sessions.list():
            print(session.title)
        async for session in page.auto_paging_iter():
            print(session.url)
        await client.checkout_sessions.create(amount=1, currency_code="XOF", extra_body={})
        await client.checkout_sessions.get("cs_1", attempt_timeout=2, idle_timeout=2)
        return len(page.data)


def resources(client: lomi.LomiClient) -> str | None:
    fields: CustomerCreateParams = {"name": "Awa", "email": "awa@example.com"}
    customer: lomi.Customer = client.customers.create(fields)
    client.customers.create(name="Awa", metadata={"from": "shop"}, idempotency_key="awa-1")
    customer = client.customers.update(customer.customer_id or "", name="Awa D.", city=None)
    for one in client.customers.list(search="awa", page_size=50).auto_paging_iter():
        deleted: bool | None = one.is_deleted
        print(one.name, deleted)
    client.customers.delete(uuid.uuid4(), timeout=5)

    product: lomi.Product = client.products.create(name="Tea", product_type="one_time")
    price: lomi.Price = client.prices.create(
        product_id=product.product_id, amount=lomi.Money(1500, "XOF"), currency_code="XOF"
    )
    client.prices.update(price.price_id or "", is_active=False, amount=Decimal("1600"))

    wanted: RefundCreateParams = {"transaction_id": "txn_1", "amount": 500}
    refund = client.refunds.create(wanted, timeout=30)
    if isinstance(refund, lomi.ConfirmationRequired):
        wanted["confirmation_token"] = refund.confirmation_token
        refund = client.refunds.create(wanted, idempotency_key="refund-1")
    refunds: lomi.Page[lomi.Refund] = client.refunds.list(start_date="2026-01-01", limit=5)
    print(refunds.total, refunds.data[0].refund_id)

    hook = client.webhooks.create(url="https://example.com", authorized_events=["REFUND_FAILED"])
    client.webhooks.update(webhook_id=hook.webhook_id or "", url="https://example.com/2")
    client.payment_requests.get(payment_request_id="pr_1", request_id="trace-1")
    made: datetime.datetime | None = client.transactions.get("txn_1").created_at
    print(made)
    return None if isinstance(refund, lomi.ConfirmationRequired) else refund.status


async def resources_async(client: lomi.AsyncLomiClient) -> int:
    customer: lomi.Customer = await client.customers.create(name="Awa")
    print(customer.name)
    async for log in client.webhook_delivery_logs.list(limit=5):
        sent: int | float | None = log.response_status
        print(sent)
    page: lomi.AsyncPage[lomi.Payout] = await client.payouts.list()
    await client.payment_links.delete("link_1")
    return len(page.data)


def documented_resources(api_client: lomi.ApiClient) -> str | None:
    customers = lomi.CustomersApi(api_client)
    made: lomi.Customers = customers.create_customer(lomi.CustomersCreate(name="Awa"))
    listed = customers.list_customers(limit=5, offset=0, sort="created_at:desc")
    data: list[lomi.Customers] | None = listed.data
    customers.delete_customer_with_http_info(made.customer_id or "", _request_timeout=(3, 10))
    prices = lomi.PricesApi(api_client).retrieve_price_with_http_info(uuid.uuid4()).data
    amount: int | float | None = prices.amount
    refund = CoreApi(api_client).create_refund({"amount": 5}, _headers={"X-Shop": "a"})
    print(data, amount, lomi.Frequency.BI_MINUS_WEEKLY.value)
    return refund.status


def documented() -> None:
    configuration = lomi.Configuration(host="https://api.lomi.africa/v1")
    configuration.api_key["ApiKeyAuth"] = "..."
    with lomi.ApiClient(configuration) as api_client:
        api = lomi.CheckoutSessionsApi(api_client)
        try:
            session: CheckoutSessions = api.create_checkout_session(
                CheckoutSessionsCreate(amount=1, product_id=uuid.uuid4())
            )
            number: uuid.UUID | str | None = session.checkout_session_id
            response = api.list_checkout_sessions_with_http_info(limit=5)
            print(number, response.status_code, response.data.data)
        except NotFoundException as missing:
            print(missing.status, missing.body)
        except ApiException as error:
            print(error.reason, error.headers)


def webhook(body: bytes, signature: str) -> str | None:
    event = lomi.webhooks.construct_event(body, signature, max_age=300)
    return event.event


def money() -> int:
    return lomi.Money.from_major("50.00", "EUR").amount


def secured(limits: Limits, file: pathlib.Path) -> lomi.Configuration:
    client = lomi.LomiClient(
        ca_files=[file, "more.pem"],
        certificate_file=file,
        key_file="key.pem",
        tls_server_name="api.example",
        proxy_headers={"X-Office": "dakar"},
        limits={"body": 1_000_000},
    )
    client.with_options(limits=limits)
    return lomi.Configuration(
        routes="current",
        timeout=datetime.timedelta(seconds=5),
        connect_timeout=1,
        max_connections=8,
        headers={"X-Shop": "a"},
        ca_files=(file,),
        limits={"depth": 20},
    )


def saved(client: lomi.LomiClient, link: str, to: pathlib.Path) -> tuple[bytes, int]:
    return client.download(link, timeout=5), client.download(link, to, max_bytes=1_000_000)


async def saved_later(client: lomi.AsyncLomiClient, link: str) -> tuple[bytes, int]:
    return await client.download(link, max_retries=0), await client.download(link, to="a.pdf")


def inboxes(client: lomi.LomiClient, event: lomi.Event, connection: sqlite3.Connection) -> int:
    def handle(event: lomi.Event, transaction: sqlite3.Connection) -> None:
        transaction.execute("UPDATE orders SET paid = true")

    def queue(event: lomi.Event, transaction: lomi.inbox.RedisTransaction) -> None:
        transaction.queue("INCRBY", "balance", 100)

    in_database = lomi.Inbox(lomi.inbox.DatabaseStore(lambda: connection, dialect="sqlite"))
    in_redis = lomi.Inbox(lomi.inbox.RedisStore(client, prefix="a:", lease=30, keep_days=9, wait=1))
    with_orm = lomi.Inbox(DjangoInboxStore(using="default"))
    with_orm.create_table()
    if in_database.handle(event, handle) or in_redis.handle(event, queue):
        return in_database.reconcile(client, handle, since=datetime.datetime.now())
    return in_database.delete_old(days=30)
