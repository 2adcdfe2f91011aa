"""Plant every known bug, one at a time, in a copy of the product, and see that the named test notices: `make mutants`.

`python -m tests.simulation.mutants [WORD …]` plants those whose name contains one of the words, or all. The exit code
is 0 only if every planted bug was caught.
"""

import os
import shutil
import signal
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = Path(__file__).with_name("mutants.toml")
COPIED = (
    "streams/__init__.py", "streams/topics.py", "streams/core", "streams/codec", "streams/testkit",
    "streams/agents/__init__.py", "streams/agents/decisions.py", "streams/agents/wheel.py", "tests/__init__.py",
    "tests/altered.py", "tests/conftest.py", "tests/cast.py", "tests/strategies.py", "tests/golden/state",
    "tests/model", "tests/properties", "tests/simulation", "tests/scenarios", "tests/unit/__init__.py",
    "tests/unit/agents", "tests/unit/codec", "tests/unit/core",
)  # fmt: skip
"""What the core, what is held of it, and their proofs are made of; nothing else can be mutated here."""

SECONDS_MAX = 120
"""A mutant that makes a test run for longer than this is counted as a survivor: nobody would wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A small wrong edit: in `file`, `find` (which is there exactly once) becomes `replace`, and `test` must fail.

    `notices`: what the test must say when it does, where several things could be wrong.
    """

    name: str
    file: str
    find: str
    replace: str
    test: str
    notices: str = ""


def load() -> tuple[Mutant, ...]:
    """Read the list of planted bugs."""
    return tuple(Mutant(**entry) for entry in tomllib.loads(MUTANTS.read_text())["mutant"])


def copy_to(home: Path) -> None:
    """Copy the core and its proofs."""
    for name in COPIED:
        source, target = ROOT / name, home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    # The configuration of the house asks for plugins and markers that these tests do not use.
    (home / "pytest.ini").write_text("[pytest]\nmarkers = slow: takes more than ten seconds\n")


def planted(mutant: Mutant, home: Path) -> str:
    """Apply the edit; returns the text as it was.

    Raises:
        SystemExit: the text to be replaced is not there exactly once: the list is stale.
    """
    path = home / mutant.file
    original = path.read_text()
    if original.count(mutant.find) != 1:
        raise SystemExit(f"{mutant.name}: {original.count(mutant.find)} places in {mutant.file} match, not one")
    path.write_text(original.replace(mutant.find, mutant.replace))
    return original


def run(tests: list[str], home: Path, log: Path) -> int:
    """Run tests of the copy in a process of its own; returns pytest's exit code.

    The process is forked after pytest and hypothesis were imported, which is most of what starting one would cost.
    """
    child = os.fork()
    if child == 0:
        code = 70
        try:
            signal.alarm(SECONDS_MAX)
            with log.open("wb") as out:
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
            for name in [n for n in sys.modules if n.split(".")[0] in {"streams", "tests"}]:
                del sys.modules[name]
            os.chdir(home)
            sys.path.insert(0, str(home))
            sys.dont_write_bytecode = True
            os.environ.update(HYPOTHESIS_PROFILE="mutants", SIMULATION_SEEDS="40", PYTHONDONTWRITEBYTECODE="1")
            code = int(pytest.main(["-x", "-q", "--tb=short", "-p", "no:cacheprovider", *tests]))
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(words: list[str]) -> int:
    """Plant the bugs that the words choose; returns the exit code."""
    assert hypothesis.__version__
    mutants = [m for m in load() if not words or any(word in m.name for word in words)]
    survived = 0
    with TemporaryDirectory(prefix="mutants-") as temporary:
        home, log = Path(temporary) / "copy", Path(temporary) / "log"
        copy_to(home)
        if run(["--collect-only", *sorted({m.test for m in mutants})], home, log) != 0:
            print(log.read_text(), "a test named in mutants.toml cannot be collected", sep="\n", file=sys.stderr)
            return 2
        for mutant in mutants:
            original, began = planted(mutant, home), time.monotonic()
            code = run([mutant.test], home, log)
            (home / mutant.file).write_text(original)
            word = {0: "SURVIVED", 1: "caught"}.get(code, f"BROKEN ({code})")
            if mutant.notices not in log.read_text():
                word = f"BROKEN (not by {mutant.notices})"
            survived += word != "caught"
            print(f"{word:8} {time.monotonic() - began:5.1f} s  {mutant.name}  by {mutant.test}", flush=True)
            if word.startswith("BROKEN"):
                print(log.read_text(), file=sys.stderr)
    print(f"mutants: {len(mutants)} planted, {len(mutants) - survived} caught")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
