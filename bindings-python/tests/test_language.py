"""Errors in French: by the option ``lang``, and by ``LOMI_LANG``."""

import os
import subprocess
import sys

import pytest

import lomi
from conftest import ROOT
from lomi import webhooks

SECRET = "whsec_1234567890abcdef"


def refused(url, key, call):
    """The errors of one call in French and in English, which have all but the words in common."""
    errors = []
    for lang in ("fr", "en"):
        with pytest.raises(lomi.LomiError) as caught:
            call(lomi.LomiClient(key, base_url=url, lang=lang, max_retries=0))
        errors.append(caught.value)
    french, english = errors
    assert type(french) is type(english) and french.code == english.code
    assert (french.status, french.outcome) == (english.status, english.outcome)
    return french.message, english.message


@pytest.mark.parametrize(
    ("call", "french", "english"),
    [
        (
            lambda client: client.checkout_sessions.get("cs_1", max_retries="x"),
            "max_retries doit être un nombre entier à partir de 0, et non str",
            "max_retries must be a whole number from 0, not str",
        ),
        (
            lambda client: client.checkout_sessions.create(amount=object(), currency_code="XOF"),
            "amount est de type object, qui ne peut pas être envoyé",
            "amount is of type object, which cannot be sent",
        ),
        (
            lambda client: client.request("GE T", "/a"),
            '"GE T" n\'est pas une méthode HTTP',
            '"GE T" is no HTTP method',
        ),
    ],
)
def test_an_invalid_argument(sandbox, call, french, english):
    said = refused(sandbox["url"], sandbox["test_key"], call)
    assert french in said[0] and english in said[1]


def test_what_does_not_exist(sandbox):
    unknown = "3f0e2f6e-0f3a-4a5e-9b57-0c5d0f5a4c11"
    for call in (
        lambda client: client.checkout_sessions.get(unknown),
        lambda client: client.checkout_sessions.get("cs_none"),
    ):
        french, english = refused(sandbox["url"], sandbox["test_key"], call)
        # The server's own words are not translated.
        assert french.replace(" :", ":") == english


def test_a_refused_connection():
    french, english = refused(
        "http://127.0.0.1:1", "lomi_sk_test_1", lambda client: client.checkout_sessions.get("cs_1")
    )
    assert french.startswith("le serveur est injoignable : ")
    assert english.startswith("the server was not reached: ")


def test_a_setting_beside_the_language():
    with pytest.raises(lomi.ConfigurationError, match="^timeout doit être un nombre de secondes"):
        lomi.LomiClient("lomi_sk_test_1", lang="fr", timeout="5")


def test_a_language_that_there_is_no_translation_for():
    with pytest.raises(lomi.ConfigurationError, match="de") as caught:
        lomi.LomiClient("lomi_sk_test_1", lang="de")
    assert "lang" in caught.value.message


@pytest.mark.parametrize(
    ("call", "kind", "french"),
    [
        (
            f"webhooks.construct_event(b'{{}}', '0' * 64, '{SECRET}')",
            "SignatureVerificationError",
            "la signature ne correspond pas",
        ),
        ("webhooks.construct_event(b'{}', '0')", "ConfigurationError", "aucun secret de webhook"),
        (
            f"webhooks.construct_event({{}}, '0', '{SECRET}')",
            "ValidationError",
            "et non le corps brut",
        ),
        ("webhooks.DatabaseStore(None, 'a b')", "ConfigurationError", "doit être un nom simple"),
        ("lomi.LomiClient()", "ConfigurationError", "aucune clé d'API"),
    ],
)
def test_lomi_lang(call, kind, french):
    script = f"import lomi\nfrom lomi import webhooks\n{call}"
    unset = ("LOMI_API_KEY", "LOMI_WEBHOOK_SECRET")
    env = {name: value for name, value in os.environ.items() if name not in unset}
    env |= {"PYTHONPATH": str(ROOT / "bindings-python" / "python"), "PYTHONUTF8": "1"}
    for lang, is_french in (("fr_SN.UTF-8", True), ("de", False)):
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, env={**env, "LOMI_LANG": lang}, capture_output=True)
        said = done.stderr.decode()
        assert f"lomi.errors.{kind}: " in said and (french in said) == is_french, said


def test_without_a_language():
    with pytest.raises(lomi.SignatureVerificationError, match="does not match"):
        webhooks.construct_event(b"{}", "0" * 64, SECRET)
