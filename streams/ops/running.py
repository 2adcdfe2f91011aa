"""Running: where the stack of `clawback up` says that it runs, and how other commands find it."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Self

from streams.ops.errors import NotFine
from streams.settings import PREFIX, Settings

LOOKS, LOOK_S = 5, 0.1
"""How often to try to claim a state directory, and the seconds in between."""

ADDRESSED = (f"{PREFIX}KAFKA", f"{PREFIX}CLICKHOUSE")
"""Whoever sets one of these means that system, and no other that happens to run here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A stack that runs: its process, where its parts are, and what other commands need to speak with it."""

    pid: int
    kafka: str
    clickhouse: str
    topic_prefix: str
    logs: str


class Claim:
    """The claim of one `clawback up` on a state directory: held by a lock, so that a crash gives it back."""

    def __init__(self, state_dir: Path, lock: IO[str]) -> None:
        self._state_dir = state_dir
        self._lock = lock

    @classmethod
    def on(cls, state_dir: Path) -> Self:
        """Claim a state directory, made when it is missing.

        Raises:
            NotFine: another stack runs in it.
        """
        state_dir.mkdir(parents=True, exist_ok=True)
        lock = (state_dir / "up.lock").open("a")
        if not _locked_soon(lock):
            lock.close()
            there = find(state_dir)
            where = f" (process {there.pid}, Kafka {there.kafka})" if there else ""
            raise NotFine(
                f"a stack runs already in {state_dir}{where}. Every command uses it by itself; "
                f"stop it first, or give this one a place of its own with --state-dir or {PREFIX}STATE_DIR."
            )
        return cls(state_dir, lock)

    def say(self, running: Running) -> None:
        """Write down where everything is, for the owner of the directory alone: a password is in it."""
        path = _file(self._state_dir)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(running), file, indent=2)

    def release(self) -> None:
        """Give the directory back."""
        _file(self._state_dir).unlink(missing_ok=True)
        self._lock.close()


def find(state_dir: Path) -> Running | None:
    """Find the stack that runs in a state directory; None when none does."""
    try:
        with (state_dir / "up.lock").open("r") as lock:
            if _locked(lock):
                return None
        said: dict[str, Any] = json.loads(_file(state_dir).read_text())
        return Running(**said)
    except (OSError, ValueError, TypeError):
        return None


def settings_here(note: Callable[[str], None], environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings. Where no address is given, and `clawback up` runs here, its addresses; `note` is told so.

    Raises:
        SettingsError: a setting makes no sense.
    """
    environ = os.environ if environ is None else environ
    settings = Settings.from_environment(environ, **overrides)
    if any(environ.get(name) for name in ADDRESSED):
        return settings
    running = find(Path(settings.state_dir))
    if running is None:
        return settings
    note(f"using the stack that runs in {settings.state_dir} (Kafka {running.kafka})")
    found = {"kafka": running.kafka, "clickhouse": running.clickhouse, "topic_prefix": running.topic_prefix}
    return Settings.from_environment(environ, **{**found, **overrides})


def _locked(lock: IO[str]) -> bool:
    """Try to take the lock, without waiting."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _locked_soon(lock: IO[str]) -> bool:
    """Try to take the lock some more: whoever only looks whether a stack runs holds it for a moment."""
    for _ in range(LOOKS):
        if _locked(lock):
            return True
        time.sleep(LOOK_S)
    return False


def _file(state_dir: Path) -> Path:
    return state_dir / "up.json"
