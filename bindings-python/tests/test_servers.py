"""gunicorn and Celery, whose workers are forked from a process that may have made calls."""

import os
import pathlib
import socket
import subprocess
import sys
import textwrap
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import ROOT, echo, until

CALLS = int(os.environ.get("LOMI_SERVER_CALLS", "1000"))

APP = """
import asyncio, os, lomi

url = os.environ["UPSTREAM"]
client = lomi.LomiClient("lomi_sk_test_1", base_url=url)
other = lomi.AsyncLomiClient("lomi_sk_test_1", base_url=url)
if os.environ.get("WARM"):
    client.checkout_sessions.get("warm")
    async def warm():
        await other.checkout_sessions.get("warm")
    asyncio.run(warm())

def wsgi(environ, start):
    id = environ["PATH_INFO"].strip("/")
    session = client.checkout_sessions.get(id)
    start("200 OK", [("Content-Type", "text/plain")])
    return [session.checkout_session_id.encode()]

async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return
    id = scope["path"].strip("/")
    session = await other.checkout_sessions.get(id)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": session.checkout_session_id.encode()})
"""


def env(server, **more):
    path = str(ROOT / "bindings-python" / "python")
    return {**os.environ, "PYTHONPATH": path, "UPSTREAM": server.url, **more}


@pytest.mark.parametrize("preload", [True, False], ids=["preload", "plain"])
@pytest.mark.parametrize("worker", ["sync", "gthread", "uvicorn_worker.UvicornWorker"])
def test_gunicorn(serve, tmp_path, worker, preload):
    pytest.importorskip("gunicorn")
    server = serve(echo)
    (tmp_path / "app.py").write_text(APP)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    target = "app:asgi" if "uvicorn" in worker else "app:wsgi"
    command = [sys.executable, "-m", "gunicorn", target, "-b", f"127.0.0.1:{port}", "-w", "3"]
    command += ["-k", worker, "--threads", "4"] + ["--preload"] * preload
    with subprocess.Popen(
        command, cwd=tmp_path, env=env(server, WARM="1"), stderr=subprocess.PIPE
    ) as process:

        def ask(id):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{id}", timeout=20) as answer:
                return answer.read().decode()

        def up():
            try:
                return ask("up") == "up"
            except OSError:
                return False

        try:
            until(up, 20)
            ids = [f"cs_{number}" for number in range(CALLS)]
            with ThreadPoolExecutor(16) as pool:
                assert list(pool.map(ask, ids)) == ids
        finally:
            process.terminate()
            process.communicate(timeout=20)


def test_celery_prefork(serve, tmp_path):
    pytest.importorskip("celery")
    server = serve(echo)
    (tmp_path / "in").mkdir()
    (tmp_path / "tasks.py").write_text(
        textwrap.dedent(f"""
        import os, lomi, celery
        client = lomi.LomiClient("lomi_sk_test_1", base_url=os.environ["UPSTREAM"])
        client.checkout_sessions.get("warm")
        app = celery.Celery("tasks", broker="filesystem://")
        app.conf.broker_transport_options = dict.fromkeys(
            ("data_folder_in", "data_folder_out"), {str(tmp_path / "in")!r}
        )
        app.conf.control_exchange = "control"
        @app.task
        def fetch(id):
            session = client.checkout_sessions.get(id)
            with open({str(tmp_path / "done")!r}, "a") as done:
                done.write(session.checkout_session_id + "\\n")
        """)
    )
    send = f"import tasks\nfor n in range({CALLS}): tasks.fetch.delay(f'cs_{{n}}')"
    subprocess.run([sys.executable, "-c", send], cwd=tmp_path, env=env(server), check=True)
    command = [sys.executable, "-m", "celery", "-A", "tasks", "worker", "-c", "3", "-P", "prefork"]
    command += ["--without-mingle", "--without-gossip", "--without-heartbeat", "-l", "warning"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=env(server), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        done = pathlib.Path(tmp_path / "done")
        try:
            until(lambda: done.exists() and len(done.read_text().splitlines()) >= CALLS, 120)
            assert sorted(done.read_text().split()) == sorted(f"cs_{n}" for n in range(CALLS))
        finally:
            process.terminate()
            process.communicate(timeout=30)
