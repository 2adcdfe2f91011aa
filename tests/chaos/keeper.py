"""Keeper: one worker or ledger that is to run, life after life; and the few ways in which a storm may treat it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Lock
from typing import TypeVar

from streams.crash import VARIABLE

KILLED = -signal.SIGKILL
COMES_BACK_S = 60.0
"""A process that is not ready within this time has not survived."""

ENDS_BY_ITSELF = frozenset({KILLED, 75, 3})
"""How a process may end under a storm: killed, `EX_TEMPFAIL` (start me again), and "Kafka is not there" at start."""

POLL_S = 0.02
_PR_SET_PDEATHSIG = 1


class Broken(AssertionError):
    """The storm has broken something: the message says what, and shows the end of the log."""


T = TypeVar("T")


class Midwife:
    """Starts processes from one lasting thread, since Linux ends them with the thread that started them."""

    def __init__(self) -> None:
        """Have the one thread, which lasts as long as this process."""
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="midwife")
        self._libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        return self.do(lambda: self._start(command, environment, log))

    def do(self, start: Callable[[], T]) -> T:
        """Do anything that starts processes."""
        return self._pool.submit(start).result()

    def _start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as said:
            return subprocess.Popen(
                command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True,  # Ctrl-C is for us: we end them ourselves
                preexec_fn=self._tied if self._libc is not None else None,  # noqa: PLW1509 - one system call
            )  # fmt: skip

    def _tied(self) -> None:
        assert self._libc is not None
        self._libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


MIDWIFE = Midwife()


class Keeper:
    """One role. `command`: what runs; `ready`: what it says when it does. `held`: a trouble has it in its hands."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        ready: str,
    ) -> None:
        self.name = name
        self.command = tuple(command)
        self.held = False
        self.lives = 0
        self._environment = environment
        self._folder = folder
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()
        self._finished = False

    def up(self, crash_at: str = "", command: Sequence[str] = (), *, if_down: bool = False, **different: str) -> None:
        """Begin a life, which may be fated to end at a crash point. `if_down`: somebody else may have begun one.

        Raises:
            Broken: this world is over.
        """
        environment = {**self._environment, **different, **({VARIABLE: crash_at} if crash_at else {})}
        with self._lock:
            if self._finished:
                raise Broken(f"{self.name} is not needed any more")
            if if_down and self.runs:
                return
            assert not self.runs, f"{self.name} runs already"
            self.lives += 1
            self._process = MIDWIFE.start(command or self.command, environment, self.log)

    def finish(self) -> None:
        """End it for good, whoever may still want to start it."""
        with self._lock:
            self._finished = True
        self.kill()

    @property
    def log(self) -> Path:
        return self._folder / f"{self.name}-{self.lives:03}.log"

    @property
    def said(self) -> str:
        """What it has said in this life."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def code(self) -> int | None:
        """How this life ended, None while it lasts."""
        return None if self._process is None else self._process.poll()

    @property
    def is_ready(self) -> bool:
        return self.runs and self._ready in self.said

    def ensure(self) -> None:
        """Begin a new life if the last one has ended as it may.

        Raises:
            Broken: it has ended otherwise.
        """
        if self._process is None or self.runs:
            return
        if self.code not in ENDS_BY_ITSELF:
            raise Broken(f"{self.name} ended with {self.code}:\n{self.tail}")
        self.up(if_down=True)

    def await_ready(self) -> None:
        """Wait until it is ready, and begin new lives while the broker is away.

        Raises:
            Broken: it does not come back.
        """
        deadline = time.monotonic() + COMES_BACK_S
        while not self.is_ready:
            self.ensure()
            if time.monotonic() > deadline:
                raise Broken(f"{self.name} did not come back within {COMES_BACK_S:.0f} s:\n{self.tail}")
            time.sleep(POLL_S)

    def await_end(self, timeout_s: float) -> int | None:
        """Wait until this life ends; None if it goes on."""
        assert self._process is not None
        try:
            return self._process.wait(max(timeout_s, 0.0))
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End it as a power cut would (also when it is paused)."""
        if self._process is not None and self.runs:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def stop(self) -> None:
        """Ask it to end tidily.

        Raises:
            Broken: it does not, or says that something was wrong.
        """
        if not self.runs:
            return
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self.await_end(COMES_BACK_S)
        if code != 0:
            raise Broken(f"{self.name} was asked to end tidily and ended with {code}:\n{self.tail}")

    def pause(self) -> None:
        """Stop it in the middle of whatever it does (SIGSTOP)."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    @property
    def paused(self) -> bool:
        """Whether the kernel says that it is stopped, by us or by itself."""
        if self._process is None or not self.runs:
            return False
        with open(f"/proc/{self._process.pid}/stat") as stat:  # noqa: PTH123 - no path, a question to the kernel
            return stat.read().rpartition(")")[2].split()[0] == "T"

    def resume(self) -> None:
        assert self._process is not None
        if self.runs:
            self._process.send_signal(signal.SIGCONT)

    @property
    def tail(self) -> str:
        """The end of what it said in this life and the one before."""
        before = self._folder / f"{self.name}-{self.lives - 1:03}.log"
        shown = [path for path in (before, self.log) if path.exists()]
        return "\n".join(f"--- {path}\n{path.read_text(errors='replace')[-2_500:]}" for path in shown)


def moment(random: Random, keeper: Keeper) -> None:
    """Wait for a random moment of a life: often while it starts, else when it has worked for a while."""
    if random.random() < 0.4:
        time.sleep(random.uniform(0.3, 3.0))
        return
    keeper.await_ready()
    time.sleep(random.uniform(0.0, 1.5))
