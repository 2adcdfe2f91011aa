-- One row per record that was not understood, with the original bytes and the reason.
-- No tenant: bytes that nobody could read belong to nobody in particular, so only operators should see this table.
CREATE TABLE IF NOT EXISTS quarantine
(
    topic            LowCardinality(String) COMMENT 'where the record was found',
    partition        UInt64,
    offset           UInt64 CODEC(Delta, ZSTD(1)),
    stage            LowCardinality(String) COMMENT 'who could not read it: adapt, decide, ledger ...',
    sha256           String COMMENT 'of the whole original, in hex' CODEC(ZSTD(1)),
    quarantined_at   DateTime64(3, 'UTC') COMMENT 'for stage ledger: when Kafka was given the record' CODEC(DoubleDelta, ZSTD(1)),
    reason           String CODEC(ZSTD(3)),
    key              String CODEC(ZSTD(1)),
    value            String COMMENT 'the original, cut off where it was too long to keep' CODEC(ZSTD(3)),
    original_size    UInt64 COMMENT 'bytes of the whole original',
    ledger_topic     LowCardinality(String),
    ledger_partition UInt32,
    ledger_offset    UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_offset  ledger_offset TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ledger_offset)
PARTITION BY toYYYYMM(quarantined_at)
ORDER BY (topic, partition, offset, stage, sha256)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
