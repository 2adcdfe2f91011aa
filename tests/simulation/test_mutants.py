"""Every planted bug is noticed by the test that is there for it, and every theorem and invariant has one."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation import invariants
from tests.simulation.mutants import ROOT, load

PROPERTIES = ROOT / "tests" / "properties"
MUTANTS = load()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_has_exactly_one_place(mutant: object) -> None:
    text = (ROOT / mutant.file).read_text()  # type: ignore[attr-defined]
    assert text.count(mutant.find) == 1  # type: ignore[attr-defined]
    assert mutant.find != mutant.replace  # type: ignore[attr-defined]


def theorems(path: Path) -> list[str]:
    return re.findall(r"^def test_(\w+)\(", path.read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ["test_chain", "test_time", "test_judgement", "test_history", "test_commands"])
def test_every_theorem_caught_a_planted_bug_and_is_in_the_table(name: str) -> None:
    table = (PROPERTIES / "README.md").read_text()
    for theorem in theorems(PROPERTIES / f"{name}.py"):
        caught = [mutant.name for mutant in MUTANTS if mutant.test.endswith(f"{name}.py::test_{theorem}")]
        assert caught, f"plant a bug that {theorem} notices"
        row = next((line for line in table.splitlines() if line.startswith(f"| {theorem} |")), "")
        assert any(bug in row for bug in caught), f"tell in the table what {theorem} proves, and which bug it caught"


def test_every_invariant_caught_a_planted_bug() -> None:
    functions = inspect.getmembers(invariants, inspect.isfunction)
    names = {name for name, function in functions if inspect.signature(function).return_annotation is None}
    assert len(names) == 9
    assert names - {mutant.notices for mutant in MUTANTS} == set()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_planted_bug_is_caught() -> None:
    command = [sys.executable, "-m", "tests.simulation.mutants"]
    ran = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
