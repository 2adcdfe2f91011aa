"""Lives of the program: starting and ending it on one driver, reading what it wrote, asking what was committed."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from confluent_kafka import Consumer, TopicPartition

from tests.integration.processes import until

END_S = 60.0
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """One record that an agent saw, and in which life (process) it did."""

    life: int
    place: Place
    offset: int
    size: int


class Program:
    """The program on one driver and in one group; one or more lives, which write into one file."""

    def __init__(self, driver: str, kafka: str, folder: Path, prefix: str, topics: Sequence[str]) -> None:
        self.driver = driver
        self.group = f"{prefix}{driver}"
        self._kafka = kafka
        self._folder = folder / driver
        self._folder.mkdir()
        self._topics = topics
        self._notes = self._folder / "seen"
        self._lives: list[subprocess.Popen[bytes]] = []

    def live(self, **options: Any) -> "Life":
        """Start a life."""
        words = [f"--{name.replace('_', '-')} {value}".split() for name, value in options.items()]
        command = [
            *(sys.executable, "-m", "tests.integration.conformance.program", "--driver", self.driver),
            *("--kafka", self._kafka, "--app", self.group, "--seen", str(self._notes)),
            *("--state", str(self._folder / "state"), "--topics", *self._topics),
            *(word for pair in words for word in pair),
        ]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ)
        self._lives.append(process)
        return Life(self, process)

    @property
    def log(self) -> Path:
        return self._folder / "log"

    def lines(self, kind: str) -> list[list[str]]:
        """What was noted of one kind."""
        noted = self._notes.read_text().splitlines() if self._notes.exists() else []
        return [words[1:] for line in noted if (words := line.split())[0] == kind]

    def seen(self) -> list[Seen]:
        return [Seen(int(life), (t, int(p)), int(at), int(n)) for life, t, p, at, n in self.lines("record")]

    def offsets(self, place: Place) -> list[int]:
        """The offsets of one partition in the order in which they were seen, in all lives."""
        return [seen.offset for seen in self.seen() if seen.place == place]

    def await_seen(self, wanted: set[tuple[Place, int]]) -> None:
        """Wait until every one of these records was seen."""
        until(
            lambda: wanted <= {(seen.place, seen.offset) for seen in self.seen()},
            f"{self.driver} sees all of {len(wanted)} records; its log is {self.log}",
            END_S,
        )

    def await_count(self, count: int) -> None:
        until(lambda: len(self.seen()) >= count, f"{self.driver} sees {count} records; its log is {self.log}", END_S)

    def committed(self, places: Sequence[Place]) -> dict[Place, int]:
        """What the group has committed; -1001 where nothing is."""
        asked = [TopicPartition(topic, number) for topic, number in places]
        consumer = Consumer({"bootstrap.servers": self._kafka, "group.id": self.group, "log_level": 0})
        try:
            return {(at.topic, at.partition): at.offset for at in consumer.committed(asked, timeout=20)}
        finally:
            consumer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._lives:
            if process.poll() is None:
                process.kill()
                process.wait()


class Life:
    """One process of a program."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        self._program = program
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """Ask it to end, which must end well."""
        self._process.send_signal(signal.SIGTERM)
        assert self.wait() == 0, self._program.log.read_text()[-3000:]

    def kill(self) -> None:
        self._process.kill()
        self.wait()

    def wait(self) -> int:
        return self._process.wait(END_S)

    def await_assigned(self) -> None:
        """Wait until it owns partitions."""
        until(
            lambda: any(int(life) == self.pid for life, _ in self._program.lines("assigned")),
            f"partitions for {self._program.driver}",
        )
