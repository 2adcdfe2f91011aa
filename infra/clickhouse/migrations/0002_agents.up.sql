-- One row per version of an AI agent's entry in the registry: who answers for it, and what it may do.
CREATE TABLE IF NOT EXISTS agents
(
    tenant           LowCardinality(String),
    agent_id         String CODEC(ZSTD(1)),
    event_id         String CODEC(ZSTD(1)),
    digest           FixedString(64) CODEC(ZSTD(1)) COMMENT 'SHA-256 of attrs, in hex',
    occurred_at      DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)) COMMENT 'since when this version holds',
    registered_at    DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)) COMMENT 'when the agent first entered the registry',
    source           LowCardinality(String),
    owner            String CODEC(ZSTD(1)) COMMENT 'who answers for it; empty: nobody',
    owner_kind       LowCardinality(String),
    status           LowCardinality(String) COMMENT 'active, suspended or retired',
    authority        Map(String, String) COMMENT 'class of operations (* for every other) to none, recommend, approve or execute',
    environments     Array(String),
    attrs            String CODEC(ZSTD(3)) COMMENT 'the whole record as canonical JSON (RFC 8785)',
    ledger_topic     LowCardinality(String),
    ledger_partition UInt32,
    ledger_offset    UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_offset  ledger_offset TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ledger_offset)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (tenant, agent_id, event_id, digest)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
