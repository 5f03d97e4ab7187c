"""What a type checker must refuse."""

import lomi


def wrong(client: lomi.LomiClient) -> None:
    client.transfers.create(amout=5)  # wrong
    client.transfers.create(amount=5, confirm=True)  # wrong
    client.transfers.create(amount=5).confirm()  # wrong
    client.transfers.get("tr_1", confirm=lambda first: True)  # wrong
    client.invoices.create(confirm=lambda first: True)  # wrong
    client.charges.create_waves(amount=5)  # wrong
    client.charges.create_wave(amount="5")  # wrong
    client.balances.list(curency="XOF")  # wrong
    client.balances.get("b_1")  # wrong
    client.invoices.void()  # wrong
    client.subscriptions.change_plan("sub_1", plann_id="p")  # wrong
    print(client.subscriptions.delete("sub_1").status)  # wrong
    print(lomi.webhooks.construct_event(b"", "").data.amount)  # wrong
    client.find_outcome(5)  # wrong
    client.find_outcome("{}", known_id=["r_1"])  # wrong
    print(client.find_outcome("{}").object)  # wrong
    client.reconcile()  # wrong
    client.reconcile(since=5)  # wrong
