"""The table of topics as Markdown, for the documentation."""

from streams.core.time import span
from streams.topics import TOPICS, Cleanup, Topic


def markdown() -> str:
    """Write one row per topic, in the order of the table."""
    rows = ["| topic | record | key | written by | read by | kept |", "|---|---|---|---|---|---|"]
    rows += [_row(topic) for topic in TOPICS]
    return "\n".join(rows) + "\n"


def _row(topic: Topic) -> str:
    kept = "compacted" if topic.cleanup is Cleanup.COMPACT else span(topic.kept_for_ms)
    record = topic.record or "the platform's own JSON"
    return f"| `{topic.name}` | {record} | {topic.key} | {topic.writers} | {topic.readers} | {kept} |"
