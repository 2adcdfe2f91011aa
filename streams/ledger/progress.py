"""Progress: what the ledger has claimed, begun and finished, kept in ClickHouse itself beside the rows it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streams.ledger.batch import Batch, Part
from streams.ledger.store import Store

COLUMNS = (
    "sink", "topic", "partition", "state", "rank", "first_offset", "last_offset", "records", "writer", "topic_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one partition.

    `done`: the last offset that is written. `begun`: the last offset that anybody ever began to write. `epoch`,
    `writer`: of the newest claim. `topic_id`: of the topic that was written.
    """

    done: int | None = None
    begun: int | None = None
    epoch: int = 0
    writer: str = ""
    topic_id: str = ""


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write a partition, as long as nobody else makes a newer one."""

    epoch: int
    topic_id: str = ""


class Progress:
    """The progress of one sink (consumer group), as one process of it sees and writes it.

    Everything here raises Unavailable or Refused as the store does.
    """

    def __init__(self, store: Store, *, sink: str, writer: str) -> None:
        """Speak for a sink. `writer` names this process towards the others."""
        self._store = store
        self._sink = sink
        self._writer = writer

    def known(self, parts: Iterable[Part]) -> dict[Part, Known]:
        """Look up partitions; those of which nothing is known are `NOTHING`."""
        wanted = sorted(parts)
        found: dict[Part, dict[str, tuple[int, int, str, str]]] = {part: {} for part in wanted}
        for topic, partition, state, rank, last, writer, topic_id in self._store.rows(
            "SELECT topic, partition, toString(state), rank, last_offset, writer, topic_id FROM sink_progress FINAL "
            "WHERE sink = {sink:String} AND topic IN {topics:Array(String)}",
            {"sink": self._sink, "topics": sorted({topic for topic, _ in wanted})},
        ):
            if (topic, partition) in found:
                found[topic, partition][state] = (rank, last, writer, topic_id)
        return {part: _known(states) for part, states in found.items()}

    def claim(self, parts: Mapping[Part, Claim]) -> None:
        """Say that from now on this process writes these partitions."""
        self._write(
            (self._sink, topic, partition, "claim", claim.epoch, 0, 0, 0, self._writer, claim.topic_id)
            for (topic, partition), claim in sorted(parts.items())
        )

    def intend(self, batch: Batch, claims: Mapping[Part, Claim]) -> None:
        """Say, before the first row, which offsets this process is going to write."""
        self._state(batch, claims, "intent")

    def done(self, batch: Batch, claims: Mapping[Part, Claim]) -> None:
        """Say that every row of these offsets is there."""
        self._state(batch, claims, "done")

    def taken(self, claims: Mapping[Part, Claim]) -> dict[Part, str]:
        """Find the partitions that somebody else has claimed since we did, and who."""
        known = self.known(claims)
        return {
            part: known[part].writer
            for part, claim in claims.items()
            if (known[part].epoch, known[part].writer) != (claim.epoch, self._writer)
        }

    def _state(self, batch: Batch, claims: Mapping[Part, Claim], state: str) -> None:
        self._write(
            (
                self._sink, each.topic, each.partition, state, each.last, each.first, each.last, each.records,
                self._writer, claims[each.part].topic_id,
            )
            for each in batch.ranges
        )  # fmt: skip

    def _write(self, rows: Iterable[tuple[object, ...]]) -> None:
        self._store.insert_plain("sink_progress", COLUMNS, list(rows))


def _known(states: Mapping[str, tuple[int, int, str, str]]) -> Known:
    claim, intent, done = (states.get(state) for state in ("claim", "intent", "done"))
    return Known(
        done=done[1] if done else None,
        begun=intent[1] if intent else None,
        epoch=claim[0] if claim else 0,
        writer=claim[2] if claim else "",
        topic_id=done[3] if done else "",
    )
