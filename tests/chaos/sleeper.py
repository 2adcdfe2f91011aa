"""Sleeper: `clawback` as it is, but at a crash point it falls asleep (SIGSTOP) instead of dying."""

import signal
from types import SimpleNamespace

import streams.crash
from streams.cli import main

streams.crash.signal = SimpleNamespace(SIGKILL=signal.SIGSTOP)  # type: ignore[attr-defined, assignment]  # all that differs

if __name__ == "__main__":
    main()
