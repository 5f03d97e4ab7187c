"""The list of options and error members in core/spec/options.json is what the package has."""

import inspect
import json

import pytest

import lomi
from conftest import ROOT
from lomi._lomi import CALL_OPTIONS
from lomi.resources import AsyncCheckoutSessions, CheckoutSessions

LIST = json.loads((ROOT / "core/spec/options.json").read_text())


def listed(section):
    return {entry["python"] for entry in LIST[section]} - {None}


def parameters(function):
    return set(inspect.signature(function).parameters) - {"self"}


@pytest.mark.parametrize("kind", [lomi.LomiClient, lomi.AsyncLomiClient])
def test_options_of_a_client(kind):
    assert parameters(kind.__init__) == listed("client")


@pytest.mark.parametrize("kind", [CheckoutSessions, AsyncCheckoutSessions])
def test_options_of_a_call(kind):
    assert set(CALL_OPTIONS) == listed("call")
    # A deletion has no body to add fields to.
    assert parameters(kind.delete) - {"session_id"} == listed("call") - {"extra_body"}


@pytest.mark.parametrize("kind", [CheckoutSessions, AsyncCheckoutSessions])
def test_options_of_a_wait(kind):
    own = parameters(kind.wait) - {"session_id"}
    assert own == (listed("call") | listed("wait")) - {"extra_body", "idempotency_key"}


@pytest.mark.parametrize("kind", [lomi.LomiClient, lomi.AsyncLomiClient])
def test_options_of_a_download(kind):
    assert parameters(kind.download) - {"url"} == listed("download")


def test_settings_of_a_configuration():
    settings = {name for name in vars(lomi.Configuration()) if not name.startswith("_")}
    settings |= {
        name
        for name, member in vars(lomi.Configuration).items()
        if isinstance(member, property) and member.fset is not None
    }
    without_effect = set(LIST["without_effect"]["python"])
    assert settings == listed("configuration") | without_effect


def test_options_of_a_webhook():
    assert parameters(lomi.webhooks.construct_event) == listed("webhook")


def test_members_of_an_error():
    error = lomi.LomiError("what went wrong")
    assert {name for name in listed("error") if not hasattr(error, name)} == set()
    declared = set(lomi.LomiError.__annotations__) | {"status", "body", "headers"}
    declared |= {n for n, member in vars(lomi.LomiError).items() if isinstance(member, property)}
    other_names = {"status_code"}
    assert declared - other_names == listed("error")
