"""Warnings about the settings of a client, in Python's logging."""

import copy

import pytest

import lomi


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


@pytest.mark.parametrize("kind", [lomi.LomiClient, lomi.AsyncLomiClient])
def test_warnings_of_a_client_are_logged_once(kind, caplog):
    client = kind("lomi_sk_test_1", base_url="http://192.0.2.1", allow_http=True)
    (said,) = warnings(caplog)
    assert "unencrypted" in said and "http://192.0.2.1" in said
    assert caplog.records[0].name == "lomi"
    assert copy.copy(client).base_url and copy.deepcopy(client).base_url
    assert len(warnings(caplog)) == 1
    kind("lomi_sk_test_1", base_url="http://192.0.2.1", allow_http=True)
    assert len(warnings(caplog)) == 2
    kind("lomi_sk_test_1", base_url="http://127.0.0.1:1", allow_http=True)
    assert len(warnings(caplog)) == 2


def test_warnings_of_a_documented_client_are_logged_once(serve, caplog):
    configuration = lomi.Configuration(host=serve(200, {"data": []}).url)
    configuration.api_key["ApiKeyAuth"] = '"lomi_sk_test_secret1"'
    api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))
    api.list_checkout_sessions()
    api.list_checkout_sessions()
    (said,) = warnings(caplog)
    assert "quotes" in said and "secret1" not in said


def test_plain_http_to_another_machine_must_be_allowed_in_a_configuration(caplog):
    configuration = lomi.Configuration(host="http://192.0.2.1")
    configuration.api_key["ApiKeyAuth"] = "lomi_sk_test_1"
    api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))
    with pytest.raises(lomi.ConfigurationError, match="allow_http"):
        api.list_checkout_sessions()
    configuration.allow_http = True
    configuration.proxy = "http://127.0.0.1:1"  # where no one listens
    with pytest.raises(lomi.APIConnectionError):
        api.list_checkout_sessions()
    assert "unencrypted" in warnings(caplog)[0]
    assert lomi.Configuration(allow_http=True).allow_http and not lomi.Configuration().allow_http
