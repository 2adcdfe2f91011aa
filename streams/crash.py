"""Crash points: where tests kill a process, as a power cut would. In production the variable is not set."""

import os
import signal

VARIABLE = "CLAWBACK_CRASH_AT"


class Fuse:
    """Which point ends this process, and how many more times it may be passed before that. Empty `point`: none."""

    __slots__ = ("left", "point")

    def __init__(self, text: str) -> None:
        """Read `<point>`, or `<point>:<n>` for the n-th time that it is passed.

        Raises:
            ValueError: what follows the colon is no number from 1 on.
        """
        self.point, colon, times = text.partition(":")
        self.left = int(times) if colon else 1
        if self.left < 1:
            raise ValueError(f"{VARIABLE} is {text!r}: a point is passed for the first time at 1.")


FUSE = Fuse(os.environ.get(VARIABLE, ""))


def crash_point(name: str) -> None:
    """End this process at once (SIGKILL) when the environment asks for it here."""
    if name != FUSE.point:
        return
    FUSE.left -= 1
    if FUSE.left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
