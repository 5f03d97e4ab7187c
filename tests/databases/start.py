"""Starts PostgreSQL, MariaDB and Redis for tests, on free ports of the loopback interface.

Prints one line of JSON with what a client needs, and ends them when stdin closes, also when the
caller is killed. Their files are in a new folder that is removed at the end::

    {"postgresql": {"host": "127.0.0.1", "port": 1, "user": "shop", "password": "...", "database": "shop"},
     "mariadb": {...}, "redis": {"host": "127.0.0.1", "port": 2}, "sqlite": {"folder": "..."}}

Arguments choose some of them: ``start.py postgresql redis``.
"""

import glob
import grp
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

USER = PASSWORD = DATABASE = "shop"
SERVERS = ("postgresql", "mariadb", "redis")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def account():
    """An unprivileged account: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    group = grp.getgrgid(user.pw_gid).gr_name
    return {"user": "nobody", "group": group, "extra_groups": []}


def program(*names):
    folders = ["/usr/lib/postgresql/*/bin/", "/usr/sbin/", "/usr/bin/"]
    for name in names:
        found = [path for folder in folders for path in sorted(glob.glob(folder + name))]
        if found:
            return found[-1]
    raise SystemExit(f"start.py: {names[0]} is not installed; .ci/install installs it")


def run(command, **options):
    """Runs a command to its end; shows its output if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        raise SystemExit(f"start.py: {command[0]}: {done.stdout}{done.stderr}")


def spawn(command, folder):
    log = open(os.path.join(folder, "log"), "w")
    return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **account())


def wait_until(works, process, folder):
    for _ in range(600):
        if process.poll() is not None:
            break
        if works():
            return
        time.sleep(0.05)
    with open(os.path.join(folder, "log")) as log:
        raise SystemExit(f"start.py: {process.args[0]} did not start:\n{log.read()[-2000:]}")


def answers(command, **options):
    return subprocess.run(command, capture_output=True, **options).returncode == 0


def postgresql(folder, port):
    data = os.path.join(folder, "data")
    run(
        [program("initdb"), "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-sync"],
        cwd=folder, **account(),
    )
    # fsync only matters when the machine loses power; the tests kill clients, not the server.
    settings = {"listen_addresses": "127.0.0.1", "port": port, "fsync": "off",
                "unix_socket_directories": folder}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = spawn([program("postgres"), "-D", data, *options], folder)
    query = [program("psql"), "-h", "127.0.0.1", "-p", str(port), "-U", USER, "-d", "postgres", "-c"]
    wait_until(lambda: answers([*query, "SELECT 1"]), process, folder)
    run([*query, f"CREATE DATABASE {DATABASE}"])
    return process


def mariadb(folder, port):
    data = os.path.join(folder, "data")
    user = ["--user=nobody"] if os.geteuid() == 0 else []
    # Each server its own: in a shared folder, temporary tables of two servers can have one name.
    temporary = f"--tmpdir={folder}"
    run([program("mariadb-install-db"), "--no-defaults", f"--datadir={data}", temporary,
         "--auth-root-authentication-method=normal", "--skip-test-db", *user])
    unix = os.path.join(folder, "socket")
    process = spawn(
        [program("mariadbd"), "--no-defaults", f"--datadir={data}", temporary, f"--port={port}",
         "--bind-address=127.0.0.1", f"--socket={unix}", "--innodb-flush-log-at-trx-commit=0",
         f"--pid-file={folder}/pid"],
        folder,
    )
    query = [program("mariadb"), "--no-defaults", f"--socket={unix}", "-u", "root", "-e"]
    wait_until(lambda: answers([*query, "SELECT 1"]), process, folder)
    run([*query, f"CREATE DATABASE {DATABASE}; CREATE USER {USER}@'127.0.0.1' IDENTIFIED BY "
                 f"'{PASSWORD}'; GRANT ALL ON {DATABASE}.* TO {USER}@'127.0.0.1'"])
    return process


def redis(folder, port):
    process = spawn(
        [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
         "--dir", folder],
        folder,
    )
    ping = [program("redis-cli"), "-h", "127.0.0.1", "-p", str(port), "ping"]
    wait_until(lambda: answers(ping), process, folder)
    return process


def main(names):
    unknown = set(names) - set(SERVERS)
    if unknown:
        raise SystemExit(f"start.py: unknown: {', '.join(unknown)}; there are {', '.join(SERVERS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    top = tempfile.mkdtemp(prefix="databases-")
    os.chmod(top, 0o755)
    processes = []
    try:
        found = {}
        for name in names or SERVERS:
            folder = os.path.join(top, name)
            os.mkdir(folder)
            if os.geteuid() == 0:
                shutil.chown(folder, "nobody")
            port = free_port()
            processes.append(globals()[name](folder, port))
            found[name] = {"host": "127.0.0.1", "port": port}
            if name != "redis":
                found[name] |= {"user": USER, "password": PASSWORD, "database": DATABASE}
        found["sqlite"] = {"folder": top}
        print(json.dumps(found), flush=True)
        sys.stdin.read()
    finally:
        for process in processes:
            process.kill()
            process.wait()
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
