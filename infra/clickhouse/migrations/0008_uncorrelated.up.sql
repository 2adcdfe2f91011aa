-- One row per piece of evidence of which nobody knows yet to which decision it belongs.
CREATE TABLE IF NOT EXISTS uncorrelated
(
    tenant           LowCardinality(String),
    actor            String CODEC(ZSTD(1)),
    kind             LowCardinality(String) COMMENT 'prompt, context, approval, change or outcome',
    event_id         String CODEC(ZSTD(1)),
    digest           String COMMENT 'SHA-256 of attrs, in hex' CODEC(ZSTD(1)),
    occurred_at      DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    source           LowCardinality(String),
    attrs            String COMMENT 'the record as canonical JSON (RFC 8785)' CODEC(ZSTD(3)),
    ledger_topic     LowCardinality(String),
    ledger_partition UInt32,
    ledger_offset    UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_event  event_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_offset ledger_offset TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ledger_offset)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (tenant, actor, kind, event_id, digest)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
