"""Publish: a load encoded as platforms would, keyed by decision, on the topics of the product."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import Producer

from streams.codec.avro import AvroCodec
from streams.codec.records import kind_of
from streams.core.evidence import Evidence
from streams.core.time import Millis
from streams.settings import Settings
from streams.topics import AGENTS, by_record
from tests.bench.load import cast
from tests.bench.load.arrivals import Load, arrivals
from tests.bench.load.plants import Plant

DELIVERED_S = 120.0


@dataclass(slots=True)
class Published:
    """What is on the topics. `labels`: the decisions that a verdict is due on, and what was planted in each."""

    load: Load
    records: int = 0
    value_bytes: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    labels: dict[str, Plant] = field(default_factory=dict)


def producer(settings: Settings, **options: Any) -> Producer:
    """Make a producer that places records as Kafka's own clients do, fast enough for a load."""
    usual = {
        "partitioner": "murmur2_random",
        "compression.type": "lz4",
        "linger.ms": 20,
        "acks": "all",
        "queue.buffering.max.messages": 400_000,
        "queue.buffering.max.kbytes": 512 * 1024,
    }
    return Producer(settings.kafka_client(**(usual | options)))


def publish(settings: Settings, load: Load) -> Published:
    """Put a whole load on the topics and wait until the broker has all of it.

    Raises:
        RuntimeError: the broker did not take it.
    """
    published, out = Published(load), producer(settings)
    for topic, key, value, kind in encoded(settings, load, published):
        while True:
            try:
                out.produce(topic, value, key)
                break
            except BufferError:
                out.poll(0.5)
        published.records += 1
        published.value_bytes += len(value)
        published.kinds[kind] += 1
        if not published.records % 1_000:
            out.poll(0)
    if out.flush(DELIVERED_S):
        raise RuntimeError(f"Kafka did not take the load within {DELIVERED_S:.0f} s")
    return published


def encoded(settings: Settings, load: Load, published: Published) -> Iterator[tuple[str, bytes, bytes, str]]:
    """Encode the records of a load as (topic, key, value, kind), and note the labels."""
    codec = AvroCodec()
    places: dict[type[Evidence], tuple[str, str]] = {}
    for record, labelled in arrivals(load):
        if labelled is not None and labelled.plant.judgement is not None:
            published.labels[labelled.decision_id] = labelled.plant
        if record is None:
            continue
        place = places.get(type(record))
        if place is None:
            kind = kind_of(record)
            place = places[type(record)] = (settings.topic(by_record(kind).name), kind)
        yield place[0], record.decision_id.encode(), codec.encode(record), place[1]


def register(settings: Settings, at: Millis) -> None:
    """Put the agents of the load into the registry."""
    codec, out = AvroCodec(), producer(settings)
    for agent in cast.registered(at):
        out.produce(settings.topic(AGENTS.name), codec.encode(agent), agent.agent_id.encode())
    if out.flush(DELIVERED_S):
        raise RuntimeError(f"Kafka did not take the agents within {DELIVERED_S:.0f} s")
