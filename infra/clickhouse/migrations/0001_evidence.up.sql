-- One row per piece of evidence: what was asked, shown, agreed, done and reported, as it was received.
-- The key is the record's own identity and the digest of its content. So a record that is read twice collapses into one
-- row, and an event that came with two different contents keeps both. Nothing in the key can change later.
CREATE TABLE IF NOT EXISTS evidence
(
    tenant           LowCardinality(String),
    decision_id      String CODEC(ZSTD(1)),
    kind             LowCardinality(String) COMMENT 'prompt, context, approval, change or outcome',
    event_id         String CODEC(ZSTD(1)),
    digest           String COMMENT 'SHA-256 of attrs, in hex: lower(hex(SHA256(attrs)))' CODEC(ZSTD(1)),
    record_id        String COMMENT 'the context, approval or change; of an outcome the command; of a prompt the event' CODEC(ZSTD(1)),
    occurred_at      DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    source           LowCardinality(String),
    actor            String COMMENT 'who asked, approved, acted or reported' CODEC(ZSTD(1)),
    actor_kind       LowCardinality(String) COMMENT 'human, ai_agent, service, system or unknown; empty where nobody says',
    agent            LowCardinality(String) COMMENT 'the AI agent that took part, if one did',
    action           LowCardinality(String) COMMENT 'the operation; of a prompt the authority asked for, of a context its kind',
    subject          String COMMENT 'whose access it is about' CODEC(ZSTD(1)),
    resource         String COMMENT 'entitlements, separated by commas; of a context its address' CODEC(ZSTD(1)),
    status           LowCardinality(String) COMMENT 'consent, result or outcome; of a context how far it is trusted',
    privileged       Bool,
    trace_id         String CODEC(ZSTD(1)),
    body             String COMMENT 'prompt, excerpt or detail' CODEC(ZSTD(3)),
    attrs            String COMMENT 'the whole record as canonical JSON (RFC 8785)' CODEC(ZSTD(3)),
    ledger_topic     LowCardinality(String),
    ledger_partition UInt32,
    ledger_offset    UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_event    event_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_record   record_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_actor    actor TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_subject  subject TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_resource resource TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_trace    trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_offset   ledger_offset TYPE minmax GRANULARITY 1,
    INDEX by_word     lower(body) TYPE text(tokenizer = 'splitByNonAlpha')
)
ENGINE = ReplacingMergeTree(ledger_offset)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (tenant, decision_id, kind, event_id, digest)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
