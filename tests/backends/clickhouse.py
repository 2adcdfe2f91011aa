"""One real ClickHouse over HTTP on loopback, from npm's libchdb: what tests run against without containers."""

from __future__ import annotations

import fcntl
import os
import platform
import secrets
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from streams.embedded.child import Child, free_port
from tests.backends.base import Unavailable

SERVER_HOME = Path(__file__).resolve().parents[2] / "infra" / "clickhouse" / "server"
_PACKAGE = SERVER_HOME / "node_modules" / "@chdb" / "lib-linux-x64-gnu"
_FETCH_SECONDS = 900  # the library has 540 MB unpacked
_START_SECONDS = 60  # takes about 1 s
_STOP_SECONDS = 40
_PASSWORD_VARIABLE = "CLAWBACK_TEST_CLICKHOUSE_PASSWORD"  # the name of a variable


class ClickHouseServer:
    """A ClickHouse with its data in one folder. With a `user`, that account has a password and no other may read."""

    def __init__(self, folder: Path, *, port: int | None = None, user: str | None = None) -> None:
        """Prepare a server; `start` runs it. Raises Unavailable where the library can't be had."""
        fetch_library()
        self.port = port or free_port()
        self.user = user
        self.password = secrets.token_urlsafe(16) if user else ""
        argv = [
            sys.executable,
            str(SERVER_HOME / "serve.py"),
            f"--path={folder / 'data'}",
            f"--port={self.port}",
        ]
        if user:
            argv += [f"--user={user}", f"--password-env={_PASSWORD_VARIABLE}"]
        env = {**os.environ, _PASSWORD_VARIABLE: self.password}
        self._child = Child("ClickHouse", argv, log=folder / "clickhouse.log", port=self.port, env=env)

    @property
    def address(self) -> str:
        """The URL for clickhouse_connect's `dsn`, with the account in it if there is one."""
        account = f"{self.user}:{self.password}@" if self.user else ""
        return f"http://{account}127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The server's process id, or None when it does not run."""
        return self._child.pid

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._child.start(lambda: clickhouse_answers(f"http://127.0.0.1:{self.port}"), _START_SECONDS)

    def stop(self) -> None:
        """Let the server end tidily."""
        self._child.stop(_STOP_SECONDS)

    def kill(self) -> None:
        """End the server at once (SIGKILL)."""
        self._child.kill()

    def restart(self) -> None:
        """Stop the server and start it again on the same data and port."""
        self.stop()
        self.start()

    def discard(self) -> None:
        """End the server for good; whoever made its folder removes it."""
        self.kill()


def clickhouse_answers(url: str) -> bool:
    """Whether a ClickHouse says Ok there."""
    try:
        with urllib.request.urlopen(f"{url}/ping", timeout=2) as answer:  # http, loopback
            return bool(answer.status == 200)  # HTTP's OK
    except (OSError, urllib.error.URLError):
        return False


def fetch_library() -> None:
    """Have npm bring the library that the lock file names. Two processes may ask at once: one fetches."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Unavailable("the ClickHouse of the tests is a library for Linux on x86-64 only")
    with (SERVER_HOME / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _installed():
            _run_npm()


def _installed() -> bool:
    """Whether npm finished here, and for the lock file as it is now: it writes its own record last."""
    record, wanted = SERVER_HOME / "node_modules" / ".package-lock.json", SERVER_HOME / "package-lock.json"
    if not (record.exists() and (_PACKAGE / "libchdb.so").exists()):
        return False
    digest = next(word for word in wanted.read_text().split('"') if word.startswith("sha512-"))
    return digest in record.read_text()


def _run_npm() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("no npm in PATH: install Node.js, whose npm fetches the ClickHouse library")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(  # a fixed command
            command, cwd=SERVER_HOME, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm did not bring the ClickHouse library within {_FETCH_SECONDS} s") from None
    if done.returncode != 0:
        raise Unavailable(f"npm could not bring the ClickHouse library:\n{(done.stdout + done.stderr)[-2000:]}")
