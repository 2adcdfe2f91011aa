-- Who agreed to what, or refused, how surely identified, and for how long. Times after 2299 show as the end of 2299.
CREATE VIEW IF NOT EXISTS approvals AS
SELECT
    tenant, decision_id, event_id, occurred_at, source,
    record_id AS approval_id,
    actor AS approver,
    actor_kind AS approver_kind,
    JSONExtract(attrs, 'approver', 'roles', 'Array(String)') AS approver_roles,
    JSONExtractString(attrs, 'requester') AS requester,
    status AS outcome,
    action AS operation,
    subject,
    JSONExtract(attrs, 'scope', 'entitlements', 'Array(String)') AS entitlements,
    JSONExtract(attrs, 'scope', 'max_duration_ms', 'Nullable(Int64)') AS max_duration_ms,
    JSONExtractString(attrs, 'scope', 'action_digest') AS action_digest,
    fromUnixTimestamp64Milli(JSONExtractInt(attrs, 'decided_at'), 'UTC') AS decided_at,
    if(
        JSONExtract(attrs, 'valid_until', 'Nullable(Int64)') IS NULL,
        NULL,
        fromUnixTimestamp64Milli(least(JSONExtractInt(attrs, 'valid_until'), toInt64(10413791999999)), 'UTC')
    ) AS valid_until,
    JSONExtractString(attrs, 'assurance') AS assurance,
    JSONExtractString(attrs, 'method') AS method,
    JSONExtractString(attrs, 'ticket') AS ticket,
    digest
FROM evidence FINAL
WHERE kind = 'approval'
SETTINGS do_not_merge_across_partitions_select_final = 1;
