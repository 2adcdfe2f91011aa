"""A process dies at the point that was named, at the pass that was named, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from streams.crash import VARIABLE, Fuse

PASSES = """
from streams.crash import crash_point
for turn in range(3):
    for point in ("first", "second"):
        print(f"{point} {turn}", flush=True)
        crash_point(point)
"""


def _run(at: str | None) -> tuple[int, list[str]]:
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    if at is not None:
        environment[VARIABLE] = at
    done = subprocess.run(
        [sys.executable, "-c", PASSES], env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    ("at", "last"), [("second", "second 0"), ("second:1", "second 0"), ("first:3", "first 2")]
)  # fmt: skip
def test_a_process_dies_at_the_pass_of_the_point_that_was_named(at: str, last: str) -> None:
    code, said = _run(at)
    assert code == -9
    assert said[-1] == last


@pytest.mark.parametrize("at", [None, "", "third", "second:4"])
def test_a_point_that_is_not_reached_kills_nobody(at: str | None) -> None:
    code, said = _run(at)
    assert code == 0
    assert len(said) == 6


@pytest.mark.parametrize("at", ["first:0", "first:-1", "first:x", "first:"])
def test_a_pass_that_cannot_be_is_refused(at: str) -> None:
    with pytest.raises(ValueError, match=r"CLAWBACK_CRASH_AT|invalid literal"):
        Fuse(at)
