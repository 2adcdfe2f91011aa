-- One row per version of an AI agent's entry in the registry: who answers for it, and what it may do.
CREATE TABLE IF NOT EXISTS agents
(
    tenant           LowCardinality(String),
    agent_id         String CODEC(ZSTD(1)),
    event_id         String CODEC(ZSTD(1)),
    digest           String COMMENT 'SHA-256 of attrs, in hex' CODEC(ZSTD(1)),
    occurred_at      DateTime64(3, 'UTC') COMMENT 'since when this version holds' CODEC(DoubleDelta, ZSTD(1)),
    registered_at    DateTime64(3, 'UTC') COMMENT 'when the agent first entered the registry' CODEC(DoubleDelta, ZSTD(1)),
    source           LowCardinality(String),
    owner            String COMMENT 'who answers for it; empty: nobody' CODEC(ZSTD(1)),
    owner_kind       LowCardinality(String),
    status           LowCardinality(String) COMMENT 'active, suspended or retired',
    authority        Map(String, String) COMMENT 'class of operations (* for every other) to none, recommend, approve or execute',
    environments     Array(String),
    attrs            String COMMENT 'the whole record as canonical JSON (RFC 8785)' CODEC(ZSTD(3)),
    ledger_topic     LowCardinality(String),
    ledger_partition UInt32,
    ledger_offset    UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_offset  ledger_offset TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ledger_offset)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (tenant, agent_id, event_id, digest)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
