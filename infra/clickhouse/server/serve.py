"""Serve a real ClickHouse over HTTP on 127.0.0.1 from libchdb.so: no root, no container engine.

    python serve.py --path DIR --port N [--user NAME --password-env VARIABLE] [--lib libchdb.so]

It prints `READY <url>` when it answers and runs until SIGTERM or SIGINT. The data stays in DIR.
Exit codes: 0 ended as asked, 1 failed, 2 wrong use, 3 DIR is in use, 4 the port is in use.

How: the library runs clickhouse-local with a short script. The script starts the HTTP listener, and then its last
statement reads from a named pipe into nothing: it waits there, at no cost, until this program closes the pipe.

What this ClickHouse can't do and a packaged server can: CREATE USER, ROLE, ROW POLICY or QUOTA (accounts come from
users.xml), Replicated and Keeper engines, and asynchronous inserts (`async_insert` is silently synchronous). A tidy
end takes 5 s while clients keep connections open.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import hashlib
import http.client
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import IO, NoReturn
from xml.sax.saxutils import escape

LIB = Path(__file__).parent / "node_modules" / "@chdb" / "lib-linux-x64-gnu" / "libchdb.so"
FAILED, FOLDER_IN_USE, PORT_IN_USE = 1, 3, 4
START_SECONDS = 60.0
STOP_SECONDS = 30.0
END_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
POLL_SECONDS = 0.05

CONFIG = """<clickhouse>
  <path>{path}/</path>
  <tmp_path>{path}/tmp/</tmp_path>
  <http_port>{port}</http_port>
  <listen_host>127.0.0.1</listen_host>
  <users_config>{path}/etc/users.xml</users_config>
  <logger><level>{level}</level><log>{path}/log/server.log</log><errorlog>{path}/log/error.log</errorlog></logger>
</clickhouse>
"""
USERS = """<clickhouse>
  <profiles><default/><readonly><readonly>1</readonly></readonly></profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password/>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile><quota>default</quota>
      {default_rights}
    </default>{account}
  </users>
</clickhouse>
"""
ALL_RIGHTS = "<access_management>1</access_management><named_collection_control>1</named_collection_control>"
# clickhouse-local itself logs in as `default` without a password, which therefore can't be given one. When an account
# with a password is asked for, `default` keeps the two rights that the script needs: they let a stranger read nothing.
SCRIPT_RIGHTS = """<grants>
        <query>GRANT SYSTEM LISTEN ON *.*</query>
        <query>GRANT CREATE TEMPORARY TABLE ON *.*</query>
      </grants>"""
ACCOUNT = """
    <{user}>
      <password_sha256_hex>{digest}</password_sha256_hex>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile><quota>default</quota>
      {rights}
    </{user}>"""


class Engine:
    """The library, running its script on a thread of its own until the pipe is closed."""

    def __init__(self, lib: Path, path: Path, port: int) -> None:
        """Load the library and lay the pipe."""
        pipe = path / "tmp" / "open-while-serving.fifo"
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe, 0o600)
        self._pipe = os.open(pipe, os.O_RDWR | os.O_CLOEXEC)
        wait = f"INSERT INTO FUNCTION null('line String') FROM INFILE '{pipe}' COMPRESSION 'none'"
        wait += " SETTINGS max_execution_time = 0, async_insert = 0 FORMAT LineAsString"
        self._argv = (
            "clickhouse",
            f"--config-file={path}/etc/config.xml",
            f"--path={path}",
            f"--http_port={port}",
            "--listen_host=127.0.0.1",
            f"--query=SYSTEM START LISTEN HTTP; {wait}",
        )
        self._lib = ctypes.CDLL(str(lib))
        self._lib.chdb_set_signal_handlers_enabled(0)
        self._lib.chdb_query_cmdline.restype = ctypes.c_void_p
        self._lib.chdb_result_error.restype = ctypes.c_char_p
        self._lib.chdb_result_error.argtypes = [ctypes.c_void_p]
        self.error: str | None = None  # set once the library has returned; empty when it had nothing to complain of
        self._thread = threading.Thread(target=self._run, name="clickhouse", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End of file for the script's last statement, after which the library shuts down by itself."""
        os.close(self._pipe)
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        argv = (ctypes.c_char_p * (len(self._argv) + 1))(*(word.encode() for word in self._argv), None)
        result = self._lib.chdb_query_cmdline(len(self._argv), argv)
        error = self._lib.chdb_result_error(result) if result else b"the library returned nothing"
        self.error = (error or b"").decode(errors="replace")
        os.kill(os.getpid(), signal.SIGTERM)


def main() -> NoReturn:
    """Run the server in the foreground."""
    options = parse()
    path = Path(options.path).resolve()
    for folder in ("etc", "tmp", "log"):
        (path / folder).mkdir(parents=True, exist_ok=True)
    lock = lock_folder(path)
    check_port(options.port)
    write_settings(path, options)
    # Every thread that the library starts inherits this mask, so that the main thread alone is told to end.
    signal.pthread_sigmask(signal.SIG_BLOCK, END_SIGNALS)
    engine = Engine(options.lib, path, options.port)
    await_answer(engine, options.port)
    print(f"READY http://127.0.0.1:{options.port}", flush=True)
    signal.sigwait(END_SIGNALS)
    ended_by_itself = engine.error is not None
    engine.close()
    lock.close()
    if ended_by_itself or engine.error:
        leave(FAILED, f"ClickHouse ended: {engine.error}")
    if engine.error is None:
        leave(FAILED, f"ClickHouse did not end within {STOP_SECONDS:g} s")
    leave(0)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lib", type=Path, default=LIB)
    parser.add_argument("--path", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user")
    parser.add_argument("--password-env", metavar="VARIABLE", help="where the password is; it is never an argument")
    parser.add_argument("--log-level", default="warning")
    options = parser.parse_args()
    if not options.lib.exists():
        parser.error(f"{options.lib} is missing: run 'npm ci' in {LIB.parents[3]}")
    if bool(options.user) != bool(options.password_env):
        parser.error("--user and --password-env go together")
    if options.user and not (options.user.isidentifier() and options.user != "default"):
        parser.error("--user needs a plain name other than 'default'")
    if options.password_env and not os.environ.get(options.password_env):
        parser.error(f"no password in {options.password_env}")
    return options


def lock_folder(path: Path) -> IO[str]:
    """Hold the folder for this process alone."""
    lock = (path / "serve.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        leave(FOLDER_IN_USE, f"another server uses {path}")
    return lock


def check_port(port: int) -> None:
    """Make sure that the port is free: the library would serve nothing and not say so."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            leave(PORT_IN_USE, f"port {port}: {error.strerror}")


def write_settings(path: Path, options: argparse.Namespace) -> None:
    """Write config.xml and users.xml."""
    config = CONFIG.format(path=escape(str(path)), port=options.port, level=escape(options.log_level))
    (path / "etc" / "config.xml").write_text(config)
    rights, account = ALL_RIGHTS, ""
    if options.user:
        digest = hashlib.sha256(os.environ[options.password_env].encode()).hexdigest()
        rights, account = SCRIPT_RIGHTS, ACCOUNT.format(user=options.user, digest=digest, rights=ALL_RIGHTS)
    users = path / "etc" / "users.xml"
    users.touch(mode=0o600)
    users.write_text(USERS.format(default_rights=rights, account=account))


def await_answer(engine: Engine, port: int) -> None:
    """Wait until the listener answers, or give up with the reason."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if engine.error is not None:
            leave(FAILED, f"ClickHouse did not start: {engine.error}")
        if time.monotonic() > deadline:
            leave(FAILED, f"ClickHouse did not answer within {START_SECONDS:g} s")
        time.sleep(POLL_SECONDS)


def answers(port: int) -> bool:
    """Whether a ClickHouse answers there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def leave(code: int, message: str = "") -> NoReturn:
    """End at once: the library's threads do not take part in Python's own shutdown."""
    if message:
        print(message, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
