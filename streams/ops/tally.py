"""Tally: how many different records lie on the topics, and how many rows ClickHouse has of each kind."""

import time
from collections import Counter
from collections.abc import Iterator

from streams.codec.avro import AvroCodec
from streams.codec.cloudevents import write
from streams.codec.records import Record, kind_of
from streams.core.evidence import Evidence
from streams.core.verdict import Verdict
from streams.ops.acts import Acts
from streams.ops.errors import NotThere
from streams.ops.heard import hear
from streams.ops.sql import ask
from streams.settings import Settings
from streams.topics import LEDGERED
from streams.transport.admin import partitions_of
from streams.transport.reading import ReadFailed, read_all

TABLES = {
    "agent": "agents",
    "verdict": "verdicts",
    "revocation": "commands",
    "quarantined": "quarantine",
    "uncorrelated": "uncorrelated",
}
"""Where the ledger keeps each kind of record; every kind of evidence is in `evidence`."""

AGREE_S = 30.0
"""How long the ledger may lag behind the topics."""

LOOK_S = 0.5
"""Between two looks into ClickHouse."""

COUNTED = ("evidence", *TABLES.values(), "findings")


def on_topics(settings: Settings) -> dict[str, int]:
    """Read every topic that the ledger keeps, and count the different records, by table.

    Raises:
        NotThere: the broker does not answer.
    """
    counts = partitions_of(settings)
    codec = AvroCodec(settings.schema_registry_url, topic_prefix=settings.topic_prefix)
    kinds = {settings.topic(topic.name): topic.record for topic in LEDGERED}
    partitions = [(name, number) for name in kinds for number in range(counts.get(name, 0))]
    seen: set[tuple[str, bytes]] = set()
    try:
        for message in read_all(settings, "tally", partitions):
            seen.update(_rows(codec.decode(message.value() or b"", kinds[str(message.topic())])))
    except ReadFailed as failed:
        raise NotThere(str(failed)) from failed
    found = Counter(table for table, _ in seen)
    return {table: found[table] for table in COUNTED}


def in_clickhouse(settings: Settings) -> dict[str, int]:
    """Count the rows of every table, without what a replay may have written twice.

    Raises:
        NotThere: ClickHouse does not answer.
    """
    each = (f"SELECT '{t}' AS name, count() AS rows FROM {t} FINAL" for t in COUNTED)  # noqa: S608 - our own names
    found = {name: int(rows) for name, rows in ask(" UNION ALL ".join(each), settings).rows}
    return {table: found[table] for table in COUNTED}


def counted(settings: Settings, played: Acts) -> tuple[dict[str, int], list[str]]:
    """Compare what was published, what lies on the topics, and what ClickHouse has, until they agree.

    Returns the rows of every table, and what does not agree when the time is up, one sentence each.

    Raises:
        NotThere: the broker or ClickHouse does not answer.
    """
    deadline = time.monotonic() + AGREE_S
    wanted = on_topics(settings)
    heard = hear((*played.first, *played.late))
    facts = {(fact.decision_id, fact.event_id) for fact in heard.facts if isinstance(fact, Evidence)}
    published = {"evidence": len(facts), "agents": len(played.agents), "quarantine": 0, "uncorrelated": 0}
    while True:
        rows = in_clickhouse(settings)
        wrong = [
            f"{table}: {count} different records on the topics, {rows[table]} rows in ClickHouse"
            for table, count in wanted.items()
            if rows[table] != count
        ]
        wrong += [
            f"{table}: {count} published, {rows[table]} rows in ClickHouse"
            for table, count in published.items()
            if rows[table] != count
        ]
        if not wrong or time.monotonic() > deadline:
            return rows, wrong
        time.sleep(LOOK_S)


def _rows(record: Record) -> Iterator[tuple[str, bytes]]:
    """Name the rows that a record becomes; the same record again becomes the same rows."""
    yield "evidence" if isinstance(record, Evidence) else TABLES[kind_of(record)], write(record)
    if isinstance(record, Verdict):
        for finding in record.findings:
            yield "findings", f"{record.verdict_id} {finding.finding_id}".encode()
