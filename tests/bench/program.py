"""Program: a process under measurement, started apart, listened to through its log, and never left behind."""

import os
import re
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Self

from streams.embedded.child import Child
from tests.bench.proc import Sample, rss_bytes, sample

ROOT = Path(__file__).absolute().parents[2]
"""Where `streams` and `tests` are imported from, in every process."""

PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"

LOOK_S = 0.005
"""How often a log is looked at for the words that begin or end a measurement."""


class Ended(RuntimeError):
    """A program ended, or did not say in time what it was to say; the message shows the end of its log."""


class Program:
    """One process. `name` is for people; the log is kept in `folder`."""

    def __init__(self, name: str, argv: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        """Describe it; nothing runs yet."""
        self.name = name
        self.log = folder / f"{re.sub('[^a-z0-9]+', '-', name.lower())}-{os.getpid()}-{id(self):x}.log"
        env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        self._child = Child(name, argv, log=self.log, env=env, cwd=ROOT)
        self._read = 0
        self._pending = ""
        self._unheard: deque[str] = deque()

    def start(self) -> Self:
        """Start it; it says itself when it is ready."""
        self._child.start(lambda: True, timeout=5)
        return self

    @property
    def pid(self) -> int:
        """The process id.

        Raises:
            Ended: it does not run.
        """
        pid = self._child.pid
        if pid is None:
            raise Ended(f"{self.name} has ended:\n{self._child.tail()}")
        return pid

    def sample(self) -> Sample:
        """Look at what it has used so far."""
        return sample(self.pid)

    def rss_bytes(self) -> int:
        """Look at the memory that it holds."""
        return rss_bytes(self.pid)

    def _listen(self) -> None:
        """Take in the lines that it has written since."""
        if not self.log.exists():
            return
        with self.log.open("rb") as log:
            log.seek(self._read)
            new = log.read()
        self._read += len(new)
        *whole, self._pending = (self._pending + new.decode(errors="replace")).split("\n")
        self._unheard.extend(whole)

    def heard(self, said: Callable[[str], bool]) -> str | None:
        """Give the next line of that kind, if it was said already; lines before it are forgotten.

        Raises:
            Ended: it was not, and the program does not run.
        """
        self._listen()
        while self._unheard:
            if said(line := self._unheard.popleft()):
                return line
        _ = self.pid
        return None

    def hear(self, said: Callable[[str], bool], what: str, within_s: float) -> str:
        """Wait for a line, and give it.

        Raises:
            Ended: the program ended, or did not say it in time.
        """
        deadline = monotonic() + within_s
        while (line := self.heard(said)) is None:
            if monotonic() > deadline:
                raise Ended(f"{self.name} did not say {what} within {within_s:.0f} s:\n{self._child.tail()}")
            sleep(LOOK_S)
        return line

    def await_end(self, within_s: float) -> None:
        """Wait until it has ended by itself.

        Raises:
            Ended: it has not, in time.
        """
        deadline = monotonic() + within_s
        while self._child.pid is not None:
            if monotonic() > deadline:
                raise Ended(f"{self.name} was not done within {within_s:.0f} s:\n{self._child.tail()}")
            sleep(LOOK_S)

    def tail(self) -> str:
        """Show the end of its log."""
        return self._child.tail()

    def stop(self) -> None:
        """Ask it to end, and make it end."""
        self._child.stop(30)

    def kill(self) -> None:
        """End it at once."""
        self._child.kill()

    def __enter__(self) -> Self:
        """Start it for the time of a block."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""
        self._child.kill()


def ours(verb: str, folder: Path, environment: Mapping[str, str], name: str = "") -> Program:
    """Describe `clawback <verb>` as a user starts it."""
    return Program(name or f"clawback {verb}", (sys.executable, "-m", "streams.cli", verb), folder, environment)


def rival(module: str, folder: Path, arguments: Sequence[str], *, peer: bool) -> Program:
    """Describe a rival. `peer`: it lives in the peers' own environment."""
    python = str(PEERS_PYTHON) if peer else sys.executable
    return Program(module.rpartition(".")[2], (python, "-u", "-m", module, *arguments), folder, {})
