"""What every backend for tests can do, wherever it comes from."""

from __future__ import annotations

from typing import Protocol


class Unavailable(RuntimeError):
    """This way to a backend is not open on this machine; the message says why and what would open it."""


class Backend(Protocol):
    """A broker or a store that the test owns: data and address survive `stop`, `kill` and `restart`."""

    @property
    def address(self) -> str:
        """Where clients find it: host:port of a broker, URL of a store."""

    def start(self) -> None:
        """Start it and wait until it answers."""

    def stop(self) -> None:
        """Let it end tidily."""

    def kill(self) -> None:
        """End it with no warning, as a power cut of the process would."""

    def restart(self) -> None:
        """Stop it and start it again, on the same data and at the same address."""

    def discard(self) -> None:
        """End it for good: nobody needs its data any more."""
