-- One row per finding of each verdict, the superseded ones too: what was ever held against whom, and on which evidence.
CREATE TABLE IF NOT EXISTS findings
(
    tenant           LowCardinality(String),
    decision_id      String CODEC(ZSTD(1)),
    version          UInt64 COMMENT 'of the verdict',
    verdict_id       String CODEC(ZSTD(1)),
    finding_id       String CODEC(ZSTD(1)),
    judged_at        DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    code             LowCardinality(String),
    severity         Enum8('none' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4),
    response         LowCardinality(String),
    mode             LowCardinality(String),
    change_id        String CODEC(ZSTD(1)),
    agent            String COMMENT 'the AI agent that it accuses, if one' CODEC(ZSTD(1)),
    message          String CODEC(ZSTD(3)),
    cites            Array(String) COMMENT 'the events it rests on',
    ledger_topic     LowCardinality(String),
    ledger_partition UInt32,
    ledger_offset    UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_finding finding_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_code    code TYPE set(100) GRANULARITY 1,
    INDEX by_agent   agent TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_offset  ledger_offset TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ledger_offset)
PARTITION BY toYYYYMM(judged_at)
ORDER BY (tenant, decision_id, version, verdict_id, finding_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
