"""Options of a client and settings of a `Configuration`, as a server or a proxy sees them."""

import asyncio
import copy
import datetime
import gzip
import pathlib
import random
import socket
import threading
import time

import pytest

import lomi
from conftest import echo, encrypted, written

KEY = "lomi_sk_test_secret1"
DOCUMENTED = {"ca_file": "ssl_ca_cert", "certificate_file": "cert_file", "max_retries": "retries"}


def modern(**options):
    return lomi.LomiClient(KEY, **options).checkout_sessions.get("cs")


def changed(**options):
    client = lomi.LomiClient(KEY, base_url="http://127.0.0.1:1", limits={"body": 5})
    return client.with_options(**{"limits": None, **options}).checkout_sessions.get("cs")


def awaited(**options):
    async def call():
        return await lomi.AsyncLomiClient(KEY, **options).checkout_sessions.get("cs")

    return asyncio.run(call())


def configured(base_url, **options):
    """A documented API whose Configuration has these settings."""
    configuration = lomi.Configuration(host=base_url, api_key={"ApiKeyAuth": KEY})
    for name, value in options.items():
        assert hasattr(configuration, DOCUMENTED.get(name, name)), name
        setattr(configuration, DOCUMENTED.get(name, name), value)
    return lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))


def documented(**options):
    return configured(**options).retrieve_checkout_session("cs")


@pytest.fixture(params=[modern, changed, awaited, documented])
def get(request):
    """Gets a session by a client with the given options."""

    def call(**options):
        found = request.param(**options)
        assert str(found.checkout_session_id) == "cs"
        return found

    return call


def test_headers_of_the_proxy_reach_the_proxy_alone(get, https, proxy):
    address, heads = proxy
    https.requests.clear()
    get(
        base_url="https://api.lomi.test",
        ca_file=https.ca,
        tls_server_name="localhost",
        proxy=f"http://{address}",
        proxy_headers={"X-Office": "dakar", "Proxy-Authorization": "Bearer gate"},
    )
    (head,) = heads
    assert head.startswith("CONNECT api.lomi.test:443 ") and KEY not in head
    assert "x-office: dakar\r\n" in head and "proxy-authorization: Bearer gate\r\n" in head
    (request,) = https.requests
    assert not {"x-office", "proxy-authorization"} & set(request.headers)


def test_headers_of_a_proxy_of_the_environment(get, https, proxy, monkeypatch):
    address, heads = proxy
    monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    get(base_url=https.https, ca_file=https.ca, proxy_headers={"X-Office": "dakar"})
    assert "x-office: dakar\r\n" in heads[0]


def test_headers_of_the_proxy_are_not_shown():
    headers = {"Proxy-Authorization": "Bearer gate-word"}
    client = lomi.LomiClient(KEY, proxy="http://127.0.0.1:1", proxy_headers=headers)
    headers["Proxy-Authorization"] = "changed"
    for one in (client, copy.copy(client), copy.deepcopy(client), client.with_options(timeout=1)):
        assert one._settings["proxy_headers"] == {"Proxy-Authorization": "Bearer gate-word"}
        assert "gate-word" not in repr(one) + str(one) + repr(one._native)
    configuration = lomi.Configuration(host="https://localhost")
    configuration.proxy_headers = client._settings["proxy_headers"]
    assert "gate-word" not in repr(configuration) + configuration.to_debug_report()
    with pytest.raises(lomi.LomiError) as caught:
        lomi.LomiClient(KEY, proxy_headers={"Proxy-Authorization": ["gate-word"]})
    assert isinstance(caught.value, lomi.ConfigurationError)
    assert "gate-word" not in str(caught.value)
    with pytest.raises(lomi.ConfigurationError, match="proxy_headers must be a dictionary"):
        lomi.LomiClient(KEY, proxy_headers="X-Office: dakar")


def test_a_client_certificate_for_a_server_that_requests_one(get, tmp_path):
    server = encrypted(tmp_path, asks=True)
    both = tmp_path / "both.pem"
    both.write_text(pathlib.Path(server.ca).read_text() + pathlib.Path(server.key).read_text())
    to = {"base_url": server.https, "ca_file": server.ca, "max_retries": 0}
    get(**to, certificate_file=server.ca, key_file=server.key)
    get(**to, certificate_file=both)
    with pytest.raises(lomi.APIConnectionError):
        get(**to)
    with pytest.raises(lomi.ConfigurationError, match="nosuch.pem"):
        get(**to, certificate_file="/nosuch.pem")
    server.close()


def test_the_name_on_the_certificate(get, https):
    elsewhere = {"base_url": https.https.replace("localhost", "127.0.0.1"), "ca_file": https.ca}
    get(**elsewhere, tls_server_name="localhost")
    with pytest.raises(lomi.TLSError):
        get(**elsewhere)
    with pytest.raises(lomi.TLSError):
        get(**elsewhere, tls_server_name="api.lomi.test")


def test_several_files_of_authorities(get, https, tmp_path):
    second = encrypted(tmp_path)
    for server in (https, second):
        get(base_url=server.https, ca_files=[https.ca, pathlib.Path(second.ca)])
        get(base_url=server.https, ca_file=https.ca, ca_files=(second.ca,))
    with pytest.raises(lomi.TLSError):
        get(base_url=second.https, ca_files=[https.ca])
    for wrong in (https.ca, (file for file in [https.ca]), 5):
        with pytest.raises(lomi.ConfigurationError, match="ca_files must be a list of paths"):
            get(base_url=second.https, ca_files=wrong)
    with pytest.raises(lomi.ConfigurationError, match="ca_files must be a path, not .*int"):
        get(base_url=second.https, ca_files=[https.ca, 5])
    second.close()


#: Text that gzip halves. The ratio of less than a mebibyte is never refused.
RANDOM = random.Random(1).randbytes(600_000).hex()

LIMITED = {
    "body": ({"body": 1000}, {}, {"title": "t" * 1000}),
    "headers": ({"headers": 1000}, {"x-long": "h" * 1000}, {}),
    "depth": ({"depth": 5}, {}, {"metadata": {"a": {"b": {"c": {"d": {"e": {}}}}}}}),
    "values": ({"values": 10}, {}, {"metadata": {str(number): number for number in range(10)}}),
    "ratio": ({"ratio": 1}, {"content-encoding": "gzip"}, {"title": RANDOM}),
}


@pytest.mark.parametrize("name", LIMITED)
def test_a_response_beyond_a_limit(get, serve, name):
    limits, headers, more = LIMITED[name]

    def answer(request):
        plain = written(200, {}, {"checkout_session_id": "cs", **more}).split(b"\r\n\r\n", 1)[1]
        body = gzip.compress(plain) if "content-encoding" in headers else plain
        return (200, {"content-type": "application/json", **headers}, body)

    server = serve(answer)
    get(base_url=server.url)
    get(base_url=server.url, limits={**limits, name: None})
    get(base_url=server.url, limits={name: 500 if name == "depth" else 2**70})
    with pytest.raises(lomi.ResponseTooLargeError) as caught:
        get(base_url=server.url, limits=limits)
    assert caught.value.attempts == 1


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"boddy": 5}, 'limits has no "boddy"; did you mean "body"'),
        ({"body": 0}, "limits: body must be above 0"),
        ({"body": -1}, "limits.body must be a whole number above 0"),
        ({"depth": 1.5}, "limits.depth must be a whole number above 0"),
        ({"depth": True}, "limits.depth must be a whole number above 0"),
        ({"values": "10"}, "limits.values must be a whole number above 0"),
        ({"ratio": [1]}, "limits.ratio must be a whole number above 0"),
        ({"depth": 513}, "limits: depth must be at most 512"),
        ({"depth": 2**70}, "limits: depth must be at most 512"),
        (1000, 'limits must be a dictionary such as {"body": 1000000}, not .*int'),
    ],
)
def test_a_limit_that_is_none(get, limits, said):
    with pytest.raises(lomi.ConfigurationError, match=said):
        get(base_url="http://127.0.0.1:1", limits=limits)


def test_depth_beyond_the_stack(serve):
    deep = '{"checkout_session_id": "cs", "metadata": ' + '{"a":' * 900 + "1" + "}" * 901
    server = serve(200, deep, {"content-type": "application/json"})
    for call in (modern, awaited, documented):
        with pytest.raises(lomi.ResponseTooLargeError):
            call(base_url=server.url, limits={"depth": 512})
    deep = deep.replace('{"a":' * 900, '{"a":' * 500).replace("}" * 901, "}" * 501)
    server = serve(200, deep, {"content-type": "application/json"})
    found = modern(base_url=server.url, limits={"depth": 512}).to_dict()["metadata"]
    for _ in range(500):
        found = found["a"]
    assert found == 1


# Settings of a Configuration whose option of a client has tests elsewhere


def test_routes_of_a_configuration(serve):
    server = serve(lambda request: (404, {}, {"message": "Cannot GET " + request.path}))
    paths = {}
    for routes in ("documented", "current", "newest"):
        with pytest.raises(lomi.LomiError):
            documented(base_url=server.url, routes=routes)
        paths[routes] = {request.path for request in server.requests}
        server.requests.clear()
    assert len(paths["documented"]) == len(paths["current"]) == len(paths["newest"]) == 1
    assert paths["documented"] != paths["current"]
    with pytest.raises(lomi.ConfigurationError):
        documented(base_url=server.url, routes="latest")


def late(request):
    time.sleep(0.7)
    return echo(request)


class Timeout:
    """What httpx and others have: it cannot be hashed."""

    connect, read, __hash__ = 0.1, 0.2, None


@pytest.mark.parametrize("timeout", [0.3, datetime.timedelta(seconds=0.3), (0.1, 0.2), Timeout()])
def test_timeout_of_a_configuration(serve, timeout):
    server = serve(late)
    api = configured(server.url, timeout=timeout, max_retries=0)
    for call in (api.retrieve_checkout_session, api.retrieve_checkout_session_with_http_info):
        started = time.monotonic()
        with pytest.raises(lomi.APITimeoutError):
            call("cs")
        assert time.monotonic() - started < 0.65
    found = api.retrieve_checkout_session("cs", _request_timeout=5)
    assert found.checkout_session_id == "cs"
    with pytest.raises(lomi.APITimeoutError):
        api.api_client.call_api("GET", server.url + "/cs", {"X-API-KEY": KEY})
    by_hand = ("GET", server.url + "/cs", {"X-API-KEY": KEY})
    assert api.api_client.call_api(*by_hand, _request_timeout=5).status == 200
    api.api_client.configuration.timeout = 5
    assert api.retrieve_checkout_session("cs").checkout_session_id == "cs"


@pytest.mark.parametrize("name", ["timeout", "attempt_timeout", "connect_timeout", "idle_timeout"])
@pytest.mark.parametrize("wrong", [0, -1, "5", True, float("nan"), [1, 2, 3]])
def test_a_time_of_a_configuration_that_is_none(name, wrong):
    with pytest.raises(lomi.ConfigurationError, match=f"^{name} must be a"):
        documented(base_url="http://127.0.0.1:1", **{name: wrong})


def test_attempt_timeout_of_a_configuration(serve):
    server = serve(lambda request: (late if len(server.requests) == 1 else echo)(request))
    found = documented(base_url=server.url, attempt_timeout=datetime.timedelta(seconds=0.2))
    assert found.checkout_session_id == "cs" and len(server.requests) == 2


def test_idle_timeout_of_a_configuration(serve):
    server = serve(lambda request: written(*echo(request))[:-5])
    started = time.monotonic()
    with pytest.raises(lomi.LomiError) as caught:
        documented(base_url=server.url, idle_timeout=0.2, max_retries=0)
    assert time.monotonic() - started < 2 and "0.2" in caught.value.message


@pytest.mark.parametrize("times", [{"connect_timeout": 0.2}, {"timeout": (0.2, 20)}])
def test_connect_timeout_of_a_configuration(times):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(lomi.APITimeoutError) as caught:
            documented(base_url=url, max_retries=0, **times)
    assert time.monotonic() - started < 2 and caught.value.outcome == "not_sent"


def test_max_connections_of_a_configuration(serve):
    def answer(request):
        assert alone.acquire(blocking=False)
        time.sleep(0.05)
        alone.release()
        return echo(request)

    server, alone = serve(answer), threading.Lock()
    api = configured(server.url, max_connections=1)
    threads = [
        threading.Thread(target=api.retrieve_checkout_session, args=("cs",)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 4  # none was repeated


def test_headers_of_a_configuration(serve):
    server = serve(echo)
    api = configured(server.url, headers={"X-Shop": "a", "X-Team": "b", "X-Desk": "c"})
    client = api.api_client
    client.set_default_header("x-desk", "of all")
    api.retrieve_checkout_session("cs", _headers={"x-team": "of the call"})
    headers = {"X-API-KEY": KEY, "x-team": "of the call"}
    client.call_api(*client.param_serialize("GET", "/cs", header_params=headers))
    for request in server.requests:
        assert request.headers["x-shop"] == "a"
        assert request.headers["x-team"] == "of the call"
        assert request.headers["x-desk"] == "of all"
    client.configuration.headers = {"Idempotency-Key": "one for all"}
    for refused in (
        lambda: api.retrieve_checkout_session("cs"),
        lambda: client.param_serialize("GET", "/cs"),
    ):
        with pytest.raises(lomi.ConfigurationError, match="Idempotency-Key"):
            refused()
    assert len(server.requests) == 2


def test_settings_of_a_configuration_are_keywords_as_well(serve):
    settings = {
        "routes": "documented",
        "timeout": 5,
        "attempt_timeout": 4,
        "connect_timeout": 3,
        "idle_timeout": 2,
        "max_connections": 7,
        "headers": {"X-Shop": "a"},
        "ca_files": [],
        "limits": {"body": 1000},
    }
    key = {"ApiKeyAuth": KEY}
    configuration = lomi.Configuration(serve(echo).url, key, **settings)
    for made in (configuration, copy.deepcopy(configuration), copy.copy(configuration)):
        assert {name: getattr(made, name) for name in settings} == settings
        api = lomi.CheckoutSessionsApi(lomi.ApiClient(made))
        assert api.retrieve_checkout_session("cs").checkout_session_id == "cs"


@pytest.mark.parametrize("call", [modern, awaited, documented])
def test_the_history_of_an_error(serve, call):
    server = serve(503, {"error": {"message": "closed for lunch"}}, {"retry-after": "0"})
    with pytest.raises(lomi.ServerError) as caught:
        call(base_url=server.url, max_retries=1)
    error = caught.value
    assert [attempt["status"] for attempt in error.history] == [503, 503]
    assert all(
        set(attempt) == {"method", "route", "status", "failure", "milliseconds", "request_id"}
        for attempt in error.history
    )
    assert error.server_message == "closed for lunch"
    assert error.raw_body == error.body.encode()
    assert copy.copy(error).history == error.history
