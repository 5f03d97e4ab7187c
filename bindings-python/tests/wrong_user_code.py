"""What a type checker must refuse: one complaint for every line marked `wrong`."""

import lomi


def modern(client: lomi.LomiClient) -> None:
    client.checkout_sessions.create(amount="a lot", currency_code="XOF")  # wrong
    client.checkout_sessions.create(curency_code="XOF")  # wrong
    client.checkout_sessions.list(limit="5")  # wrong
    client.checkout_sessions.get()  # wrong
    client.checkout_sessions.get("cs_1", attempt_timeout="5")  # wrong
    client.checkout_sessions.get("cs_1", idle_timeout="5")  # wrong
    client.checkout_sessions.create(amount=1, extra_body="a")  # wrong
    print(client.checkout_sessions.get("cs_1").checkout_urll)  # wrong
    lomi.CheckoutSessionsCreate(ammount=5)  # wrong
    lomi.LomiClient(timeout="5")  # wrong
    lomi.LomiClient(limits={"boddy": 5})  # wrong
    lomi.LomiClient(ca_files=5)  # wrong
    lomi.Configuration(idle_timeout="5")  # wrong
    client.customers.create(nam="Awa")  # wrong
    client.customers.list(page_size="5")  # wrong
    client.refunds.create(amount="5")  # wrong
    client.refunds.list(startDate="2026-01-01")  # wrong
    client.events.create(name="click")  # wrong
    client.prices.update("price_1", is_active="no")  # wrong
    print(client.transactions.get("txn_1").amount.nothing)  # wrong
    lomi.CustomersApi().retrieve_customer()  # wrong
    lomi.WebhooksUpdate(urll="https://example.com")  # wrong
    print(client.custommers)  # wrong
    lomi.Inbox("postgresql://shop")  # wrong
    lomi.Inbox(lomi.inbox.RedisStore(client)).reconcile(lomi.AsyncLomiClient(), print)  # wrong
    lomi.Inbox(lomi.inbox.DatabaseStore(client)).handle("evt_1", print)  # wrong
