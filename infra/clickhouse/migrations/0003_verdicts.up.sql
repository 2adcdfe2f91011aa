-- One row per verdict that was ever pronounced: later evidence adds a version, and takes none away.
-- The id of a verdict comes from what it says, not from when it was said: after a crash the same verdict may be said
-- again, as of another instant. Two such rows may lie in two months; FINAL (as in every view) still makes them one.
CREATE TABLE IF NOT EXISTS verdicts
(
    tenant                LowCardinality(String),
    decision_id           String CODEC(ZSTD(1)),
    version               UInt64,
    verdict_id            String CODEC(ZSTD(1)),
    supersedes            String COMMENT 'the verdict before this one; empty in the first' CODEC(ZSTD(1)),
    judged_at             DateTime64(3, 'UTC') COMMENT 'the instant of event time as of which was judged' CODEC(DoubleDelta, ZSTD(1)),
    judgement             LowCardinality(String) COMMENT 'upheld, violated or indeterminate',
    severity              Enum8('none' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4) COMMENT 'of the worst finding',
    response              LowCardinality(String) COMMENT 'observe, alert, hold, revoke or suspend-agent',
    mode                  LowCardinality(String) COMMENT 'observe: nothing was ordered; enforce: commands left',
    codes                 Array(LowCardinality(String)) COMMENT 'the rules that found something, each once',
    reasons               Array(String) COMMENT 'why it is indeterminate, or doubtful',
    changes               Array(String) COMMENT 'the changes that were judged',
    classes               Array(LowCardinality(String)) COMMENT 'the operation classes of the policy that applied',
    `findings.finding_id` Array(String),
    `findings.code`       Array(LowCardinality(String)),
    `findings.severity`   Array(Enum8('none' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4)),
    `findings.response`   Array(LowCardinality(String)),
    `findings.change_id`  Array(String),
    `findings.agent`      Array(String),
    `findings.message`    Array(String),
    policy_version        LowCardinality(String),
    policy_digest         LowCardinality(String),
    attrs                 String COMMENT 'the whole record as canonical JSON (RFC 8785)' CODEC(ZSTD(3)),
    ledger_topic          LowCardinality(String),
    ledger_partition      UInt32,
    ledger_offset         UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_verdict verdict_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_code    codes TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_offset  ledger_offset TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ledger_offset)
PARTITION BY toYYYYMM(judged_at)
ORDER BY (tenant, decision_id, version, verdict_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
