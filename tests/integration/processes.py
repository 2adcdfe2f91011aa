"""Processes of the product under test: started as a user starts them, watched, stopped or killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

READY_S = 60.0


def until(claim: Callable[[], bool], what: str, timeout_s: float = READY_S, every_s: float = 0.1) -> None:
    """Wait for a claim to become true, or fail with what it was about."""
    deadline = time.monotonic() + timeout_s
    while not claim():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s:.0f} s: {what}")
        time.sleep(every_s)


class Running:
    """`clawback <verb>` as a process of its own, with its standard error in a file."""

    def __init__(self, log: Path, environment: Mapping[str, str], *arguments: str) -> None:
        self.log = log
        self._environment = {**os.environ, **environment}
        self._arguments = (sys.executable, "-m", "streams.cli", *arguments)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, ready: str | None = None) -> Self:
        """Start, and wait until a line with `ready` was said."""
        seen = self.said.count(ready) if ready else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._arguments, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        if ready:
            until(lambda: self.said.count(ready) > seen or not self.runs, f"{ready!r} in {self.log}")
            assert self.runs, f"it ended with {self.code}:\n{self.said[-3000:]}"
        return self

    @property
    def said(self) -> str:
        """What it has said so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def code(self) -> int | None:
        return self._process.poll() if self._process is not None else None

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.runs:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it as the kernel would: at once, with nothing tidied up."""
        self.signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def wait(self, timeout_s: float = READY_S) -> int:
        assert self._process is not None
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise AssertionError(f"it did not end within {timeout_s:.0f} s:\n{self.said[-3000:]}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.runs:
            self.kill()
