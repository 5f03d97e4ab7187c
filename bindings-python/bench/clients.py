"""The clients that the bench measures in Python, each as a program would use it.

A client is a function of the server's address that gives its calls by their names: `create`,
`get`, `list` (two fields of each row are read), `list-all` (all 35 are), `pages` (10,000 rows).
"""

import asyncio
import os
import threading

BODY = {
    "amount": 15000,
    "currency_code": "XOF",
    "title": "Coffee Beans - 1kg",
    "success_url": "https://example.com/success",
    "cancel_url": "https://example.com/cancel",
}
KEY = "lomi_sk_test_bench"
HEADERS = {"X-API-KEY": KEY}
#: The authority of the bench's server, and the same with those of the system: ours trusts the
#: system's as it is, and the others are told a file of all, so that each reads as much.
CA = os.environ.get("LOMI_BENCH_CA")
BUNDLE = os.environ.get("LOMI_BENCH_BUNDLE")
FIELDS = (
    "allow_coupon_code allow_quantity allowed_providers amount cancel_url checkout_session_id "
    "created_at created_by currency_code customer_email customer_id customer_name customer_phone "
    "environment expires_at installment_plan_id is_pos is_spi metadata organization_id "
    "payment_link_id payment_request_id price_id product_id public_description qr_code_data "
    "qr_code_type quantity spi_account_number spi_qr_code_id status subscription_id success_url "
    "title updated_at"
).split()


def two(rows):
    """The fields that a program usually reads of a session."""
    return [(row.status, row.amount) for row in rows]


def every(rows):
    return [[getattr(row, name) for name in FIELDS] for row in rows]


def lomi(url):
    import lomi

    client = lomi.LomiClient(KEY, base_url=url + "/v1", routes="documented", ca_file=CA)
    sessions = client.checkout_sessions
    return {
        "create": lambda: sessions.create(BODY).checkout_session_id,
        "get": lambda: sessions.get("cs_1").status,
        "list": lambda: two(sessions.list(limit=100)),
        "list-all": lambda: every(sessions.list(limit=100)),
        "pages": lambda: two(sessions.list(limit=100).auto_paging_iter()),
        "walk": lambda: sessions.list(limit=100).auto_paging_iter(),
    }


def lomi_async(url):
    import lomi

    client = lomi.AsyncLomiClient(KEY, base_url=url + "/v1", routes="documented", ca_file=CA)
    sessions = client.checkout_sessions

    async def create():
        return (await sessions.create(BODY)).checkout_session_id

    async def get():
        return (await sessions.get("cs_1")).status

    async def listed():
        return two((await sessions.list(limit=100)).data)

    return {"create": create, "get": get, "list": listed}


def documented(url):
    """The classes of the generated client that are part of this SDK."""
    import lomi

    configuration = lomi.Configuration(
        host=url + "/v1", api_key={"ApiKeyAuth": KEY}, ssl_ca_cert=BUNDLE
    )
    api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))

    def walk():
        for offset in range(0, 10_000, 100):  # it has no iterator over pages
            yield from api.list_checkout_sessions(limit=100, offset=offset).data

    return {
        "create": lambda: api.create_checkout_session(BODY).checkout_session_id,
        "get": lambda: api.retrieve_checkout_session("00000000-0000-0000-0000-000000000007").status,
        "list": lambda: two(api.list_checkout_sessions(limit=100).data),
        "list-all": lambda: every(api.list_checkout_sessions(limit=100).data),
        "pages": lambda: two(walk()),
        "walk": walk,
    }


def published(url):
    """The generated client itself, whose package has the same name."""
    from importlib.metadata import version

    if version("lomi") != "1.1.0":
        raise ImportError(f"lomi {version('lomi')} is found in the place of 1.1.0")
    return documented(url)


def decoded(call):
    """The calls of a client that gives a response as decoded JSON."""

    def rows(offset=0):
        return call("GET", f"?limit=100&offset={offset}")["data"]

    def walk():
        for offset in range(0, 10_000, 100):
            yield from rows(offset)

    return {
        "create": lambda: call("POST", "", BODY)["checkout_session_id"],
        "get": lambda: call("GET", "/cs_1")["status"],
        "list": lambda: [(row["status"], row["amount"]) for row in rows()],
        "list-all": lambda: [[row[name] for name in FIELDS] for row in rows()],
        "pages": lambda: [(row["status"], row["amount"]) for row in walk()],
        "walk": walk,
    }


def pycurl(url):
    import msgspec
    import pycurl

    base = url + "/v1/checkout_sessions"
    local = threading.local()

    def call(method, path, body=None):
        curl = getattr(local, "curl", None)
        if curl is None:
            curl = local.curl = pycurl.Curl()
            if BUNDLE:
                curl.setopt(pycurl.CAINFO, BUNDLE)
        curl.setopt(pycurl.URL, base + path)
        headers = ["X-API-KEY: " + KEY]
        if method == "GET":
            curl.setopt(pycurl.HTTPGET, 1)
        else:
            headers.append("Content-Type: application/json")
            curl.setopt(pycurl.POSTFIELDS, msgspec.json.encode(body))
        curl.setopt(pycurl.HTTPHEADER, headers)
        return msgspec.json.decode(curl.perform_rb())

    return decoded(call)


def requests(url):
    import requests

    session = requests.Session()
    session.headers.update(HEADERS)
    session.trust_env = False
    session.verify = BUNDLE or True
    session.mount(url, requests.adapters.HTTPAdapter(pool_maxsize=64))
    base = url + "/v1/checkout_sessions"
    return decoded(
        lambda method, path, body=None: checked(session.request(method, base + path, json=body))
    )


def checked(response):
    response.raise_for_status()
    return response.json()


def httpx(url):
    import httpx

    client = httpx.Client(headers=HEADERS, trust_env=False, **httpx_options())
    base = url + "/v1/checkout_sessions"
    return decoded(
        lambda method, path, body=None: checked(client.request(method, base + path, json=body))
    )


def httpx_options():
    import ssl

    import httpx

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=1000)
    return {"verify": ssl.create_default_context(cafile=BUNDLE), "limits": limits, "timeout": 60}


def urllib3(url):
    import urllib3

    pool = urllib3.PoolManager(maxsize=64, headers=HEADERS, ca_certs=BUNDLE)
    base = url + "/v1/checkout_sessions"

    def call(method, path, body=None):
        response = pool.request(method, base + path, json=body)
        if response.status >= 300:
            raise ValueError(response.status)
        return response.json()

    return decoded(call)


def stripe(url):
    """Another payment API's client, whose objects here have the same fields."""
    import stripe

    stripe.enable_telemetry = False
    if BUNDLE:
        stripe.ca_bundle_path = BUNDLE
    client = stripe.StripeClient(KEY, base_addresses={"api": url})
    sessions = client.v1.checkout.sessions
    listed = {"limit": 100}
    return {
        "create": lambda: sessions.create(params=BODY).id,
        "get": lambda: sessions.retrieve("cs_1").status,
        "list": lambda: two(sessions.list(params=listed).data),
        "list-all": lambda: every(sessions.list(params=listed).data),
        "pages": lambda: two(sessions.list(params=listed).auto_paging_iter()),
        "walk": lambda: sessions.list(params=listed).auto_paging_iter(),
    }


def aiohttp(url):
    import ssl

    import aiohttp

    context = ssl.create_default_context(cafile=BUNDLE)
    base = url + "/v1/checkout_sessions"
    opened = []  # made on the loop, at the first call

    async def call(method, path, body=None):
        if not opened:
            connector = aiohttp.TCPConnector(limit=0, ssl=context)
            opened.append(aiohttp.ClientSession(headers=HEADERS, connector=connector))
        async with opened[0].request(method, base + path, json=body) as response:
            response.raise_for_status()
            return await response.json()

    return decoded_async(call)


def httpx_async(url):
    import httpx

    client = httpx.AsyncClient(headers=HEADERS, trust_env=False, **httpx_options())
    base = url + "/v1/checkout_sessions"

    async def call(method, path, body=None):
        return checked(await client.request(method, base + path, json=body))

    return decoded_async(call)


def decoded_async(call):
    async def create():
        return (await call("POST", "", BODY))["checkout_session_id"]

    async def get():
        return (await call("GET", "/cs_1"))["status"]

    async def listed():
        return [(row["status"], row["amount"]) for row in (await call("GET", "?limit=100"))["data"]]

    return {"create": create, "get": get, "list": listed}


BLOCKING = {
    "lomi": lomi,
    "documented": documented,
    "lomi-1.1.0": published,
    "requests": requests,
    "httpx": httpx,
    "urllib3": urllib3,
    "pycurl": pycurl,
    "stripe": stripe,
}
ASYNC = {"lomi-async": lomi_async, "aiohttp": aiohttp, "httpx-async": httpx_async}


def make(name, url):
    """The calls of this client; those of an asyncio client as blocking ones, on one loop."""
    if name in BLOCKING:
        return BLOCKING[name](url)
    loop = asyncio.new_event_loop()
    calls = ASYNC[name](url)
    return {task: lambda call=call: loop.run_until_complete(call()) for task, call in calls.items()}
