"""Networks that change: certificates that are replaced, idle threads, network namespaces.
And connections that are opened ahead."""

import asyncio
import os
import subprocess
import sys
import threading
import time

import pytest

import lomi
from conftest import ROOT, echo, encrypted


def secured(server, file):
    return lomi.LomiClient(
        "lomi_sk_test_1", base_url=server.https, ca_file=str(file), max_retries=0
    )


def test_a_certificate_that_is_authority_and_server_at_once(tmp_path, https):
    server = encrypted(tmp_path, authority=True)
    assert secured(server, server.ca).checkout_sessions.get("cs").checkout_session_id == "cs"
    elsewhere = server.https.replace("localhost", "127.0.0.1")
    for client in (
        secured(server, https.ca),
        lomi.LomiClient("lomi_sk_test_1", base_url=server.https),
        lomi.LomiClient("lomi_sk_test_1", base_url=elsewhere, ca_file=server.ca),
    ):
        with pytest.raises(lomi.TLSError):
            client.checkout_sessions.get("cs")
    server.close()


def test_a_ca_file_in_der_or_with_a_byte_order_mark(tmp_path, https):
    with open(https.ca, "rb") as file:
        pem = file.read()
    convert = ["openssl", "x509", "-in", https.ca, "-outform", "DER", "-out", tmp_path / "ca.der"]
    subprocess.run(convert, check=True, capture_output=True)
    (tmp_path / "bom.pem").write_bytes(b"\xef\xbb\xbf" + pem)
    for name in ("ca.der", "bom.pem"):
        client = secured(https, tmp_path / name)
        assert client.checkout_sessions.get("cs").checkout_session_id == "cs"
    (tmp_path / "utf16.pem").write_bytes(pem.decode().encode("utf-16"))
    with pytest.raises(lomi.ConfigurationError, match="UTF-16"):
        secured(https, tmp_path / "utf16.pem").checkout_sessions.get("cs")


def test_a_ca_file_that_was_replaced_is_read_by_the_next_client(tmp_path, https):
    (tmp_path / "other").mkdir()
    other = encrypted(tmp_path / "other")
    file = tmp_path / "ca.pem"
    for server in (https, other, https):
        with open(server.ca, "rb") as certificate:
            file.write_bytes(certificate.read())
        assert secured(server, file).checkout_sessions.get("cs").checkout_session_id == "cs"
    other.close()


def test_threads_that_do_nothing_hold_no_descriptors(serve):
    together = threading.Barrier(50)

    def answer(request):
        together.wait(10)
        return echo(request)

    server = serve(answer)
    client = lomi.LomiClient("lomi_sk_test_1", base_url=server.url)
    before = len(os.listdir("/proc/self/fd"))
    end, called = threading.Event(), []

    def work():
        called.append(client.checkout_sessions.get("cs"))
        end.wait(30)

    threads = [threading.Thread(target=work) for _ in range(50)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 15
    while len(called) < 50 or len(os.listdir("/proc/self/fd")) > before + 5:
        assert time.monotonic() < deadline, len(os.listdir("/proc/self/fd")) - before
        time.sleep(0.1)
    end.set()
    for thread in threads:
        thread.join()


SAME_PID = """
import asyncio, ctypes, os, sys
import lomi

CLONE_NEWPID = 0x20000000
client = lomi.LomiClient("lomi_sk_test_1", base_url=sys.argv[1])
waiting = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=sys.argv[1])

async def call():
    return await waiting.checkout_sessions.get("cs")

def both():
    client.checkout_sessions.get("cs")
    asyncio.run(call())

both()
assert ctypes.CDLL(None).unshare(CLONE_NEWPID) == 0
mine, child = os.getpid(), os.fork()
if child == 0:
    assert os.getpid() == mine == 1
    both()
    os._exit(0)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_a_forked_child_with_the_pid_of_its_parent(serve):
    unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork"]
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system gives no PID namespace")
    connections = []

    def answer(request):
        connections.append(threading.current_thread().name)
        return echo(request)

    server = serve(answer)
    command = [*unshare, sys.executable, "-c", SAME_PID, server.url]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")}
    subprocess.run(command, check=True, timeout=20, env=env)
    # The child uses none of the parent's two.
    assert len(connections) == len(set(connections)) == 4


DNS_OUTAGE = """
import fcntl, os, socket, struct, subprocess, sys, time

probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(probe, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
silent.bind(("127.0.0.1", 53))
CALL = '''
import lomi
client = lomi.LomiClient("lomi_sk_test_1", base_url="https://api.shop.example", timeout=1)
try:
    client.checkout_sessions.get("cs")
except lomi.APITimeoutError as error:
    assert error.outcome == "not_sent", error.outcome
'''
started = time.monotonic()
subprocess.run([sys.executable, "-c", CALL], check=True, timeout=20)
took = time.monotonic() - started
assert 0.9 < took < 4, took
"""


def test_a_name_server_that_says_nothing_holds_up_no_exit(tmp_path):
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:8 attempts:1\n")
    (tmp_path / "nsswitch.conf").write_text("hosts: files dns\n")
    script = (
        'mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)" || exit 77; '
        'mount --bind nsswitch.conf /etc/nsswitch.conf || exit 77; exec "$0" -c "$1"'
    )
    command = ["unshare", "-r", "-m", "-n", "sh", "-c", script, sys.executable, DNS_OUTAGE]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, timeout=40, capture_output=True, check=False
    )
    if done.returncode in (1, 77) and b"Traceback" not in done.stderr:
        pytest.skip("this system gives no mount namespace")
    assert done.returncode == 0, done.stderr.decode()


def wait_for_connections(server, number):
    deadline = time.monotonic() + 10
    while server.open != number:
        assert time.monotonic() < deadline, server.open
        time.sleep(0.01)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_prewarm_opens_the_connection_of_the_next_call(serve, tmp_path, scheme):
    server = serve(echo) if scheme == "http" else encrypted(tmp_path)
    settings = (
        {"base_url": server.url}
        if scheme == "http"
        else {
            "base_url": server.https,
            "ca_file": server.ca,
        }
    )
    client = lomi.LomiClient("lomi_sk_test_1", **settings)
    assert client.prewarm() is None
    wait_for_connections(server, 1)
    assert server.requests == []
    assert client.checkout_sessions.get("cs").checkout_session_id == "cs"
    # A new connection would be counted too: the server has served its request.
    assert (len(server.requests), server.open) == (1, 1)
    server.close()


def test_prewarm_awaited_opens_the_connection_of_the_next_call(serve):
    server = serve(echo)

    async def main():
        async with lomi.AsyncLomiClient("lomi_sk_test_1", base_url=server.url) as client:
            await client.prewarm()
            wait_for_connections(server, 1)
            assert server.requests == []
            await client.checkout_sessions.get("cs")
            assert (len(server.requests), server.open) == (1, 1)

    asyncio.run(main())


def test_prewarm_raises_the_error_of_a_call():
    client = lomi.LomiClient("lomi_sk_test_1", base_url="http://127.0.0.1:1", max_retries=0)
    with pytest.raises(lomi.APIConnectionError) as ahead:
        client.prewarm()
    with pytest.raises(lomi.APIConnectionError) as called:
        client.checkout_sessions.get("cs")
    assert ahead.value.message == called.value.message


def test_one_pool_serves_all_threads(serve):
    server = serve(echo)
    client = lomi.LomiClient("lomi_sk_test_1", base_url=server.url)
    for _ in range(50):
        thread = threading.Thread(target=client.checkout_sessions.get, args=("cs",))
        thread.start()
        thread.join()
    assert (len(server.requests), server.open) == (50, 1)
