"""Live: a program that publishes a load at a steady rate, as things happen, and notes when each change was on Kafka."""

import json
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self, TextIO

from confluent_kafka import KafkaError, Message

from streams.codec.avro import AvroCodec
from streams.codec.records import kind_of
from streams.core.evidence import Approval, Change, Evidence
from streams.core.ids import DecisionId
from streams.core.time import Millis
from streams.settings import Settings
from streams.topics import by_record
from tests.altered import replace
from tests.bench.load.arrivals import Load, arrivals
from tests.bench.load.plants import UNAPPROVED
from tests.bench.load.publish import producer
from tests.bench.rivals.job import say

PACE_S = 0.002
"""Records are sent in bursts this far apart, and acknowledgements are looked at as often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveJob:
    """Publish `rate` records a second for `seconds`. `notes`: the file that acknowledged changes are written to."""

    kafka: str
    prefix: str
    rate: int
    seconds: float
    seed: int
    notes: str

    @classmethod
    def given(cls) -> Self:
        """Read the job from the command line."""
        return cls(**json.loads(sys.argv[1]))

    def text(self) -> str:
        """Write the job for a command line."""
        return json.dumps(asdict(self))


def happening_now(fact: Evidence) -> Evidence:
    """Move a fact to this moment, with everything that it says about time."""
    now = time.time_ns() // 1_000_000
    moved: dict[str, Millis] = {"occurred_at": Millis(now)}
    ahead = now - fact.occurred_at
    match fact:
        case Change():
            moved["executed_at"] = Millis(now)
            if fact.grant_expires_at is not None:
                moved["grant_expires_at"] = Millis(fact.grant_expires_at + ahead)
        case Approval():
            moved["decided_at"] = Millis(now)
            if fact.valid_until is not None:
                moved["valid_until"] = Millis(fact.valid_until + ahead)
        case _:
            pass
    return replace(fact, **moved)


class Noting:
    """Writes when a change was acknowledged: decision and monotonic nanoseconds, one line each."""

    def __init__(self, notes: TextIO) -> None:
        """Write to an open file."""
        self._notes = notes

    def __call__(self, error: KafkaError | None, message: Message) -> None:
        """Note one acknowledgement."""
        if error is None:
            self._notes.write(f"{(message.key() or b'').decode()} {time.monotonic_ns()}\n")


def main() -> None:
    """Publish, and say at the end how many records it was."""
    job = LiveJob.given()
    settings = Settings(kafka=job.kafka, topic_prefix=job.prefix)
    codec, out = AvroCodec(), producer(settings, **{"linger.ms": 2})
    wanted = int(job.rate * job.seconds)
    # a decision has about five records; what is left over at the end is not published
    load = Load(
        seed=job.seed, name="live", decisions=wanted // 4 + 10, begins_at=Millis(0), late=0.0, plants=UNAPPROVED
    )
    violated: set[DecisionId] = set()
    sent = 0
    with Path(job.notes).open("w") as notes:
        noting, began = Noting(notes), 0.0
        for record, labelled in arrivals(load):
            if labelled is not None and labelled.plant.name == "unapproved":
                violated.add(labelled.decision_id)
            if record is None:
                continue
            if not began:
                say(at="began")
                began = time.monotonic()
            while sent > (time.monotonic() - began) * job.rate:
                out.poll(0)
                time.sleep(PACE_S)
            kind = kind_of(record)
            heard = noting if kind == "change" and record.decision_id in violated else None
            topic = settings.topic(by_record(kind).name)
            out.produce(topic, codec.encode(happening_now(record)), record.decision_id.encode(), on_delivery=heard)
            sent += 1
            if not sent % 64:
                out.poll(0)
            if sent >= wanted:
                break
        out.flush(30)
        took = time.monotonic() - began
    say(sent=sent, seconds=round(took, 3))
    signal.pause()


if __name__ == "__main__":
    main()
