"""The work of one client in a new process: prints client CPU per call as JSON.

python client.py CLIENT TASK URL
"""

import json
import os
import resource
import sys
import threading

BODY = {
    "amount": 15000,
    "currency_code": "XOF",
    "title": "Coffee Beans - 1kg",
    "success_url": "https://example.com/success",
    "cancel_url": "https://example.com/cancel",
}
KEY = "lomi_sk_test_bench"
CALLS = {"create": 2000, "get": 2000, "list": 200, "list-all": 100, "paginate": 5, "conc": 6400}
FIELDS = (
    "allow_coupon_code allow_quantity allowed_providers amount cancel_url checkout_session_id "
    "created_at created_by currency_code customer_email customer_id customer_name customer_phone "
    "environment expires_at installment_plan_id is_pos is_spi metadata organization_id "
    "payment_link_id payment_request_id price_id product_id public_description qr_code_data "
    "qr_code_type quantity spi_account_number spi_qr_code_id status subscription_id success_url "
    "title updated_at"
).split()


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


def threads(call, number, at_once=64):
    def work():
        for _ in range(number // at_once):
            call()

    running = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def two(rows):
    """The fields that a program usually reads of a session."""
    return [(row.status, row.amount) for row in rows]


def every(rows):
    return [[getattr(row, name) for name in FIELDS] for row in rows]


def ours(url):
    import lomi

    sessions = lomi.LomiClient(KEY, base_url=url + "/v1", routes="documented").checkout_sessions
    return {
        "create": lambda: sessions.create(BODY),
        "get": lambda: sessions.get("cs_1"),
        "list": lambda: two(sessions.list(limit=100)),
        "list-all": lambda: every(sessions.list(limit=100)),
        "paginate": lambda: two(sessions.list(limit=100).auto_paging_iter()),
    }


def documented(url):
    import lomi

    configuration = lomi.Configuration(host=url + "/v1", api_key={"ApiKeyAuth": KEY})
    api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))

    def pages():
        for offset in range(0, 10_000, 100):  # it has no iterator over pages
            two(api.list_checkout_sessions(limit=100, offset=offset).data)

    return {
        "create": lambda: api.create_checkout_session(BODY),
        "get": lambda: api.retrieve_checkout_session("00000000-0000-0000-0000-000000000007"),
        "list": lambda: two(api.list_checkout_sessions(limit=100).data),
        "list-all": lambda: every(api.list_checkout_sessions(limit=100).data),
        "paginate": pages,
    }


def pycurl(url):
    import msgspec
    import pycurl

    base = url + "/v1/checkout_sessions"
    local = threading.local()

    def call(path, body=None):
        curl = getattr(local, "curl", None)
        if curl is None:
            curl = local.curl = pycurl.Curl()
        curl.setopt(pycurl.URL, base + path)
        headers = ["X-API-KEY: " + KEY]
        if body is None:
            curl.setopt(pycurl.HTTPGET, 1)
        else:
            headers.append("Content-Type: application/json")
            curl.setopt(pycurl.POSTFIELDS, msgspec.json.encode(body))
        curl.setopt(pycurl.HTTPHEADER, headers)
        return msgspec.json.decode(curl.perform_rb())

    def listed(offset=0):
        rows = call(f"?limit=100&offset={offset}")["data"]
        return [(row["status"], row["amount"]) for row in rows]

    def all_fields():
        rows = call("?limit=100")["data"]
        return [[row[name] for name in FIELDS] for row in rows]

    def pages():
        for offset in range(0, 10_000, 100):
            listed(offset)

    return {
        "create": lambda: call("", BODY),
        "get": lambda: call("/cs_1"),
        "list": listed,
        "list-all": all_fields,
        "paginate": pages,
    }


def at_once(client, url, number):
    """64 calls in flight on a loop."""
    import asyncio

    async def with_ours():
        import lomi

        sessions = lomi.AsyncLomiClient(
            KEY, base_url=url + "/v1", routes="documented"
        ).checkout_sessions
        await many(lambda: sessions.get("cs_1"), 640)
        start = cpu()
        await many(lambda: sessions.get("cs_1"), number)
        return cpu() - start

    async def with_aiohttp():
        import aiohttp

        async def call(session):
            async with session.get(url + "/v1/checkout_sessions/cs_1") as answer:
                return await answer.json()

        async with aiohttp.ClientSession(headers={"X-API-KEY": KEY}) as session:
            await many(lambda: call(session), 640)
            start = cpu()
            await many(lambda: call(session), number)
            return cpu() - start

    async def many(call, number):
        async def work():
            for _ in range(number // 64):
                await call()

        await asyncio.gather(*(work() for _ in range(64)))

    return asyncio.run(with_ours() if client == "lomi" else with_aiohttp()) / number


def growth(url):
    """How much memory a walk through 10,000 rows takes that one page did not."""
    import lomi

    def held():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    sessions = lomi.LomiClient(KEY, base_url=url + "/v1", routes="documented").checkout_sessions
    for _ in range(3):
        sum(1 for _ in sessions.list(limit=100))
    before = most = held()
    for number, _ in enumerate(sessions.list(limit=100).auto_paging_iter()):
        if number % 100 == 50:
            most = max(most, held())
    assert number == 9_999
    return most - before


def main(client, task, url):
    if task == "growth":
        print(json.dumps(growth(url)))
        return
    number = CALLS["conc" if task.startswith("conc") else task]
    if task == "conc-async":
        print(json.dumps(at_once(client, url, number)))
        return
    clients = {"lomi": ours, "documented": documented, "1.1.0": documented, "pycurl": pycurl}
    calls = clients[client](url)
    if task == "conc-threads":
        threads(calls["get"], 640)
        start = cpu()
        threads(calls["get"], number)
    else:
        for _ in range(max(number // 10, 1)):
            calls[task]()
        start = cpu()
        for _ in range(number):
            calls[task]()
    print(json.dumps((cpu() - start) / number))


if __name__ == "__main__":
    if len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    main(*sys.argv[1:])
