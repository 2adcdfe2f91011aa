"""Log: topics with partitions and offsets, as far as a consumer can tell them from the real thing."""

from streams.core.evidence import Approval, Change, Context, Evidence, Outcome, Prompt
from streams.core.ids import digest
from streams.topics import APPROVALS, CHANGES, CONTEXTS, INPUTS, OUTCOMES, PROMPTS

TOPICS = tuple(topic.name for topic in INPUTS)
TOPIC_OF: dict[type[Evidence], str] = {
    Change: CHANGES.name,
    Prompt: PROMPTS.name,
    Context: CONTEXTS.name,
    Approval: APPROVALS.name,
    Outcome: OUTCOMES.name,
}
PARTITIONS = 2


def partition_of(decision_id: str) -> int:
    """Place a decision: the same partition number in every topic."""
    return int(digest("key", decision_id)[4:], 16) % PARTITIONS


class Log:
    """Records, never changed and never lost."""

    def __init__(self) -> None:
        """Begin empty."""
        self._records: dict[tuple[str, int], list[Evidence]] = {
            (topic, partition): [] for topic in TOPICS for partition in range(PARTITIONS)
        }

    def append(self, fact: Evidence) -> None:
        """Publish a fact under its decision."""
        self._records[TOPIC_OF[type(fact)], partition_of(fact.decision_id)].append(fact)

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[Evidence]:
        """Read on from an offset."""
        return self._records[topic, partition][offset : offset + limit]

    def end(self, topic: str, partition: int) -> int:
        """Tell the offset after the last record."""
        return len(self._records[topic, partition])
