"""Downloads of the files that the API links to."""

import asyncio
import os
import pathlib
import socket
import stat
import threading
import time

import pytest

import lomi

QUERY = "?expires=1790000000&signature=c2lnbmF0dXJl"
FILE = bytes(number * 7 % 251 for number in range(300_000))


def link(server):
    return f"{server.url}/files/a.pdf{QUERY}"


@pytest.fixture
def client():
    return lomi.LomiClient(
        "lomi_sk_test_secret1",
        base_url="http://127.0.0.1:1",
        headers={"Authorization": "Bearer another", "X-Shop": "private"},
    )


@pytest.fixture(params=["blocking", "asyncio"])
def download(request, client):
    """``download`` of both clients."""
    if request.param == "blocking":
        return client.download
    awaited = lomi.AsyncLomiClient(
        "lomi_sk_test_secret1",
        base_url="http://127.0.0.1:1",
        headers={"Authorization": "Bearer another", "X-Shop": "private"},
    )
    return lambda *given, **options: asyncio.run(awaited.download(*given, **options))


def test_bytes_are_returned_and_no_secret_is_sent(serve, download):
    server = serve(200, FILE)
    assert download(link(server)) == FILE
    (sent,) = server.requests
    assert sent.method == "GET" and sent.path == f"/files/a.pdf{QUERY}"
    assert set(sent.headers) == {"accept", "accept-encoding", "host", "user-agent"}


@pytest.mark.parametrize("as_path", [str, pathlib.Path])
def test_a_file_is_saved_and_replaces_an_earlier_one(serve, download, tmp_path, as_path):
    to = tmp_path / "a.pdf"
    to.write_text("old")
    assert download(link(serve(200, FILE)), as_path(to)) == len(FILE)
    assert to.read_bytes() == FILE and os.listdir(tmp_path) == ["a.pdf"]
    assert stat.S_IMODE(to.stat().st_mode) == 0o600


def test_what_is_too_large_leaves_nothing(serve, download, tmp_path):
    server = serve(200, FILE)
    for given in ((), (tmp_path / "a.pdf",)):
        with pytest.raises(lomi.ResponseTooLargeError):
            download(link(server), *given, max_bytes=len(FILE) - 1)
        download(link(server), *given, max_bytes=len(FILE))
        assert os.listdir(tmp_path) == ["a.pdf"] * len(given)
        for file in tmp_path.iterdir():
            file.unlink()


def test_it_is_repeated_as_a_read_is(serve, download, tmp_path):
    answers = [(503, {}, "busy"), (200, {}, FILE)]
    server = serve(lambda _: answers.pop(0))
    assert download(link(server), tmp_path / "a.pdf") == len(FILE)
    assert len(server.requests) == 2 and (tmp_path / "a.pdf").read_bytes() == FILE


def test_a_download_that_breaks_leaves_no_file(download, tmp_path):
    url, stop = breaking()
    with pytest.raises(lomi.APIConnectionError) as raised:
        download(f"{url}/a.pdf{QUERY}", tmp_path / "a.pdf")
    stop()
    assert raised.value.attempts == 3 and os.listdir(tmp_path) == []
    assert "c2lnbmF0dXJl" not in f"{raised.value} {raised.value!r}"


@pytest.mark.parametrize(
    "status, kind",
    [
        (404, lomi.NotFoundError),
        (403, lomi.PermissionDeniedError),
        (302, lomi.UnexpectedRedirectError),
        (500, lomi.ServerError),
    ],
)
def test_a_failure_is_the_usual_error_without_the_signature(
    serve, download, tmp_path, status, kind
):
    server = serve(status, {"message": f"no /files/a.pdf{QUERY}"}, {"location": f"/b{QUERY}"})
    with pytest.raises(kind) as raised:
        download(link(server), tmp_path / "a.pdf", max_retries=0)
    error = raised.value
    shown = f"{error} {error!r} {error.body} {dict(error.headers)} {error.operation}"
    assert "c2lnbmF0dXJl" not in shown and "1790000000" not in shown
    assert (error.operation, os.listdir(tmp_path)) == ("download", [])


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example/a?signature=c2lnbmF0dXJl",
        "https://user:c2lnbmF0dXJl@files.example/",
        "/files/c2lnbmF0dXJl",
        "",
        None,
        5,
    ],
)
def test_what_is_no_link_is_refused(download, tmp_path, url):
    with pytest.raises(lomi.ValidationError) as raised:
        download(url, tmp_path / "a.pdf")
    assert "c2lnbmF0dXJl" not in f"{raised.value!r}"
    assert raised.value.attempts == 0 and os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "options", [{"to": 5}, {"max_bytes": 0}, {"max_bytes": -1}, {"max_bytes": "x"}, {"timeout": 0}]
)
def test_wrong_options_are_refused(serve, download, options):
    server = serve(200, FILE)
    with pytest.raises(lomi.ValidationError):
        download(link(server), **options)
    with pytest.raises(TypeError):
        download(link(server), api_key="lomi_sk_test_1")
    assert server.requests == []


def test_a_folder_that_is_missing_is_named_before_anything_is_sent(serve, download, tmp_path):
    server = serve(200, FILE)
    with pytest.raises(lomi.ValidationError, match="missing/a.pdf cannot be written"):
        download(link(server), tmp_path / "missing" / "a.pdf")
    with pytest.raises(lomi.ValidationError, match="is not a file"):
        download(link(server), tmp_path)
    assert server.requests == []


def test_a_cancelled_task_leaves_no_file(tmp_path):
    url, stop = breaking(close=False)

    async def main():
        client = lomi.AsyncLomiClient("lomi_sk_test_1", base_url="http://127.0.0.1:1")
        task = asyncio.ensure_future(client.download(f"{url}/a", tmp_path / "a.pdf"))
        while not os.listdir(tmp_path):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    deadline = time.monotonic() + 5
    while os.listdir(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.01)
    stop()
    assert os.listdir(tmp_path) == []


def test_hooks_see_the_attempt_and_no_part_of_the_link(serve):
    events = []
    client = lomi.LomiClient(
        "lomi_sk_test_1",
        base_url="http://127.0.0.1:1",
        on_request=events.append,
        on_response=events.append,
    )
    client.download(link(serve(200, FILE)))
    assert [event.operation for event in events] == ["download", "download"]
    shown = " ".join(
        f"{event!r} {event.route} {event.method} {event.request_id}" for event in events
    )
    assert "signature" not in shown and "a.pdf" not in shown


def breaking(close=True):
    """A server that sends half a file, and closes the connection or keeps it open."""
    listener = socket.create_server(("127.0.0.1", 0))
    kept = []

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n" + FILE[:1000])
            if close:
                connection.close()
            else:
                kept.append(connection)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}", listener.close
