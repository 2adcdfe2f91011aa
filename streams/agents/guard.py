"""Guard: a bug, or an output that cannot be delivered, stops the worker before its offsets move."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

EXIT_BUG = 70
"""`EX_SOFTWARE` of sysexits.h."""

EXIT_UNDELIVERED = 75
"""`EX_TEMPFAIL` of sysexits.h: start me again, and nothing is lost."""

log = logging.getLogger(__name__)


def halt(why: str, code: int) -> NoReturn:
    """End the process at once.

    Not by an exception: a Faust stream acknowledges its event in a `finally`, also when the body raised, and a tidy
    stop would then commit the very offset that must not move. What was not committed is read again after the restart.
    """
    log.critical("%s; stopping before any offset moves, what was not committed will be read again", why)
    logging.shutdown()
    os._exit(code)


@contextmanager
def guarded(doing: str) -> Iterator[None]:
    """Run a part of the shell that must succeed or stop the worker."""
    try:
        yield
    except Exception as error:
        undelivered = type(error).__name__ in {"DeliveryFailed", "Fenced", "ReadFailed", "KafkaUnavailable"}
        log.critical("%s failed", doing, exc_info=error)
        halt(f"{doing} failed: {type(error).__name__}: {error}", EXIT_UNDELIVERED if undelivered else EXIT_BUG)
