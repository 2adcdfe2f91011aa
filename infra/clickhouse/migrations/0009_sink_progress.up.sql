-- How far the ledger is with each partition: three rows at most, of which the newest of each state counts.
-- claim: who may write it. intent: offsets that somebody has begun to write. done: offsets that are written.
CREATE TABLE IF NOT EXISTS sink_progress
(
    sink         LowCardinality(String) COMMENT 'the consumer group',
    topic        LowCardinality(String),
    partition    UInt32,
    state        Enum8('claim' = 0, 'intent' = 1, 'done' = 2),
    rank         UInt64 COMMENT 'of a claim its epoch, else the last offset: the highest row counts',
    first_offset UInt64,
    last_offset  UInt64,
    records      UInt64 COMMENT 'records in these offsets; fewer than offsets where a topic is compacted',
    writer       String COMMENT 'the process that says so: host, process id and a number of its own',
    topic_id     String COMMENT 'Kafka''s own id of the topic, which a topic made anew does not share',
    at           DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(rank)
ORDER BY (sink, topic, partition, state)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
