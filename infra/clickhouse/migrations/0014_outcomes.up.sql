-- What responders reported of our commands.
CREATE VIEW IF NOT EXISTS outcomes AS
SELECT
    tenant, decision_id, event_id, occurred_at, source,
    record_id AS command_id,
    actor AS responder,
    status,
    fromUnixTimestamp64Milli(JSONExtractInt(attrs, 'completed_at'), 'UTC') AS completed_at,
    body AS detail,
    digest
FROM evidence FINAL
WHERE kind = 'outcome'
SETTINGS do_not_merge_across_partitions_select_final = 1;
