"""A child process that starts in bounded time, stops tidily, and never outlives its parent."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

# Linux hands out ports from 32768 up to outgoing connections. A server that restarts on such a port can find it
# taken, even by a client that was just trying to reach it, so servers get theirs from below.
_PORTS = range(20_000, 32_000)
_PORT_TRIES = 100
_POLL_SECONDS = 0.05
_LOG_LINES_SHOWN = 15
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class ChildFailed(RuntimeError):
    """The program did not start, ended by itself or did not answer; the message says which and shows its log."""


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    for _ in range(_PORT_TRIES):
        port = random.choice(_PORTS)  # noqa: S311   # nothing secret about a port
        if port_is_free(port):
            return port
    raise ChildFailed(f"no free port found between {_PORTS.start} and {_PORTS.stop} in {_PORT_TRIES} tries")


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def accepts_connections(port: int) -> bool:
    """Whether something listens on this loopback port now."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True
    return False


class Child:
    """One program in its own process group. Start it from a lasting thread: Linux ends it with that thread."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        log: Path,
        port: int | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        orphan_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        """Describe the program; it gets `orphan_signal` when its parent dies (Linux). `port`: where it will listen."""
        self.name = name
        self.argv = tuple(argv)
        self.log = log
        self.port = port
        self._env = env
        self._cwd = cwd
        self._orphan_signal = orphan_signal
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process id, or None when it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self, ready: Callable[[], bool], timeout: float) -> None:
        """Start the program and return when `ready` says so; otherwise end it and raise ChildFailed."""
        if self.pid is not None:
            raise ChildFailed(f"{self.name} runs already (process {self.pid})")
        # whoever has the port already would answer in the program's name
        if self.port is not None and not port_is_free(self.port):
            raise ChildFailed(f"{self.name} can't start: port {self.port} is in use")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(  # noqa: S603  # the caller's own program, no shell
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,
                preexec_fn=self._tie_to_parent if _LIBC is not None else None,  # noqa: PLW1509  # one system call
            )
        atexit.register(self.kill)
        try:
            self._await(ready, timeout)
        except BaseException:
            self.kill()
            raise

    def stop(self, timeout: float = 20) -> None:
        """Ask the program to end (SIGTERM), and make it end when it has not done so in time."""
        if self._process is None:
            return
        self._signal_group(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        self.kill()

    def kill(self) -> None:
        """End the program, and what it has started, at once (SIGKILL)."""
        if self._process is None:
            return
        self._signal_group(signal.SIGKILL)
        self._process.wait(10)
        self._process = None
        atexit.unregister(self.kill)

    def tail(self) -> str:
        """The last lines that the program has written since its start."""
        try:
            lines = self.log.read_bytes()[self._log_start :].decode(errors="replace").splitlines()
        except OSError:
            return "(no log)"
        return "\n".join(lines[-_LOG_LINES_SHOWN:]) or "(it wrote nothing)"

    def _await(self, ready: Callable[[], bool], timeout: float) -> None:
        assert self._process is not None
        deadline = time.monotonic() + timeout
        while not ready():
            if (code := self._process.poll()) is not None:
                raise ChildFailed(f"{self.name} ended with code {code} instead of starting:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise ChildFailed(f"{self.name} did not answer within {timeout:g} s:\n{self.tail()}")
            time.sleep(_POLL_SECONDS)
        if self._process.poll() is not None:
            raise ChildFailed(f"something else answers in place of {self.name}, which has ended:\n{self.tail()}")

    def _signal_group(self, signum: signal.Signals) -> None:
        assert self._process is not None
        if self._process.poll() is None:  # otherwise the number may belong to somebody else by now
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signum)

    def _tie_to_parent(self) -> None:
        assert _LIBC is not None
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(self._orphan_signal), 0, 0, 0)
