"""The helpers for frameworks, with the real frameworks; the plugin; the command."""

import asyncio
import io
import json
import os
import subprocess
import sys

import pytest

import lomi
from conftest import ROOT
from lomi import webhooks

SECRET = "whsec_test"
BODY = b'{ "id":"evt_1","event":"PAYMENT_SUCCEEDED", "data":{"amount":5000}}'
GOOD = {"X-Lomi-Signature": webhooks.sign(BODY, SECRET)}
BAD = {"X-Lomi-Signature": "0" * 64}


urlpatterns = []


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_django(django, kind, caplog):
    from django.http import JsonResponse
    from django.test import AsyncClient, Client
    from django.urls import path

    from lomi.contrib.django import webhook

    if kind == "sync":

        @webhook(secret=SECRET)
        def view(request, event, shop):
            return JsonResponse({"amount": event.data["amount"], "shop": shop})
    else:

        @webhook(secret=SECRET)
        async def view(request, event, shop):
            assert request.body == BODY
            return JsonResponse({"amount": event.data["amount"], "shop": shop})

    urlpatterns[:] = [path("hook/<shop>", view)]
    django.urls.clear_url_caches()
    client = Client(enforce_csrf_checks=True) if kind == "sync" else AsyncClient()

    def post(headers, body=BODY):
        given = {"HTTP_" + k.upper().replace("-", "_"): v for k, v in headers.items()}
        if kind == "sync":
            return client.post("/hook/a", body, "application/json", **given)
        return asyncio.run(client.post("/hook/a", body, "application/json", headers=headers))

    answer = post(GOOD)
    assert answer.status_code == 200 and answer.json() == {"amount": 5000, "shop": "a"}
    refuses(lambda headers, body: (r := post(headers, body), (r.status_code, r.content))[1], caplog)
    if kind == "sync":
        assert client.get("/hook/a").status_code == 405


def test_django_reads_no_more_than_the_bound_and_says_who_read_first(django):
    from django.core.handlers.asgi import ASGIRequest

    from lomi.contrib.django import webhook

    @webhook(secret=SECRET)
    def view(request, event):
        raise AssertionError("a forged delivery reached the view")

    class Endless(io.RawIOBase):
        given = 0

        def readable(self):
            return True

        def read(self, size=-1):
            assert size >= 0, "read without a bound"
            self.given += size
            return b"x" * size

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    stream = Endless()
    answer = view(ASGIRequest(scope, stream))
    assert (answer.status_code, answer.content) == (413, b'{"error":"payload too large"}')
    assert stream.given == webhooks.MAX_BODY + 1
    request = ASGIRequest(scope, io.BytesIO(BODY))
    request.read()
    with pytest.raises(lomi.ConfigurationError, match="something read it before"):
        view(request)


def test_the_request_of_django_rest_framework(django):
    from django.core.handlers.asgi import ASGIRequest

    from lomi.contrib.django import webhook

    class Request:
        """As that of the framework: what it does not have itself is Django's."""

        def __init__(self, request):
            self._request = request

        def __getattr__(self, name):
            return getattr(self._request, name)

    seen = []

    @webhook(secret=SECRET)
    def view(request, event):
        seen.append((type(request), request.body))

    name = b"x-lomi-signature"
    headers = [(name, GOOD["X-Lomi-Signature"].encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    answer = view(Request(ASGIRequest(scope, io.BytesIO(BODY))))
    assert answer.status_code == 204, answer.content
    assert seen == [(Request, BODY)]


def refuses(post, caplog):
    """What every helper does with a delivery that is none: the response, and the log."""
    huge = b"{" + b" " * webhooks.MAX_BODY + b"}"
    nothing = b"[]"
    signed = {"X-Lomi-Signature": webhooks.sign(nothing, SECRET)}
    for headers, body, status, word, reason in (
        (BAD, BODY, 400, "invalid signature", "does not match"),
        ({}, BODY, 400, "invalid signature", "missing"),
        (GOOD, b"", 400, "invalid signature", "body is empty"),
        (signed, nothing, 400, "invalid payload", "not a JSON object"),
        (GOOD, huge, 413, "payload too large", "1048576"),
    ):
        caplog.clear()
        said, answer = post(headers, body)
        assert (said, json.loads(answer)) == (status, {"error": word}), reason
        lines = [record for record in caplog.records if record.name == "lomi"]
        assert [line.levelname for line in lines] == ["WARNING"]
        assert reason in lines[0].getMessage()
        assert SECRET not in caplog.text and "evt_1" not in caplog.text


def test_flask(caplog):
    from flask import Flask, request

    from lomi.contrib.flask import webhook

    app = Flask(__name__)
    seen = []

    @app.post("/hook")
    @webhook(secret=[SECRET])
    def hook(event):
        assert request.get_data() == BODY
        seen.append(event)

    client = app.test_client()
    chunked = {"wsgi.input_terminated": True}
    assert client.post("/hook", data=BODY, headers=GOOD).status_code == 204
    assert isinstance(seen[0], lomi.Event) and seen[0].data == lomi.Transaction(amount=5000)
    assert (
        client.post(
            "/hook", input_stream=io.BytesIO(BODY), headers=GOOD, environ_overrides=chunked
        ).status_code
        == 204
    )

    def post(headers, body):
        answer = client.post("/hook", data=body, headers=headers)
        return answer.status_code, answer.data

    refuses(post, caplog)
    long = io.BytesIO(b"x" * (3 << 20))
    assert (
        client.post("/hook", input_stream=long, headers=GOOD, environ_overrides=chunked).status_code
        == 413
    )
    assert long.tell() < 2 << 20, "read beyond the bound"
    assert len(seen) == 2


def test_flask_says_that_something_read_the_body_first():
    from flask import Flask, request

    from lomi.contrib.flask import webhook

    app = Flask(__name__)
    app.testing = True
    app.before_request(lambda: request.stream.read() and None)
    app.post("/hook")(webhook(secret=SECRET)(lambda event: None))
    with pytest.raises(lomi.ConfigurationError, match="something read it before"):
        app.test_client().post("/hook", data=BODY, headers=GOOD)


def test_fastapi(monkeypatch, caplog):
    from fastapi import Depends, FastAPI, Request
    from fastapi.testclient import TestClient

    from lomi.contrib.fastapi import LomiEvent, verified_event

    monkeypatch.setenv("LOMI_WEBHOOK_SECRET", f"whsec_new,{SECRET}")
    app = FastAPI()

    async def hook(event: LomiEvent, request: Request):
        assert await request.body() == BODY
        return {"amount": event.data["amount"]}

    def hook_with_a_secret(event=Depends(verified_event(SECRET))):  # noqa: B008
        return {"amount": event.data["amount"]}

    app.post("/hook")(hook)
    app.post("/other")(hook_with_a_secret)
    client = TestClient(app)
    for url in ("/hook", "/other"):
        assert client.post(url, content=BODY, headers=GOOD).json() == {"amount": 5000}

        def post(headers, body, url=url):
            answer = client.post(url, content=body, headers=headers)
            return answer.status_code, answer.content

        refuses(post, caplog)
        assert client.post(url, json=json.loads(BODY), headers=GOOD).status_code == 400
        chunks = (b"x" * 300_000 for _ in range(5))
        assert client.post(url, content=chunks, headers=GOOD).status_code == 413


@pytest.mark.parametrize("framework", ["django", "flask", "fastapi"])
def test_the_printed_example_is_python(framework):
    import ast
    import textwrap

    text = ast.get_docstring(
        ast.parse((ROOT / f"bindings-python/python/lomi/contrib/{framework}.py").read_text())
    )
    blocks = [block for block in text.split("::\n\n")[1:]]
    assert blocks
    for block in blocks:
        lines = block.splitlines()
        end = next((n for n, line in enumerate(lines) if line and line[0] != " "), len(lines))
        compile(textwrap.dedent("\n".join(lines[:end])), framework, "exec")


def test_a_log_that_fails_changes_nothing():
    import logging

    from lomi.contrib._receive import receive

    class Broken(logging.Filter):
        def filter(self, record):
            raise OSError("no space left")

    broken = Broken()
    logging.getLogger("lomi").addFilter(broken)
    try:
        assert receive(BODY, "0" * 64, SECRET, None, len(BODY)).status == 400
    finally:
        logging.getLogger("lomi").removeFilter(broken)


def run(*arguments, sandbox=None, **settings):
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")}
    if sandbox:
        env.update(LOMI_API_KEY=sandbox["test_key"], LOMI_BASE_URL=sandbox["url"] + "/v1")
    env.update(settings.pop("env", {}))
    return subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, env=env, timeout=60, **settings
    )


def test_the_plugin(tmp_path):
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["lomi.testing"]\n')
    (tmp_path / "test_shop.py").write_text(
        "def test_shop(lomi_client, lomi_sandbox):\n"
        "    sessions = lomi_client.checkout_sessions\n"
        '    session = sessions.create(amount=100, currency_code="XOF")\n'
        '    assert session.status == "open"\n'
        "    assert session.checkout_url.startswith(lomi_sandbox.url)\n"
    )
    binary = os.environ.get("LOMI_SANDBOX", str(ROOT / "target" / "debug" / "lomi-sandbox"))
    done = run("pytest", "-q", str(tmp_path), cwd=tmp_path, env={"LOMI_SANDBOX": binary})
    assert b"1 passed" in done.stdout, done.stdout


def test_the_command(sandbox):
    assert run("lomi", "--version").stdout.decode() == f"lomi {lomi.__version__}\n"
    made = run("lomi", "sessions", "create", "500", "XOF", "title=A", 'metadata={"n":1}',
               sandbox=sandbox)  # fmt: skip
    session = json.loads(made.stdout)
    assert session["title"] == "A" and session["metadata"] == {"n": 1}
    id = session["checkout_session_id"]
    got = run("lomi", "sessions", "get", id, sandbox=sandbox)
    assert json.loads(got.stdout)["checkout_session_id"] == id
    lines = run("lomi", "sessions", "list", "--limit", "1", sandbox=sandbox).stdout.splitlines()
    assert len(lines) == 1 and json.loads(lines[0])["checkout_session_id"]
    missing = run("lomi", "sessions", "get", "nothing", sandbox=sandbox)
    assert missing.returncode == 1 and missing.stderr.startswith(b"lomi: ")
    assert missing.stderr.count(b"\n") == 1


def test_the_command_checks_deliveries():
    env = {"LOMI_WEBHOOK_SECRET": SECRET}
    good = run("lomi", "webhooks", "verify", GOOD["X-Lomi-Signature"], input=BODY, env=env)
    assert json.loads(good.stdout)["event"] == "PAYMENT_SUCCEEDED"
    assert run("lomi", "webhooks", "verify", "0", input=BODY, env=env).returncode == 1
