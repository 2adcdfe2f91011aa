"""Resume: where to go on with a partition, and what to doubt there. Pure: a decision from what both sides say."""

from dataclasses import dataclass

from streams.ledger.batch import Part
from streams.ledger.errors import TopicReplaced
from streams.ledger.progress import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A partition as Kafka has it.

    `low`: the first offset that is still there. `high`: the next that will be written. `committed`: by the group, None
    for nothing. `topic_id`: Kafka's own id of the topic, empty where the broker has none.
    """

    low: int
    high: int
    committed: int | None = None
    topic_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where to go on. `doubt_until`: rows up to this offset may be there already, though nobody says so.

    `lost`: the first and the last offset that Kafka deleted before they were written, if it did.
    """

    offset: int
    doubt_until: int = -1
    lost: tuple[int, int] | None = None


def start(part: Part, known: Known, log: Log) -> Start:
    """Decide where to go on: after what ClickHouse says is done, and from the beginning when it says nothing.

    ClickHouse is asked and not the group's commits, because it knows what it has: it may have been set up anew, or
    restored from yesterday. Whatever was begun or committed beyond `done` is read back before it is written.

    Raises:
        TopicReplaced: the topic was deleted and made again since.
    """
    replaced = bool(known.topic_id and log.topic_id and known.topic_id != log.topic_id)
    offset = log.low if known.done is None else known.done + 1
    if replaced or offset > log.high:
        raise TopicReplaced(_replaced(part, known, log))
    lost = (offset, log.low - 1) if offset < log.low else None
    begun = known.begun if known.begun is not None else -1
    return Start(offset=max(offset, log.low), doubt_until=max(begun, (log.committed or 0) - 1), lost=lost)


def _replaced(part: Part, known: Known, log: Log) -> str:
    topic, partition = part
    remedy = f"DELETE FROM sink_progress WHERE topic = '{topic}'"  # noqa: S608 - shown, never run
    return (
        f"Topic {topic} is not the one that was written so far: partition {partition} is written up to offset "
        f"{known.done}, and Kafka has offsets {log.low} to {log.high - 1}. It was deleted and made again, or lost its "
        f'end. What is in ClickHouse stays. To write it from its beginning: clawback sql "{remedy}", then start the '
        "ledger again."
    )
