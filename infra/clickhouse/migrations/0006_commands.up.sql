-- One row per command: what a verdict obliged somebody to do.
CREATE TABLE IF NOT EXISTS commands
(
    tenant             LowCardinality(String),
    decision_id        String CODEC(ZSTD(1)),
    command_id         String CODEC(ZSTD(1)),
    verdict_id         String CODEC(ZSTD(1)),
    change_id          String CODEC(ZSTD(1)),
    issued_at          DateTime64(3, 'UTC') COMMENT 'instant of event time, as of the verdict' CODEC(DoubleDelta, ZSTD(1)),
    action             LowCardinality(String) COMMENT 'revoke, reinstate or suspend-agent',
    target             String COMMENT 'the change, or the agent to suspend' CODEC(ZSTD(1)),
    ordinal            UInt64,
    operation          LowCardinality(String) COMMENT 'what the platform is to do',
    subject            String CODEC(ZSTD(1)),
    subject_kind       LowCardinality(String),
    entitlements       Array(String),
    source             LowCardinality(String) COMMENT 'the platform that made the change',
    rollback_reference String CODEC(ZSTD(1)),
    reason             String CODEC(ZSTD(3)),
    compensates        String COMMENT 'the command that a reinstate takes back' CODEC(ZSTD(1)),
    attrs              String COMMENT 'the whole record as canonical JSON (RFC 8785)' CODEC(ZSTD(3)),
    ledger_topic       LowCardinality(String),
    ledger_partition   UInt32,
    ledger_offset      UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_command command_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_subject subject TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_offset  ledger_offset TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ledger_offset)
PARTITION BY toYYYYMM(issued_at)
ORDER BY (tenant, decision_id, command_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
