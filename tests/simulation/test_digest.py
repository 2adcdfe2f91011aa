"""A world is a function of its seed: not of the process, nor of how that process hashes texts."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def digests(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "tests.simulation.digest", "1", "2", "3", "4", "5"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def test_two_processes_that_hash_differently_say_the_same() -> None:
    first = digests("1")
    assert len(set(first.split())) == 10, "five worlds, five digests"
    assert digests("2") == first
