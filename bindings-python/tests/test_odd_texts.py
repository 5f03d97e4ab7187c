"""Strings that are not Unicode and objects in place of strings: read, or refused by field."""

import datetime
import os
import subprocess
import sys

import pytest
from test_odd_values import FIELDS, ID, KEY, Word, translated

import lomi
from conftest import ROOT


class StrId(str):
    def __str__(self):
        return "another"


def test_texts_that_are_due(post):
    """Ids, keys and headers: objects that represent a string are read, others are refused."""
    sessions = post.client.checkout_sessions
    sessions.get(ID)
    assert post.requests[-1].path.endswith(f"/{ID}")
    post(FIELDS, idempotency_key=ID, request_id=Word.FRANC, headers={"X-A": ID, "X-B": 5})
    sent = post.requests[-1].headers
    assert sent["idempotency-key"] == sent["x-a"] == str(ID)
    assert sent["x-request-id"] == "XOF" and sent["x-b"] == "5"
    post(FIELDS, headers={"X-A": translated("lazy"), "X-B": None})
    assert post.requests[-1].headers["x-a"] == "lazy" and "x-b" not in post.requests[-1].headers
    before = len(post.requests)
    for call, named in [
        (lambda: sessions.get(float("nan")), "session_id"),
        (lambda: sessions.get(True), "session_id"),
        (lambda: sessions.get(b"cs_1"), "session_id"),
        (lambda: sessions.get(["cs_1"]), "session_id"),
        (lambda: sessions.get("\ud800"), "session_id"),
        (lambda: sessions.list(limit=float("nan")), "limit"),
        (lambda: sessions.list({"from": float("nan")}), "from"),
        (lambda: sessions.list({"from": "\ud800"}), "from"),
        (lambda: sessions.list({"from": datetime.datetime(2026, 1, 2)}), "from"),
        (lambda: post(FIELDS, idempotency_key=b"a"), "idempotency_key"),
        (lambda: post(FIELDS, idempotency_key="\ud800"), "idempotency_key"),
        (lambda: post(FIELDS, request_id="\ud800"), "request_id"),
        (lambda: post(FIELDS, account="\ud800"), "account"),
        (lambda: post(FIELDS, api_key="lomi_sk_test_\ud800"), "api_key"),
        (lambda: post(FIELDS, headers={"X-A": "\ud800"}), "X-A"),
        (lambda: post(FIELDS, headers={"X-A": b"a"}), "X-A"),
        (lambda: post(FIELDS, headers={"X-A": ["a"]}), "X-A"),
        (lambda: post(FIELDS, headers={"\ud800": "a"}), "header"),
        (lambda: post.client.request("GET", "/\ud800"), "path"),
        (lambda: post.client.request("GET", "/a", **{"\ud800": 1}), "option"),
    ]:
        with pytest.raises(lomi.ValidationError, match=named) as caught:
            call()
        assert "lomi_sk_test_" not in repr(caught.value)
        assert caught.value.__cause__ is None
    assert len(post.requests) == before


@pytest.mark.parametrize(
    "settings",
    [
        {"api_key": "lomi_sk_test_\ud800"},
        {"api_key": b"lomi_sk_test_1"},
        {"base_url": "http://127.0.0.1/\udcff"},
        {"headers": "X-A: b"},
        {"headers": 5},
        {"headers": {"X-A": "\ud800"}},
        {"ca_file": 5},
        {"user_agent": "\ud800"},
        {"proxy": "http://user:lomi_sk_test_secret@\ud800"},
    ],
)
def test_settings_that_are_no_text(settings):
    with pytest.raises(lomi.ConfigurationError) as caught:
        lomi.LomiClient(**{"api_key": KEY, **settings})
    assert "secret" not in repr(caught.value) and caught.value.__cause__ is None
    assert not isinstance(caught.value.__context__, UnicodeError)


@pytest.mark.parametrize("name", ["LOMI_API_KEY", "LOMI_BASE_URL"])
def test_stray_bytes_in_the_environment(name):
    """C20: the sentence names the variable, and never shows what is in it."""
    script = """
import lomi
try:
    lomi.LomiClient()
except lomi.ConfigurationError as error:
    print(error)
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")}
    env = {os.fsencode(k): os.fsencode(v) for k, v in env.items()}
    env |= {b"LOMI_API_KEY": b"lomi_sk_test_secret"}
    env[name.encode()] = b"lomi_sk_test_secret\xe9"
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True)
    assert name in done.stdout and "UTF-8" in done.stdout, done
    assert "secret" not in done.stdout + done.stderr


def test_models_and_errors_show_what_is_not_unicode():
    model = lomi.CheckoutSessionsCreate(title="\ud800")
    assert "title" in repr(model) and "title" in model.to_str()
    with pytest.raises(lomi.ValidationError, match="Unicode"):
        lomi.CheckoutSession.model_validate_json('{"title": "\ud800"}')
    with pytest.raises(lomi.ValidationError, match="UTF-8"):
        lomi.CheckoutSession.model_validate_json(b'{"title": "\xe9"}')
    assert lomi.CheckoutSession.model_validate({"title": "caf\xe9"}).title == "caf\xe9"
