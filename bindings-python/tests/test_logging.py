"""The records of calls in Python's logging."""

import asyncio
import logging
import os
import pathlib
import subprocess
import sys

import pytest

import lomi

SESSION = {"checkout_session_id": "cs_private", "customer_email": "private@example.com"}


def flaky(request):
    """Fails the first time."""
    flaky.calls += 1
    return (503, {}, {}) if flaky.calls == 1 else (200, {"x-request-id": "req_1"}, SESSION)


@pytest.fixture(autouse=True)
def anew():
    flaky.calls = 0


def check(records):
    assert [r.levelname for r in records] == ["WARNING", "INFO"]
    first, second = records
    assert (first.status, first.attempt, second.status, second.attempt) == (503, 1, 200, 2)
    assert second.method == "GET" and second.request_id == "req_1"
    assert "{" in second.route and second.milliseconds >= 0 and second.failure is None
    for record in records:
        assert "private" not in f"{record.getMessage()} {vars(record)}"
        assert "secret1" not in f"{record.getMessage()} {vars(record)}"


def test_one_record_per_request(talk, caplog):
    caplog.set_level(logging.INFO, "lomi")
    found = talk(flaky).checkout_sessions.get("cs_private")
    check(caplog.records)
    history = found.last_response.history
    assert [h["status"] for h in history] == [503, 200]
    assert set(history[0]) == {
        "method", "route", "status", "failure", "milliseconds", "request_id",
    }  # fmt: skip


def test_on_an_event_loop(serve, caplog):
    caplog.set_level(logging.INFO, "lomi")
    client = lomi.AsyncLomiClient("lomi_sk_test_secret1", base_url=serve(flaky).url)

    async def main():
        await client.checkout_sessions.get("cs_private")

    asyncio.run(main())
    check(caplog.records)


def test_the_documented_surface(documented, caplog):
    caplog.set_level(logging.INFO, "lomi")
    documented(flaky).retrieve_checkout_session("cs_private")
    check(caplog.records)


def test_a_walk_through_pages(talk, caplog):
    caplog.set_level(logging.INFO, "lomi")
    rows = {"data": [SESSION], "has_more": False}
    list(talk(200, rows).checkout_sessions.list().auto_paging_iter())
    assert [r.levelname for r in caplog.records] == ["INFO"]


def test_a_failed_call_and_its_history(talk, caplog):
    caplog.set_level(logging.INFO, "lomi")
    client = talk(lambda _: None, max_retries=1)
    with pytest.raises(lomi.APIConnectionError) as caught:
        client.checkout_sessions.get("cs_private")
    assert [r.levelname for r in caplog.records] == ["WARNING", "WARNING"]
    assert [r.failure for r in caplog.records] == [h["failure"] for h in caught.value.history]
    assert caplog.records[0].failure == "APIConnectionError"


def test_without_a_wish_nothing_is_said(talk, caplog):
    caplog.set_level(logging.ERROR, "lomi")
    talk(flaky).checkout_sessions.get("cs_private")
    assert not caplog.records


def test_a_handler_that_raises_breaks_no_call(talk):
    class Broken(logging.Handler):
        def emit(self, record):
            raise RuntimeError("broken")

    logger, handler = logging.getLogger("lomi"), Broken()
    logger.addHandler(handler)
    try:
        assert talk(flaky).checkout_sessions.get("cs_private").checkout_session_id == "cs_private"
    finally:
        logger.removeHandler(handler)


@pytest.mark.parametrize("word, lines", [("info", 4), ("", 0)])
def test_the_environment_asks_for_a_log(serve, word, lines):
    code = (
        "import sys, lomi\n"
        f"client = lomi.LomiClient('lomi_sk_test_secret1', base_url={serve(flaky).url!r})\n"
        "for _ in range(3): client.checkout_sessions.get('cs_private')\n"
        f"assert ('logging' in sys.modules) == {bool(word)}\n"
    )
    path = str(pathlib.Path(lomi.__file__).parents[1])
    env = {**os.environ, "LOMI_LOG": word, "PYTHONPATH": path}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    said = ran.stderr.splitlines()
    assert len(said) == lines and all(line.startswith("lomi: GET /") for line in said)
    assert "private" not in ran.stderr and "secret1" not in ran.stderr


def test_a_key_that_is_sent_unencrypted_is_a_warning(caplog):
    lomi.LomiClient("lomi_sk_test_secret1", base_url="http://10.0.0.1", allow_http=True)
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.message.endswith("unencrypted to http://10.0.0.1")
