"""THE table of topics: name, key, record, who writes, who reads. Nothing else in the product names a topic."""

from dataclasses import dataclass
from enum import StrEnum


class Cleanup(StrEnum):
    """How Kafka lets go of old records (`cleanup.policy`)."""

    DELETE = "delete"
    COMPACT = "compact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic. `record`: name of the schema of its values, None for values in somebody else's format.

    `kept_for_ms`: `retention.ms`; what must outlive an outage of ClickHouse stays a week. `value_bytes_max`:
    `max.message.bytes`, where it is not the broker's own.
    """

    name: str
    key: str
    record: str | None
    writers: str
    readers: str
    cleanup: Cleanup = Cleanup.DELETE
    kept_for_ms: int = 7 * 24 * 3_600_000
    value_bytes_max: int | None = None


CHANGES = Topic(
    name="identity.changes.v1", key="decision_id", record="change",
    writers="IGA and IAM platforms, adapt", readers="decide, ledger",
)  # fmt: skip
PROMPTS = Topic(
    name="ai.prompts.v1", key="decision_id", record="prompt",
    writers="AI platforms, adapt", readers="decide, ledger",
)  # fmt: skip
CONTEXTS = Topic(
    name="ai.contexts.v1", key="decision_id", record="context",
    writers="AI platforms, adapt", readers="decide, ledger",
)  # fmt: skip
APPROVALS = Topic(
    name="identity.approvals.v1", key="decision_id", record="approval",
    writers="approval systems, adapt", readers="decide, ledger",
)  # fmt: skip
OUTCOMES = Topic(
    name="revocations.outcomes.v1", key="decision_id", record="outcome",
    writers="responders", readers="decide, ledger",
)  # fmt: skip
AGENTS = Topic(
    name="agents.v1", key="agent id", record="agent", cleanup=Cleanup.COMPACT,
    writers="the agent registry", readers="every worker, ledger",
)  # fmt: skip
UNCORRELATED = Topic(
    name="uncorrelated.v1", key="actor id", record="uncorrelated",
    writers="adapt", readers="whoever correlates; ledger",
)  # fmt: skip
VERDICTS = Topic(
    name="verdicts.v1", key="decision_id", record="verdict",
    writers="decide", readers="responders, ledger, alerting",
)  # fmt: skip
REVOCATIONS = Topic(
    name="revocations.v1", key="decision_id", record="revocation",
    writers="decide", readers="responders, ledger",
)  # fmt: skip
QUARANTINE = Topic(
    name="quarantine.v1", key="source topic and offset", record="quarantined",
    writers="any stage", readers="people, ledger", kept_for_ms=30 * 24 * 3_600_000,
)  # fmt: skip

INPUTS = (CHANGES, PROMPTS, CONTEXTS, APPROVALS, OUTCOMES)
"""What decide joins. All have the same number of partitions, so that partition i of each reaches the same worker."""

RAW_SOURCES = ("okta", "cloudtrail", "otel")
"""The platforms whose own format we understand; each has a topic `raw.<source>` and an adapter of the same name."""


def raw(source: str) -> Topic:
    """Name the topic on which a platform publishes in its own format."""
    return Topic(name=f"raw.{source}", key="any", record=None, writers="platforms in their own format", readers="adapt")


TOPICS: tuple[Topic, ...] = (
    *INPUTS, AGENTS, UNCORRELATED, VERDICTS, REVOCATIONS, QUARANTINE, *(raw(source) for source in RAW_SOURCES),
)  # fmt: skip

LEDGERED: tuple[Topic, ...] = tuple(topic for topic in TOPICS if topic.record is not None)
"""What the ledger keeps: everything that has a schema of ours."""


def by_record(record: str) -> Topic:
    """Find the topic that carries a kind of record.

    Raises:
        KeyError: no topic carries it.
    """
    return {topic.record: topic for topic in TOPICS if topic.record is not None}[record]
