"""Telling: progress goes to stderr, for people; stdout has one line, for programs."""

import sys
from time import monotonic

BEGAN = monotonic()


def tell(text: str) -> None:
    """Say how far the benchmark is."""
    sys.stderr.write(f"[{monotonic() - BEGAN:6.1f} s] {text}\n")
    sys.stderr.flush()
