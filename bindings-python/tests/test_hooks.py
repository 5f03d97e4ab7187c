"""The hooks `on_request` and `on_response`."""

import asyncio
import contextvars
import copy
import functools
import gc
import logging
import signal
import threading
import weakref

import pytest

import lomi
from conftest import echo

SESSION = {"id": "cs_private", "customer_email": "private@example.com"}
REQUEST = {"operation", "method", "route", "attempt", "idempotency_key", "request_id"}
RESPONSE = REQUEST | {"status", "error", "elapsed_ms", "retry_in_ms"}
CALLER = contextvars.ContextVar("caller", default=None)


class Recorder:
    """Two hooks, and the events that they got."""

    def __init__(self):
        self.events = []
        self.threads = set()
        self.callers = set()

    def __call__(self, event):
        self.events.append(event)
        self.threads.add(threading.current_thread())
        self.callers.add(CALLER.get())

    @property
    def options(self):
        return {"on_request": self, "on_response": self}


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def flaky(serve):
    """A server whose first response is an error."""

    def answer(request):
        if len(server.requests) == 1:
            return 503, {"x-request-id": "req_1"}, {}
        return 201 if request.method == "POST" else 200, {"x-request-id": "req_2"}, SESSION

    server = serve(answer)
    return server


def fields(event):
    return {name: getattr(event, name) for name in dir(event) if name[0] != "_"}


def check(events, key):
    requests, responses = events[::2], events[1::2]
    assert [type(event) for event in events] == [lomi.RequestEvent, lomi.ResponseEvent] * 2
    assert all(set(fields(event)) == REQUEST for event in requests)
    assert all(set(fields(event)) == RESPONSE for event in responses)
    for event in events:
        assert event.operation == "create_checkout_session" and event.method == "POST"
        assert event.route == "/checkout_sessions" and event.idempotency_key == key
        assert "private" not in repr(event) and "secret1" not in repr(event)
        shown = repr(event)
        assert all(f"{name}=" in shown for name in fields(event))
    assert [event.attempt for event in events] == [1, 1, 2, 2]
    first, second = responses
    assert (first.status, first.error, first.request_id) == (503, None, "req_1")
    assert (second.status, second.error, second.request_id) == (201, None, "req_2")
    assert first.retry_in_ms > 0 and second.retry_in_ms is None
    assert first.elapsed_ms >= 0 and requests[0].request_id == requests[1].request_id


def test_a_blocking_call_calls_its_hooks_on_its_own_thread(flaky, recorder):
    client = lomi.LomiClient(
        "lomi_sk_test_secret1", base_url=flaky.url, routes="documented", **recorder.options
    )
    CALLER.set("me")
    session = client.checkout_sessions.create(amount=100, currency_code="XOF")
    check(recorder.events, session.last_response.idempotency_key)
    assert recorder.threads == {threading.current_thread()} and recorder.callers == {"me"}


def test_an_awaited_call_calls_its_hooks_before_its_result_in_its_own_context(flaky, recorder):
    client = lomi.AsyncLomiClient(
        "lomi_sk_test_secret1", base_url=flaky.url, routes="documented", **recorder.options
    )

    async def call():
        CALLER.set("task")
        session = await client.checkout_sessions.create(amount=100, currency_code="XOF")
        check(recorder.events, session.last_response.idempotency_key)

    asyncio.run(call())
    assert recorder.threads == {threading.current_thread()} and recorder.callers == {"task"}


def test_many_awaited_calls_keep_their_events_apart(serve):
    seen = []
    client = lomi.AsyncLomiClient(
        "lomi_sk_test_1",
        base_url=serve(echo).url,
        on_request=lambda event: seen.append((CALLER.get(), event.request_id)),
        on_response=lambda event: seen.append((CALLER.get(), event.request_id)),
    )

    async def call(number):
        CALLER.set(f"task_{number}")
        await client.checkout_sessions.get("cs_1", request_id=f"task_{number}")
        assert seen.count((f"task_{number}", f"task_{number}")) == 2

    async def main():
        await asyncio.gather(*map(call, range(100)))

    asyncio.run(main())
    assert len(seen) == 200


def test_the_error_of_an_attempt_without_a_response(talk, recorder):
    client = talk(lambda _: None, max_retries=1, **recorder.options)
    with pytest.raises(lomi.APIConnectionError):
        client.checkout_sessions.get("cs_1")
    ends = [e for e in recorder.events if isinstance(e, lomi.ResponseEvent)]
    assert [(e.status, e.error) for e in ends] == [(None, "APIConnectionError")] * 2
    assert "{" in ends[0].route and "cs_1" not in repr(ends[0])


def test_pages_and_other_endpoints_have_events_too(talk, recorder):
    rows = {"data": [SESSION], "has_more": False}
    client = talk(200, rows, **recorder.options)
    list(client.checkout_sessions.list().auto_paging_iter())
    client.request("GET", "/refunds")
    client.request("GET", "/refunds/ref_private1")
    operations = [event.operation for event in recorder.events]
    assert operations[:4] == ["list_checkout_sessions"] * 2 + ["GET /refunds"] * 2
    assert "private" not in repr(recorder.events)


def test_the_documented_client(flaky, recorder):
    configuration = lomi.Configuration(host=flaky.url, **recorder.options)
    configuration.api_key["ApiKeyAuth"] = "lomi_sk_test_secret1"
    for settings in (configuration, copy.deepcopy(configuration)):
        api = lomi.CheckoutSessionsApi(lomi.ApiClient(settings))
        api.retrieve_checkout_session("cs_private")
    assert [event.attempt for event in recorder.events] == [1, 1, 2, 2, 1, 1]
    configuration.on_request = configuration.on_response = None
    lomi.CheckoutSessionsApi(lomi.ApiClient(configuration)).retrieve_checkout_session("cs_private")
    assert len(recorder.events) == 6


def test_copies_of_a_client_and_changed_options(talk, recorder):
    class Locked(Recorder):
        def __deepcopy__(self, memo):
            raise TypeError("holds a lock")

    locked = Locked()
    client = talk(echo, on_request=locked)
    del client.server
    copy.deepcopy(client).checkout_sessions.get("cs_1")
    client.with_options(timeout=5).checkout_sessions.get("cs_1")
    assert len(locked.events) == 2
    client.with_options(on_request=None).checkout_sessions.get("cs_1")
    client.with_options(on_request=recorder).checkout_sessions.get("cs_1")
    assert len(locked.events) == 2 and len(recorder.events) == 1


def broken(event):
    raise RuntimeError("broken")


@pytest.mark.parametrize("awaited", [False, True])
def test_a_hook_that_raises_changes_nothing_and_is_logged_once(flaky, caplog, awaited):
    options = {"base_url": flaky.url, "on_request": broken, "on_response": broken}
    if awaited:
        client = lomi.AsyncLomiClient("lomi_sk_test_1", **options)
        session = asyncio.run(client.checkout_sessions.get("cs_1"))
    else:
        session = lomi.LomiClient("lomi_sk_test_1", **options).checkout_sessions.get("cs_1")
    assert session.last_response.attempts == 2
    of_hooks = [record for record in caplog.records if "the hook" in record.message]
    assert [record.levelno for record in of_hooks] == [logging.WARNING] * 2
    assert [record.args for record in of_hooks] == [("on_request",), ("on_response",)]
    assert of_hooks[0].exc_info[0] is RuntimeError


async def coroutine(event):
    pass


async def generator(event):
    yield


class Async:
    async def __call__(self, event):
        pass


@pytest.mark.parametrize("kind", [lomi.LomiClient, lomi.AsyncLomiClient])
@pytest.mark.parametrize(
    "hook", ["print", 7, coroutine, generator, Async(), functools.partial(coroutine)]
)
def test_a_hook_that_cannot_be_called_is_refused(kind, hook):
    for name in ("on_request", "on_response"):
        with pytest.raises(lomi.ConfigurationError, match=f"^{name} must be a .*function"):
            kind("lomi_sk_test_1", **{name: hook})
        with pytest.raises(lomi.ConfigurationError, match=name):
            kind("lomi_sk_test_1").with_options(**{name: hook})


def test_a_hook_may_make_calls(serve):
    server = serve(echo)
    other = lomi.LomiClient("lomi_sk_test_1", base_url=server.url)
    got = []

    def hook(event):
        got.append(other.checkout_sessions.get("within").checkout_session_id)

    options = {"base_url": server.url, "on_request": hook, "on_response": hook}
    lomi.LomiClient("lomi_sk_test_1", **options).checkout_sessions.get("cs_1")
    asyncio.run(lomi.AsyncLomiClient("lomi_sk_test_1", **options).checkout_sessions.get("cs_1"))
    assert got == ["within"] * 4 and len(server.requests) == 6


def test_a_call_that_a_hook_makes_calls_no_hooks(talk):
    client = talk(echo, on_request=lambda event: client.checkout_sessions.get("within"))
    for _ in range(2):
        client.checkout_sessions.get("cs_1")
    assert len(client.server.requests) == 4


def test_a_signal_handler_that_raises_within_a_hook_ends_the_call(talk):
    def stop(number, frame):
        raise KeyboardInterrupt

    def hook(event):
        signal.raise_signal(signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, stop)
    try:
        client = talk(503, None, {"retry-after": "2"}, on_response=hook)
        with pytest.raises(KeyboardInterrupt) as caught:
            client.checkout_sessions.get("cs_1")
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert lomi.CancelledError.behind(caught.value).attempts == 1
    assert len(client.server.requests) == 1


def test_a_cancelled_call_calls_no_more_hooks(serve, recorder):
    never = threading.Event()
    server = serve(lambda request: (never.wait(5), echo(request))[1])
    client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=server.url, **recorder.options)

    async def main():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.checkout_sessions.get("cs_1"), 0.2)
        never.set()
        await asyncio.sleep(0.2)

    asyncio.run(main())
    assert [type(event) for event in recorder.events] == [lomi.RequestEvent]


def test_a_client_that_its_hook_refers_to_is_collected():
    class Shop:
        def __init__(self):
            self.client = lomi.LomiClient("lomi_sk_test_1", on_request=self.hook)

        def hook(self, event):
            pass

    shop = weakref.ref(Shop())
    gc.collect()
    assert shop() is None


def test_hooks_run_while_other_threads_make_calls(serve, recorder):
    client = lomi.LomiClient("lomi_sk_test_1", base_url=serve(echo).url, **recorder.options)
    threads = [
        threading.Thread(target=client.checkout_sessions.get, args=(f"cs_{n}",)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recorder.events) == 16 and len(recorder.threads) == 8
