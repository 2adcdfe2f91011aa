"""An embedded ClickHouse that several processes can use over HTTP, with nothing installed but Python packages.

    python -m streams.embedded.clickhouse --path DIR --port N

serves what is in DIR on 127.0.0.1 to whoever has the password that lies in DIR/password, which it makes at the first
start. It is for a first look on one machine: `clickhouse_connect.get_client(dsn=EmbeddedClickHouse(...).url)` works as
with a server, but there are no users or quotas, no sessions, and a result is held in memory before it is sent.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import secrets
import signal
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Self

from streams.embedded.child import Child, free_port, port_is_free

_START_SECONDS = 60.0  # takes 2 to 3 s: the library has half a gigabyte
_STOP_SECONDS = 30.0
_OK = 200


class EmbeddedClickHouse:
    """A ClickHouse in a process of its own, with its data in one folder."""

    def __init__(self, path: Path, port: int | None = None) -> None:
        """Prepare the folder; `start` runs the server."""
        self.path = path
        self.port = port or free_port()
        self._password = password(path)
        root = str(Path(__file__).resolve().parents[2])
        search = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        argv = [sys.executable, "-m", "streams.embedded.clickhouse", f"--path={path}", f"--port={self.port}"]
        self._child = Child(
            "the embedded ClickHouse",
            argv,
            log=path / "server.log",
            port=self.port,
            # In UTC, because chdb leaves a column's own time zone out of what it sends.
            env={**os.environ, "PYTHONPATH": search, "TZ": "UTC"},
            orphan_signal=signal.SIGTERM,
        )

    @property
    def url(self) -> str:
        """What clickhouse_connect calls `dsn`; the password is in it."""
        return f"http://default:{self._password}@127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The server's process id, or None when it does not run."""
        return self._child.pid

    def start(self) -> None:
        """Start the server and wait until it answers. ChildFailed if it can't, for one because the folder is in use."""
        self._child.start(self._answers, _START_SECONDS)

    def stop(self) -> None:
        """Let the server finish what it does and end."""
        self._child.stop(_STOP_SECONDS)

    def __enter__(self) -> Self:
        """Start for the time of a block."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop at the end of the block."""
        self.stop()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=2) as answer:
                return bool(answer.status == _OK)
        except (OSError, urllib.error.URLError):
            return False


def password(path: Path) -> str:
    """The password of the ClickHouse in this folder, made when there is none; its file is for the owner alone."""
    path.mkdir(parents=True, exist_ok=True)
    file = path / "password"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    with os.fdopen(descriptor, "w") as new:
        new.write(secrets.token_urlsafe(24))
    return file.read_text()


def main() -> int:
    """Serve in the foreground until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m streams.embedded.clickhouse")
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    secret = password(options.path)
    lock = _lock(options.path)
    if lock is None:
        sys.stderr.write(f"another ClickHouse uses {options.path}\n")
        return 3
    if not port_is_free(options.port):
        sys.stderr.write(f"port {options.port} is in use\n")
        return 4
    from streams.embedded.server import serve  # noqa: PLC0415  # loads half a gigabyte

    serve(str((options.path / "data").resolve()), options.port, secret)
    return 0


def _lock(path: Path) -> IO[str] | None:
    lock = (path / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


if __name__ == "__main__":
    sys.exit(main())
