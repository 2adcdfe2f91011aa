"""What the tests of the ledger share: an installation of its own, records to publish, rows to count."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from streams.codec.avro import AvroCodec
from streams.codec.records import Record, kind_of
from streams.core.command import Command
from streams.core.evidence import Change, Prompt
from streams.core.finding import Finding
from streams.core.ids import ChangeId, CommandId, DecisionId, EventId, FindingId, TenantId, VerdictId
from streams.core.time import DAY_MS, Millis
from streams.core.verdict import Verdict
from streams.ledger.client import connected
from streams.ledger.rows import Position, rows_of
from streams.ledger.run import run
from streams.ledger.tables import TABLES
from streams.ops import migrate
from streams.settings import Settings
from streams.topics import LEDGERED, by_record
from streams.transport.producer import Deliverer
from tests.altered import replace
from tests.integration.cluster import ANSWER_S, Cluster
from tests.integration.processes import until
from tests.unit.ledger.examples import paths, record_of

VIEWS = (
    "prompts", "contexts", "approvals", "changes", "outcomes", "verdict_latest", "verdict_history", "violations",
    "verdict_changes", "issued_commands", "open_revocations", "decision_chain", "agent_registry", "quarantined",
)  # fmt: skip

TABLE_NAMES = tuple(table.name for table in TABLES)


@dataclass(frozen=True, slots=True)
class Ledgered:
    """One installation under test: its topics, its database, and a ledger when one runs."""

    settings: Settings

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.settings)

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings as a process of the ledger finds them."""
        return {
            **self.cluster.environment,
            "CLAWBACK_LEDGER_ROWS": str(self.settings.ledger_rows),
            "CLAWBACK_LEDGER_WAIT_MS": str(self.settings.ledger_wait_ms),
        }

    def prepare(self) -> Ledgered:
        """Make the topics and the tables."""
        self.cluster.create()
        migrate.up(self.settings)
        return self

    def never_merge(self) -> Ledgered:
        """Keep ClickHouse from merging parts, which would hide that a row had been written twice."""
        with connected(self.settings) as client:
            for name in TABLE_NAMES:
                client.command(f"ALTER TABLE {name} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1")
        return self

    def other(self, **changes: Any) -> Ledgered:
        """The same with other settings."""
        return Ledgered(replace(self.settings, **changes))

    def publish(self, *records: Record, partition: int | None = None) -> None:
        deliverer, codec = Deliverer(self.settings), AvroCodec()
        for record in records:
            topic = self.settings.topic(by_record(kind_of(record)).name)
            key = str(getattr(record, "decision_id", record))
            deliverer.send(topic, key.encode(), codec.encode(record), partition=partition)
        deliverer.flush()

    @contextmanager
    def running(self) -> Iterator[threading.Event]:
        """Run a ledger in this process for the time of a block; what it raises, it raises at the end."""
        stop, raised = threading.Event(), list[BaseException]()

        def body() -> None:
            try:
                run(self.settings, stop)
            except BaseException as error:
                raised.append(error)

        thread = threading.Thread(target=body, name="ledger")
        thread.start()
        try:
            yield stop
        finally:
            stop.set()
            thread.join(60)
        assert not thread.is_alive()
        if raised:
            raise raised[0]

    @property
    def runs(self) -> bool:
        """Whether a ledger runs in this process."""
        return any(thread.name == "ledger" for thread in threading.enumerate())

    def keep_all(self) -> None:
        """Run a ledger until everything on the topics is written."""
        with self.running():
            self.until_done()

    def ask(self, statement: str, **parameters: Any) -> Sequence[Sequence[Any]]:
        with connected(self.settings) as client:
            return client.query(statement, parameters=parameters).result_rows

    def tell(self, statement: str) -> None:
        with connected(self.settings) as client:
            client.command(statement)

    def counts(self, names: Sequence[str]) -> dict[str, int]:
        """How many rows each table or view gives."""
        with connected(self.settings) as client:
            return {name: client.query(f"SELECT count() FROM {name}").result_rows[0][0] for name in names}

    def physical(self) -> dict[str, int]:
        """How many rows are in each table, collapsed or not."""
        return self.counts(TABLE_NAMES)

    def optimize(self) -> None:
        with connected(self.settings) as client:
            for name in TABLE_NAMES:
                client.command(f"OPTIMIZE TABLE {name} FINAL")

    def done(self) -> dict[tuple[str, int], int]:
        """The offset after the last that is written, per partition."""
        found = self.ask(
            "SELECT topic, partition, last_offset + 1 FROM sink_progress FINAL "
            "WHERE sink = {sink:String} AND state = 'done'",
            sink=f"{self.settings.app}-ledger",
        )
        return {(topic, partition): offset for topic, partition, offset in found}

    def ends(self) -> dict[tuple[str, int], int]:
        """Where the partitions end that are not empty."""
        asking = Consumer(self.settings.kafka_client(**{"group.id": "nobody", "isolation.level": "read_committed"}))
        try:
            parts = [
                (self.settings.topic(topic.name), number)
                for topic in LEDGERED
                for number in range(self.settings.partitions)
            ]
            ends = {part: asking.get_watermark_offsets(TopicPartition(*part), timeout=ANSWER_S)[1] for part in parts}
        finally:
            asking.close()
        return {part: end for part, end in ends.items() if end > 0}

    def until_done(self, timeout_s: float = 45.0) -> None:
        """Wait until every record on the topics is written."""
        ends = self.ends()

        def all_written() -> bool:
            done = self.done()
            return all(done.get(part, 0) >= end for part, end in ends.items())

        until(all_written, f"all of {ends} written", timeout_s)


def examples() -> list[Record]:
    """Every example of every schema that travels on a topic of the ledger's."""
    return [record_of(path) for path in paths()]


def expected_rows(records: Sequence[Record]) -> Counter[str]:
    """How many rows records become, per table."""
    here = Position("somewhere", 0, 0)
    return Counter(table.name for record in records for table, _ in rows_of(record, here))


def crowd(decisions: int, *, months: int = 3, tenant: str = "crowd") -> list[Record]:
    """Many decisions, each with a prompt, a change, a verdict with two findings and a command, over several months."""
    known = {kind_of(record): record for record in examples()}
    prompt, change, command = known["prompt"], known["change"], known["revocation"]
    verdict = next(r for r in examples() if isinstance(r, Verdict) and r.findings)
    assert isinstance(prompt, Prompt)
    assert isinstance(change, Change)
    assert isinstance(command, Command)
    whose = TenantId(tenant)
    records: list[Record] = []
    for number in range(decisions):
        at = Millis(prompt.occurred_at + (number % months) * 31 * DAY_MS + number)
        decision = DecisionId(f"decision-{number:06d}")
        fact: dict[str, Any] = {"tenant": whose, "decision_id": decision, "occurred_at": at}
        records += [
            replace(prompt, **fact, event_id=EventId(f"{decision}-prompt")),
            replace(change, **fact, event_id=EventId(f"{decision}-change"), change_id=ChangeId(f"{decision}-c")),
            replace(
                verdict, tenant=whose, decision_id=decision, verdict_id=VerdictId(f"vrd-{decision}"), judged_at=at,
                findings=tuple(_finding(each, decision, place) for place, each in enumerate(verdict.findings[:2])),
            ),
            replace(
                command, tenant=whose, decision_id=decision, command_id=CommandId(f"cmd-{decision}"), issued_at=at
            ),
        ]  # fmt: skip
    return records


def _finding(finding: Finding, decision: str, place: int) -> Finding:
    return replace(finding, finding_id=FindingId(f"fnd-{decision}-{place}"), change_id=ChangeId(f"{decision}-c"))
