"""A shop that is killed again and again while it receives webhooks and reconciles.

    python inbox_killed.py '{"kind": "psycopg", "kills": 100, "seed": 1, "databases": {...}}'

``wrong`` chooses a store with a defect, and ``enough`` ends the kills when five have hit there.

One process starts a sandbox, a buyer that pays all the time, and one worker after another, each of
which is killed by SIGKILL at a random moment. The last one may finish. Prints a line of JSON: what
was paid, what is in the shop's database, and where the kills hit.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from mmap import mmap
from pathlib import Path
from threading import Lock, Thread, local
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bindings-python" / "python"), str(ROOT / "bindings-python" / "tests")]

import lomi  # noqa: E402
import shops  # noqa: E402

#: What a thread of a worker is doing, in shared memory.
IDLE, BEFORE_HANDLER, IN_HANDLER, AFTER_HANDLER, AFTER_COMMIT = range(5)
NAMES = ["idle", "before the handler", "in the handler", "after the handler", "after the commit"]
#: Seconds that a worker may live once it works, and that each step of it takes longer.
LONGEST_LIFE, STEP = 0.04, 0.002
#: How many events the buyer is ahead: each worker reads the lists of all payments.
BACKLOG = 40
#: Bytes of the shared memory, and numbers of it.
STAGES, STOP = 0, 2
CALLS, HANDED_OVER = 1, 2

shared = mmap(-1, 4096)
# Each is written at once. `struct.pack_into` writes zeros first, and a kill may come in between.
numbers = memoryview(shared).cast("q")
thread, counting = local(), Lock()


def enter(stage):
    shared[STAGES + thread.number] = stage


class Database:
    """Payments and a balance in tables, as the handler writes them."""

    def __init__(self, databases, kind):
        def connect():
            connection = shops.connect(databases, kind)
            if kind == "sqlite3":  # what the operating system has is not lost by a kill
                connection.execute("PRAGMA synchronous=OFF")
            return connection

        name = uuid4().hex
        self.payments, self.balance, self.connect = f"payments_{name}", f"balance_{name}", connect
        with closing(connect()) as connection:
            cursor = connection.cursor()
            # No unique key: a payment that is written twice must be seen.
            cursor.execute(f"CREATE TABLE {self.payments} (id VARCHAR(80), amount BIGINT)")
            cursor.execute(f"CREATE TABLE {self.balance} (amount BIGINT)")
            cursor.execute(f"INSERT INTO {self.balance} VALUES (0)")
            connection.commit()
        self.store = lomi.inbox.DatabaseStore(connect, f"inbox_{name}")
        self.store.create_table()

    def write(self, connection, id, amount):
        cursor = connection.cursor()
        cursor.execute(f"INSERT INTO {self.payments} VALUES ('{id}', {int(amount)})")
        time.sleep(STEP)
        cursor.execute(f"UPDATE {self.balance} SET amount = amount + {int(amount)}")
        cursor.close()

    def read(self):
        with closing(self.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"SELECT id FROM {self.payments}")
            ids = [id for (id,) in cursor.fetchall()]
            cursor.execute(f"SELECT amount FROM {self.balance}")
            return ids, cursor.fetchone()[0]


class Redis:
    """Payments in a list, and a balance."""

    def __init__(self, databases):
        import redis

        self.client = redis.Redis(**databases["redis"], decode_responses=True)
        self.prefix = f"{uuid4().hex}:"
        # Longer than the handler needs also while the machine is busy.
        self.store = lomi.inbox.RedisStore(self.client, self.prefix, lease=0.5)

    def write(self, transaction, id, amount):
        transaction.queue("RPUSH", f"{self.prefix}payments", id)
        time.sleep(STEP)
        transaction.queue("INCRBY", f"{self.prefix}balance", int(amount))

    def read(self):
        ids = self.client.lrange(f"{self.prefix}payments", 0, -1)
        return ids, int(self.client.get(f"{self.prefix}balance") or 0)


class MarkFirst:
    """A store that is wrong: it commits the mark, and then the work."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    @contextmanager
    def connected(self):
        yield self

    def handle(self, mark, work, cursor):
        is_new = self._store.handle(mark, lambda transaction: None, cursor)
        return is_new and self._store.handle((uuid4().hex, "", ""), work, None)


class WorkFirst(MarkFirst):
    """A store that is wrong: it commits the work, and then the mark."""

    def handle(self, mark, work, cursor):
        with self._store._transaction(is_write=False) as (_, transaction):
            there, _ = transaction.run(
                self._store._sql("SELECT 1 FROM {table} WHERE event_key = ?"), mark[0]
            )
        if there:
            return False
        self._store.handle((uuid4().hex, "", ""), work, None)
        time.sleep(STEP)
        return self._store.handle(mark, lambda transaction: None, cursor)


class Watched(MarkFirst):
    """A store that notes what it is doing."""

    @contextmanager
    def connected(self):
        if isinstance(self._store, lomi.inbox.RedisStore):
            yield self
            return
        with self._store.connected() as store:
            yield Watched(store)

    def handle(self, mark, work, cursor):
        def watched(transaction):
            with counting:  # before the stage, so that a kill between the two adds no stage alone
                numbers[CALLS] += 1
            enter(IN_HANDLER)
            work(transaction)
            enter(AFTER_HANDLER)

        enter(BEFORE_HANDLER)
        is_new = self._store.handle(mark, watched, cursor)
        enter(AFTER_COMMIT)
        numbers[HANDED_OVER + thread.number] += is_new
        return is_new


def worker(shop, inbox, client, secret, listener, is_last):
    """Receives webhooks in one thread, and reconciles in another."""

    def handler(event, transaction):
        if event.event == "PAYMENT_SUCCEEDED":
            shop.write(transaction, event.data.transaction_id, event.data.gross_amount)
        elif event.event == "CHECKOUT_SESSION_COMPLETED":
            shop.write(transaction, event.data.checkout_session_id, 0)

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            event = lomi.webhooks.construct_event(body, self.headers["X-Lomi-Signature"], secret)
            try:
                inbox.handle(event, handler)
            except Exception:
                self.send_response(500)
            else:
                self.send_response(204)
            self.end_headers()

        def log_message(self, *ignored):
            pass

    def serve():
        thread.number = 0
        server = HTTPServer(("127.0.0.1", 0), Hook, bind_and_activate=False)
        server.socket.close()
        server.socket = listener
        server.serve_forever(poll_interval=60)

    Thread(target=serve, daemon=True).start()
    thread.number = 1
    quiet = 0
    while not is_last or quiet < 2:
        try:
            found = inbox.reconcile(client, handler, since="2020-01-01")
        except lomi.InboxLeaseLostError:
            found = 1
        quiet = 0 if found else quiet + 1
        enter(IDLE)
        time.sleep(STEP)


def buyer(sandbox):
    """Pays until it is told to stop, a little ahead of the workers."""
    client = lomi.LomiClient(sandbox["test_key"], base_url=sandbox["url"])
    number = 0
    while not shared[STOP]:
        for _ in range(30):  # a store that is wrong never comes close
            if 2 * number - numbers[CALLS] < BACKLOG:
                break
            time.sleep(0.001)
        number += 1
        session = client.checkout_sessions.create(amount=1000 + number, currency_code="XOF")
        path = f"/_sandbox/sessions/{session.checkout_session_id}/pay"
        client.request("POST", path, body={})


def wait_for_work():
    end = time.monotonic() + 5
    while not (shared[STAGES] or shared[STAGES + 1]) and time.monotonic() < end:
        time.sleep(0.0005)


def fork(work, *given):
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work(*given)
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def main(kind, kills, seed, databases, wrong=None, enough=None):
    moments = random.Random(seed)
    shop = Redis(databases) if kind == "redis" else Database(databases, kind)
    store = {None: lambda s: s, "mark first": MarkFirst, "work first": WorkFirst}[wrong](shop.store)
    inbox = lomi.Inbox(Watched(store))
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    binary = os.environ.get("LOMI_SANDBOX", ROOT / "target" / "debug" / "lomi-sandbox")
    command = [binary, "--quiet", "--port", "0", "--until-stdin-closes", "--webhook-url", url]
    pipe = subprocess.PIPE
    stages = Counter()
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        sandbox = json.loads(process.stdout.readline())
        client = lomi.LomiClient(sandbox["test_key"], base_url=sandbox["url"])
        buying = fork(buyer, sandbox)
        given = (shop, inbox, client, sandbox["webhook_secret"], listener)
        try:
            for _ in range(kills):
                if enough is not None and stages[enough] >= 5:
                    break
                shared[STAGES] = shared[STAGES + 1] = IDLE
                pid = fork(worker, *given, False)
                if moments.random() < 0.9:  # else it may be killed before its first event
                    wait_for_work()
                time.sleep(moments.uniform(0, LONGEST_LIFE))
                os.kill(pid, signal.SIGKILL)
                _, status = os.waitpid(pid, 0)
                assert os.WIFSIGNALED(status), "the worker has failed by itself"
                stages[NAMES[max(shared[STAGES], shared[STAGES + 1])]] += 1
        finally:
            shared[STOP] = 1  # also after a failure: the buyer holds the sandbox's pipe
        assert os.waitpid(buying, 0)[1] == 0
        assert os.waitpid(fork(worker, *given, True), 0)[1] == 0
        paid = {
            t.transaction_id: t.gross_amount for t in client.transactions.list().auto_paging_iter()
        }
        sessions = client.checkout_sessions.list(status="completed").auto_paging_iter()
        expected = {*paid, *(session.checkout_session_id for session in sessions)}
        ids, balance = shop.read()
        process.stdin.close()
    counts = Counter(ids)
    result = {
        "seed": seed,
        "paid": len(paid),
        "lost": len(expected - counts.keys()),
        "doubled": sum(1 for count in counts.values() if count > 1),
        "invented": len(counts.keys() - expected),
        "balance is exact": balance == sum(paid.values()),
        "by webhook": numbers[HANDED_OVER],
        "by reconcile": numbers[HANDED_OVER + 1],
        "calls": numbers[CALLS],
        "kills": stages,
    }
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
