"""THE vocabulary of metrics: everything that Clawback counts and measures, by process. Nothing else names a metric."""

from typing import Any

from streams.telemetry.kinds import LONG_SECONDS, RECORDS, SECONDS, Counter, Gauge, Histogram, Metric, Timestamp
from streams.telemetry.labels import ACTION, JUDGEMENT, KIND, NOTHING, PARTITION, SOURCE, STAGE, TABLE

# Any stage of any process.

QUARANTINED = Counter(
    name="clawback_quarantined_records_total", by=STAGE,
    meaning="Records that were not understood and are kept in quarantine with the reason.",
)  # fmt: skip

# The worker: adapt and decide.

ADAPTED = Counter(
    name="clawback_adapt_records_total", by=SOURCE,
    meaning="Records taken in the words of a platform.",
)  # fmt: skip
TAKEN = Counter(
    name="clawback_decide_records_total", by=KIND,
    meaning="Records of the input topics taken, whatever became of them.",
)  # fmt: skip
REROUTED = Counter(
    name="clawback_decide_rerouted_records_total", by=NOTHING,
    meaning="Records that came on another partition than the rest of their decision and were passed on to it.",
)  # fmt: skip
BATCH_RECORDS = Histogram(
    name="clawback_decide_batch_records", by=NOTHING, buckets=RECORDS,
    meaning="Records in each batch of one partition; its count is the number of batches.",
)  # fmt: skip
BATCH_SECONDS = Histogram(
    name="clawback_decide_batch_seconds", by=NOTHING, buckets=SECONDS,
    meaning="How long a batch held up everything else: decode, fold, judge, hand over to the producer.",
)  # fmt: skip
JUDGED = Counter(
    name="clawback_decide_judged_decisions_total", by=NOTHING,
    meaning="Times that a decision was looked at because event time or late evidence asked for it.",
)  # fmt: skip
VERDICTS = Counter(
    name="clawback_decide_verdicts_total", by=JUDGEMENT,
    meaning="Verdicts published.",
)  # fmt: skip
COMMANDS = Counter(
    name="clawback_decide_commands_total", by=ACTION,
    meaning="Commands to responders published.",
)  # fmt: skip
OPEN = Gauge(
    name="clawback_decide_open_decisions", by=NOTHING,
    meaning="Decisions that this process keeps because something may still come of them.",
)  # fmt: skip
HELD_BYTES = Gauge(
    name="clawback_decide_held_bytes", by=NOTHING,
    meaning="Bytes of encoded state of the open decisions; over their number, the bytes per open decision.",
)  # fmt: skip
OWNED = Gauge(
    name="clawback_decide_owned_partitions", by=NOTHING,
    meaning="Partition numbers of which this process has every input.",
)  # fmt: skip
BEHIND = Gauge(
    name="clawback_decide_behind_records", by=PARTITION,
    meaning="Records of all inputs that the broker has and that are not folded in yet.",
)  # fmt: skip
WATERMARK = Timestamp(
    name="clawback_decide_watermark_timestamp_seconds", by=PARTITION,
    meaning="The event time up to which everything is believed to be heard; the clock minus it is the event-time lag.",
)  # fmt: skip
TRANSACTION_SECONDS = Histogram(
    name="clawback_decide_transaction_seconds", by=NOTHING, buckets=SECONDS,
    meaning="How long each committed transaction took, from its first message on; its count is the transactions.",
)  # fmt: skip
OFFSET_COMMITS = Counter(
    name="clawback_decide_offset_commits_total", by=NOTHING,
    meaning="Commits of input offsets that the broker took.",
)  # fmt: skip
OFFSETS_COMMITTED = Timestamp(
    name="clawback_decide_offset_commit_timestamp_seconds", by=NOTHING,
    meaning="When input offsets were last committed; before the first commit, when the process started.",
)  # fmt: skip
RESTORE_SECONDS = Histogram(
    name="clawback_decide_restore_seconds", by=NOTHING, buckets=LONG_SECONDS,
    meaning="How long it took to restore newly received partitions: fence the former owner, read the changelog.",
)  # fmt: skip
RESTORED = Counter(
    name="clawback_decide_restored_decisions_total", by=NOTHING,
    meaning="Open decisions read back from the changelog.",
)  # fmt: skip
REBALANCES = Counter(
    name="clawback_decide_rebalances_total", by=NOTHING,
    meaning="Times that the group took partitions away to share them out again.",
)  # fmt: skip
BUFFERED_RECORDS = Gauge(
    name="clawback_transport_buffered_records", by=NOTHING,
    meaning="Records fetched that the process is not done with yet.",
)  # fmt: skip
BUFFERED_BYTES = Gauge(
    name="clawback_transport_buffered_bytes", by=NOTHING,
    meaning="What the records fetched that the process is not done with yet weigh in memory.",
)  # fmt: skip
BUFFER_LIMIT_RECORDS = Gauge(
    name="clawback_transport_buffer_limit_records", by=NOTHING,
    meaning="How many records may be under way before nothing more is handed out.",
)  # fmt: skip
BUFFER_LIMIT_BYTES = Gauge(
    name="clawback_transport_buffer_limit_bytes", by=NOTHING,
    meaning="How many bytes may be under way before nothing more is handed out.",
)  # fmt: skip

# The ledger.

LEDGER_RECORDS = Counter(
    name="clawback_ledger_records_total", by=NOTHING,
    meaning="Records whose rows are in ClickHouse.",
)  # fmt: skip
ROWS = Counter(
    name="clawback_ledger_rows_total", by=TABLE,
    meaning="Rows inserted and acknowledged.",
)  # fmt: skip
INSERT_SECONDS = Histogram(
    name="clawback_ledger_insert_seconds", by=NOTHING, buckets=SECONDS,
    meaning="How long each insert took, of one batch into one table.",
)  # fmt: skip
LAG_SECONDS = Histogram(
    name="clawback_ledger_lag_seconds", by=NOTHING, buckets=LONG_SECONDS,
    meaning="How old the oldest record of each batch was (by its Kafka timestamp) when it was safe in ClickHouse.",
)  # fmt: skip
LEDGER_BEHIND = Gauge(
    name="clawback_ledger_behind_records", by=NOTHING,
    meaning="Records that Kafka is known to have and the ledger has not read yet.",
)  # fmt: skip
WRITTEN = Timestamp(
    name="clawback_ledger_write_timestamp_seconds", by=NOTHING,
    meaning="When a batch was last safe in ClickHouse; before the first batch, when the process started.",
)  # fmt: skip
READING = Gauge(
    name="clawback_ledger_owned_partitions", by=NOTHING,
    meaning="Partitions of all topics that this process reads.",
)  # fmt: skip
RETRIES = Counter(
    name="clawback_ledger_retries_total", by=NOTHING,
    meaning="Tries that ClickHouse refused or did not answer, and that were made again.",
)  # fmt: skip
CLICKHOUSE_UP = Gauge(
    name="clawback_ledger_clickhouse_up", by=NOTHING,
    meaning="1 while ClickHouse takes rows, 0 while the ledger waits for it.",
)  # fmt: skip

WORKER: tuple[Metric[Any], ...] = (
    ADAPTED, TAKEN, REROUTED, QUARANTINED, BATCH_RECORDS, BATCH_SECONDS, JUDGED, VERDICTS, COMMANDS,
    OPEN, HELD_BYTES, OWNED, BEHIND, WATERMARK, TRANSACTION_SECONDS, OFFSET_COMMITS, OFFSETS_COMMITTED,
    RESTORE_SECONDS, RESTORED, REBALANCES,
    BUFFERED_RECORDS, BUFFERED_BYTES, BUFFER_LIMIT_RECORDS, BUFFER_LIMIT_BYTES,
)  # fmt: skip
"""What `clawback worker` shows."""

LEDGER: tuple[Metric[Any], ...] = (
    LEDGER_RECORDS, ROWS, QUARANTINED, INSERT_SECONDS, LAG_SECONDS, LEDGER_BEHIND, WRITTEN, READING, RETRIES,
    CLICKHOUSE_UP,
)  # fmt: skip
"""What `clawback ledger` shows."""

VOCABULARY: tuple[Metric[Any], ...] = tuple(dict.fromkeys((*WORKER, *LEDGER)))
"""All of them, in the order in which they are documented."""
