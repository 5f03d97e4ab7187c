"""The helpers for frameworks, with the real frameworks; the plugin; the command."""

import asyncio
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


@pytest.fixture(scope="module")
def django():
    import django
    from django.conf import settings

    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x")
    django.setup()
    return django


urlpatterns = []


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_django(django, kind):
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
            return JsonResponse({"amount": event.data["amount"], "shop": shop})

    urlpatterns[:] = [path("hook/<shop>", view)]
    django.urls.clear_url_caches()
    client = Client(enforce_csrf_checks=True) if kind == "sync" else AsyncClient()

    def post(headers):
        given = {"HTTP_" + k.upper().replace("-", "_"): v for k, v in headers.items()}
        if kind == "sync":
            return client.post("/hook/a", BODY, "application/json", **given)
        return asyncio.run(client.post("/hook/a", BODY, "application/json", headers=headers))

    answer = post(GOOD)
    assert answer.status_code == 200 and answer.json() == {"amount": 5000, "shop": "a"}
    assert post(BAD).status_code == 400 and post({}).status_code == 400
    if kind == "sync":
        assert client.get("/hook/a").status_code == 405


def test_flask():
    from flask import Flask

    from lomi.contrib.flask import webhook

    app = Flask(__name__)
    seen = []

    @app.post("/hook")
    @webhook(secret=[SECRET])
    def hook(event):
        seen.append(event)

    client = app.test_client()
    assert client.post("/hook", data=BODY, headers=GOOD).status_code == 204
    assert isinstance(seen[0], lomi.Event) and seen[0].data == {"amount": 5000}
    refused = client.post("/hook", data=BODY, headers=BAD)
    assert refused.status_code == 400 and "signature" in refused.text and len(seen) == 1


def test_fastapi(monkeypatch):
    from fastapi import Depends, FastAPI
    from fastapi.testclient import TestClient

    from lomi.contrib.fastapi import LomiEvent

    monkeypatch.setenv("LOMI_WEBHOOK_SECRET", SECRET)
    app = FastAPI()
    event_of = LomiEvent(max_age=None)

    def hook(event=Depends(event_of)):  # noqa: B008
        return {"amount": event.data["amount"]}

    app.post("/hook")(hook)
    client = TestClient(app)
    assert client.post("/hook", content=BODY, headers=GOOD).json() == {"amount": 5000}
    assert client.post("/hook", content=BODY, headers=BAD).status_code == 400
    assert client.post("/hook", json=json.loads(BODY), headers=GOOD).status_code == 400


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
