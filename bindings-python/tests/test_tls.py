"""Certificates of servers and of the client, and proxies."""

import pathlib
import socket
import ssl
import threading

import pytest

import lomi
from conftest import encrypted


def read(https, settings, **more):
    """Calls through the documented classes, set up as code for 1.1.0 does it."""
    configuration = lomi.Configuration(ssl_ca_cert=https.ca, **settings)
    configuration.host = more.pop("host", https.https)
    for name, value in more.items():
        setattr(configuration, name, value)
    configuration.api_key["ApiKeyAuth"] = "lomi_sk_test_1"
    return lomi.CheckoutSessionsApi(lomi.ApiClient(configuration)).retrieve_checkout_session("cs")


def test_an_unknown_certificate_is_refused_once(https):
    client = lomi.LomiClient("lomi_sk_test_1", base_url=https.https)
    with pytest.raises(lomi.TLSError) as caught:
        client.checkout_sessions.get("cs")
    assert caught.value.attempts == 1


def test_certificates_of_the_documented_configuration(https):
    with open(https.ca) as file:
        data = file.read()
    for settings in ({"ssl_ca_cert": https.ca}, {"ca_cert_data": data}):
        configuration = lomi.Configuration(host=https.https, **settings)
        api = lomi.CheckoutSessionsApi(lomi.ApiClient(configuration))
        configuration.api_key["ApiKeyAuth"] = "lomi_sk_test_1"
        assert api.retrieve_checkout_session("cs").checkout_session_id == "cs"


def test_certificates_as_text_are_written_once(https, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open(https.ca) as file:
        data = file.read() + "\n"
    client = lomi.ApiClient(lomi.Configuration(host=https.https, ca_cert_data=data))
    for _ in range(3):
        answer = client.call_api("GET", https.https + "/checkout_sessions/cs", {"X-API-KEY": "k"})
        assert answer.status == 200
    assert len(list(tmp_path.iterdir())) == 1


def test_a_certificate_of_our_own_where_the_server_asks(tmp_path):
    server = encrypted(tmp_path, asks=True)
    own = {"cert_file": server.ca, "key_file": server.key}
    assert read(server, own).checkout_session_id == "cs"
    with pytest.raises(lomi.APIConnectionError):
        read(server, {})
    with pytest.raises(lomi.ConfigurationError, match="nosuch.pem"):
        read(server, {"cert_file": "/nosuch.pem"})
    server.close()


def test_another_name_on_the_certificate(https):
    host = https.https.replace("localhost", "127.0.0.1")
    assert read(https, {}, host=host, tls_server_name="localhost").checkout_session_id == "cs"
    with pytest.raises(lomi.TLSError):
        read(https, {}, host=host)


def test_through_a_proxy(https, proxy):
    address, heads = proxy
    found = read(
        https,
        {},
        host="https://api.lomi.test",
        tls_server_name="localhost",
        proxy=f"http://user:word@{address}",
        proxy_headers={"x-office": "dakar"},
    )
    assert found.checkout_session_id == "cs"
    assert heads[0].startswith("CONNECT api.lomi.test:443 ")
    assert "x-office: dakar" in heads[0] and "lomi_sk" not in heads[0]
    assert "proxy-authorization: basic" in heads[0].lower()
    client = lomi.LomiClient(
        "lomi_sk_test_1", base_url=https.https, ca_file=https.ca, proxy=f"http://{address}"
    )
    assert client.checkout_sessions.get("cs").checkout_session_id == "cs"
    assert len(heads) == 2 and address not in repr(client)


def test_a_proxy_that_cannot_be_used(https):
    with pytest.raises(lomi.ConfigurationError, match="SOCKS"):
        read(https, {}, proxy="socks4://127.0.0.1:1")
    with pytest.raises(lomi.APIConnectionError) as caught:
        read(https, {}, proxy="http://127.0.0.1:1")
    assert caught.value.outcome == "not_sent"


def test_our_certificate_is_not_shown_to_a_proxy_that_asks(tmp_path):
    server = encrypted(tmp_path, asks=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.ca, server.key)
    context.load_verify_locations(server.ca)
    context.verify_mode = ssl.CERT_OPTIONAL  # it asks for a certificate, and accepts none
    listener = socket.create_server(("127.0.0.1", 0))
    shown = []

    def refuse():
        with context.wrap_socket(listener.accept()[0], server_side=True) as asked:
            head = asked.recv(65536)
            shown.append((head.startswith(b"CONNECT "), asked.getpeercert(True)))
            asked.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    refusing = threading.Thread(target=refuse, daemon=True)
    refusing.start()
    own = {"cert_file": server.ca, "key_file": server.key}
    with pytest.raises(lomi.APIConnectionError):
        read(server, own, proxy=f"https://localhost:{listener.getsockname()[1]}", retries=0)
    refusing.join(10)
    assert shown == [(True, None)]
    listener.close()
    server.close()


def test_a_certificate_of_our_own_that_was_replaced_is_shown_by_the_next_client(tmp_path):
    servers = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        servers.append(encrypted(tmp_path / name, asks=True))
    own = tmp_path / "own.pem"
    for server, other in (servers, servers[::-1]):
        own.write_text(pathlib.Path(server.ca).read_text() + pathlib.Path(server.key).read_text())
        assert read(server, {"cert_file": str(own)}).checkout_session_id == "cs"
        with pytest.raises(lomi.APIConnectionError):
            read(other, {"cert_file": str(own)}, retries=0)
    for server in servers:
        server.close()
