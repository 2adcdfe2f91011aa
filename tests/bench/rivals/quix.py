"""Quix Streams: five topics as one stream of records, state with its changelog, verdicts to a topic.

Chosen: `concat`, so that one stateful function sees all facts of a decision; the state of a decision as bytes (no JSON
around it); a checkpoint every five seconds, the library's own choice; a consumer that fetches ahead.
Does less: judges a change when it is read (there are no timers by event time over several topics).
"""

from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

from quixstreams import Application
from quixstreams.state import State

from tests.bench.rivals.job import Counting, Job

job = Job.given()
product, counting = job.product(), Counting(job.events)
app = Application(
    broker_address=job.kafka,
    consumer_group=job.life,
    auto_offset_reset="earliest",
    state_dir=Path(job.folder) / job.life,
    consumer_extra_config={"fetch.queue.backoff.ms": 5, "queued.min.messages": 100_000},
    producer_extra_config={"linger.ms": 20, "compression.type": "lz4"},
    loglevel="WARNING",
)


def handle(item: tuple[str, bytes], state: State) -> Iterator[bytes]:
    """Decode, fold, judge, publish."""
    counting.begin()
    fact = product.decode(*item)
    said = product.handle(state.get_bytes("s"), fact)
    state.set_bytes("s", said.held)
    if counting.count(1, len(said.verdicts)):
        app.stop()
    yield from said.verdicts
    yield from said.commands


def named(topic: str) -> Any:
    """Say which topic a value came from."""
    return lambda value: (topic, value)


def main() -> None:
    """Run until every record was handled."""
    streams = [
        app.dataframe(app.topic(name, key_deserializer="bytes", value_deserializer="bytes")).apply(named(name))
        for name in job.topics
    ]
    out = app.topic(job.out("verdicts"), key_serializer="bytes", value_serializer="bytes")
    joined: Any = reduce(lambda one, other: one.concat(other), streams)
    joined.apply(handle, stateful=True, expand=True).to_topic(out)
    app.run()
    counting.done_and_wait()


if __name__ == "__main__":
    main()
