"""A stopwatch that never runs slow: not while the machine sleeps, and not when somebody sets the clock."""

import time


class Stopwatch:
    """Seconds since it was made, at least as many as really passed unless both clocks of the machine are wrong.

    The monotonic clock of Linux stands still while a machine is suspended, the wall clock does not; the larger counts.
    """

    def __init__(self) -> None:
        """Start."""
        self._monotonic = time.monotonic()
        self._wall = time.time()

    def elapsed_s(self) -> float:
        """Read it."""
        return max(time.monotonic() - self._monotonic, time.time() - self._wall)
