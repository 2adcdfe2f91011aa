"""Stack: broker, ClickHouse, topics, tables, worker and ledger, started in order, watched, and stopped in reverse."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from streams.embedded.broker import CONSUMER_SETTINGS, EmbeddedBroker
from streams.embedded.child import Child, ChildFailed
from streams.embedded.clickhouse import EmbeddedClickHouse
from streams.ledger.run import start_over
from streams.ops import migrate
from streams.ops.errors import NotThere
from streams.ops.publish import hushed
from streams.ops.running import ADDRESSED
from streams.resources import PACKAGE
from streams.settings import PREFIX, Settings
from streams.transport.admin import KafkaUnavailable, ensure_topics

WORKER_READY = b"clawback worker ready"
LEDGER_READY = b"The ledger writes"

START_S = 60.0
"""How long worker and ledger may take to begin: a machine that is busy with other things is slow to import."""

STOP_S = 20.0
"""How long they may take to finish what they have in hand."""

LOG_LINES = 15
"""Lines of a log that are shown when its process has died."""

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user asked for: ports (None: any free one), and which systems of his own are to be used instead."""

    kafka_port: int | None = None
    clickhouse_port: int | None = None
    own_kafka: bool = False
    own_clickhouse: bool = False

    @classmethod
    def of(
        cls, environ: Mapping[str, str], *, kafka_port: int | None = None, clickhouse_port: int | None = None
    ) -> Self:
        """Read which systems the environment names."""
        kafka, clickhouse = (bool(environ.get(name)) for name in ADDRESSED)
        return cls(kafka_port=kafka_port, clickhouse_port=clickhouse_port, own_kafka=kafka, own_clickhouse=clickhouse)


class Stack:
    """Everything that Clawback needs to run, on this machine, for the time of a `with` block.

    `settings`: within the block, with the addresses at which everything is.
    """

    def __init__(self, settings: Settings, wishes: Wishes, note: Note) -> None:
        """Prepare; nothing runs yet. `note` is told about progress."""
        self.settings = settings
        self._wishes = wishes
        self._note = note
        self._stops = ExitStack()
        self._watched: dict[str, tuple[Callable[[], int | None], Path]] = {}

    @property
    def logs(self) -> Path:
        """Where everything that runs writes its log."""
        return Path(self.settings.state_dir) / "logs"

    def __enter__(self) -> Self:
        """Start everything, and wait until the worker has its partitions.

        Raises:
            NotThere: something did not start; what had started is stopped again.
        """
        try:
            with self._stops:
                self._start()
                self._stops = self._stops.pop_all()
        except ChildFailed as failed:
            raise NotThere(str(failed)) from failed
        except KafkaUnavailable as unavailable:
            raise NotThere(str(unavailable)) from unavailable
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything: first those who write, then what they write to."""
        self._stops.close()

    def died(self) -> str | None:
        """Say which part has ended by itself, with the end of its log; None while all run."""
        for name, (pid, log) in self._watched.items():
            if pid() is None:
                return f"{name} has stopped by itself. The end of {log}:\n{_tail(log)}"
        return None

    def _start(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        self._start_kafka()
        self._make_topics()
        self._start_clickhouse()
        self._migrate()
        self._start_programs()

    def _start_kafka(self) -> None:
        if self._wishes.own_kafka:
            self._note(f"Kafka       {self.settings.kafka} (yours)")
            return
        log = self.logs / "broker.log"
        broker = EmbeddedBroker(log, self._wishes.kafka_port)
        broker.start()
        self._stops.callback(broker.stop)
        self._watched["the embedded broker"] = (lambda: broker.pid, log)
        self.settings = replace(self.settings, kafka=broker.bootstrap, kafka_options="")
        self._note(f"Kafka       {broker.bootstrap} (embedded, in memory)")

    def _start_clickhouse(self) -> None:
        if self._wishes.own_clickhouse:
            self._note(f"ClickHouse  {self.settings.clickhouse_shown} (yours)")
            return
        path = Path(self.settings.state_dir) / "clickhouse"
        store = EmbeddedClickHouse(path, self._wishes.clickhouse_port)
        store.start()
        self._stops.callback(store.stop)
        self._watched["the embedded ClickHouse"] = (lambda: store.pid, path / "server.log")
        self.settings = replace(self.settings, clickhouse=f"{store.url}/clawback")
        self._note(f"ClickHouse  {self.settings.clickhouse_shown} (embedded)")

    def _make_topics(self) -> None:
        problems = ensure_topics(hushed(self.settings)).problems
        if problems:
            raise NotThere(f"the topics at {self.settings.kafka} are not in order: {'; '.join(problems)}.")

    def _migrate(self) -> None:
        done = migrate.up(self.settings)
        if not self._wishes.own_kafka:
            start_over(self.settings)  # the embedded broker has forgotten everything, and ClickHouse has not
        self._note(f"tables      {len(done)} migrations applied" if done else "tables      up to date")

    def _start_programs(self) -> None:
        """Start worker and ledger side by side: each waits for the broker more than for the machine."""
        self._note("worker and ledger are starting (the embedded broker takes its time to let them in)")
        programs = (("worker", WORKER_READY), ("ledger", LEDGER_READY))
        waits = []
        for verb, ready in programs:
            log = self.logs / f"{verb}.log"
            child = Child(
                f"the {verb}", (sys.executable, "-P", "-m", "streams.cli", verb), log=log, env=self._environment(verb)
            )
            said = _Said(log, ready)
            child.start(lambda: True, START_S)
            self._stops.callback(child.stop, STOP_S)
            self._watched[f"the {verb}"] = (_pid_of(child), log)
            waits.append((f"the {verb}", said))
        for name, said in waits:
            self._await(name, said)
        self._note("worker and ledger are ready")

    def _await(self, name: str, said: "_Said") -> None:
        if not said.within(START_S, lambda: self.died() is not None):
            died = self.died()
            late = f"{name} did not begin within {START_S:.0f} s. The end of {said.log}:\n{_tail(said.log)}"
            raise NotThere(died or late)

    def _environment(self, verb: str) -> dict[str, str]:
        """Give a program the environment of this one, and all settings, so that it agrees with us."""
        settings = self.settings
        if not self._wishes.own_kafka:
            # the embedded broker takes half a session to let anybody into a group
            settings = replace(settings, session_ms=int(CONSUMER_SETTINGS["session.timeout.ms"]))
            if verb == "ledger":
                settings = replace(settings, kafka_options=_consumer_options())
        if verb == "ledger" and settings.metrics_port:
            settings = replace(settings, metrics_port=settings.metrics_port + 1)
        # -P keeps whatever lies in the user's directory from being taken for one of our modules; ours are found here
        found = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
        return {**os.environ, "PYTHONPATH": found, **environment_of(settings)}


def environment_of(settings: Settings) -> dict[str, str]:
    """Write settings as the environment variables that say the same."""
    names = {name: f"{PREFIX}{name.upper()}" for name in settings.__slots__}
    names["schema_registry_url"] = "SCHEMA_REGISTRY_URL"
    return {variable: str(getattr(settings, name)) for name, variable in names.items()}


class _Said:
    """Watches the end of a log for words that say that its program is ready."""

    def __init__(self, log: Path, words: bytes) -> None:
        self.log = log
        self._words = words
        self._from = log.stat().st_size if log.exists() else 0

    def within(self, timeout_s: float, give_up: Callable[[], bool]) -> bool:
        """Wait for the words, until the time is over or there is no hope."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self._words in self.log.read_bytes()[self._from :]:
                return True
            if give_up():
                return False
            time.sleep(0.05)
        return False


def _pid_of(child: Child) -> Callable[[], int | None]:
    return lambda: child.pid


def _consumer_options() -> str:
    """The settings with which the embedded broker lets members into a group quickly."""
    return ",".join(f"{k}={v}" for k, v in CONSUMER_SETTINGS.items() if k != "auto.offset.reset")


def _tail(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return "(no log)"
    return "\n".join(lines[-LOG_LINES:]) or "(it is empty)"
