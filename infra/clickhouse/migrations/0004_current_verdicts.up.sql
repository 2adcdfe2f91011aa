-- One row per decision: its newest verdict. The ledger writes it beside `verdicts`, so that "what holds now" needs no
-- search through history. No partitions: a newer version must meet the older one wherever in time it falls.
CREATE TABLE IF NOT EXISTS current_verdicts
(
    tenant                LowCardinality(String),
    decision_id           String CODEC(ZSTD(1)),
    version               UInt64,
    verdict_id            String CODEC(ZSTD(1)),
    supersedes            String CODEC(ZSTD(1)),
    judged_at             DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    judgement             LowCardinality(String),
    severity              Enum8('none' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4),
    response              LowCardinality(String),
    mode                  LowCardinality(String),
    codes                 Array(LowCardinality(String)),
    reasons               Array(String),
    changes               Array(String),
    classes               Array(LowCardinality(String)),
    `findings.finding_id` Array(String),
    `findings.code`       Array(LowCardinality(String)),
    `findings.severity`   Array(Enum8('none' = 0, 'low' = 1, 'medium' = 2, 'high' = 3, 'critical' = 4)),
    `findings.response`   Array(LowCardinality(String)),
    `findings.change_id`  Array(String),
    `findings.agent`      Array(String),
    `findings.message`    Array(String),
    policy_version        LowCardinality(String),
    policy_digest         LowCardinality(String),
    ledger_topic          LowCardinality(String),
    ledger_partition      UInt32,
    ledger_offset         UInt64 CODEC(Delta, ZSTD(1)),
    INDEX by_time   judged_at TYPE minmax GRANULARITY 1,
    INDEX by_code   codes TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_offset ledger_offset TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, decision_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
