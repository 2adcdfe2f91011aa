"""Crash points: where tests kill the ledger, as a power cut would. In production the variable is not set."""

import os
import signal

VARIABLE = "CLAWBACK_CRASH_AT"

POINTS = ("after-intent", "after-some-inserts", "after-inserts", "after-done", "after-commit")


def crash_point(name: str) -> None:
    """End this process at once (SIGKILL) when the environment asks for it here."""
    if os.environ.get(VARIABLE) == name:
        os.kill(os.getpid(), signal.SIGKILL)
