-- The identity changes that were executed: who did what, to whose access. Times after 2299 show as the end of 2299.
CREATE VIEW IF NOT EXISTS changes AS
SELECT
    tenant, decision_id, event_id, occurred_at, source,
    record_id AS change_id,
    action AS operation,
    JSONExtractString(attrs, 'process') AS process,
    actor, actor_kind,
    JSONExtractString(attrs, 'actor', 'on_behalf_of') AS on_behalf_of,
    subject,
    JSONExtractString(attrs, 'subject', 'kind') AS subject_kind,
    JSONExtract(attrs, 'entitlements', 'Array(Tuple(id String, application String, privileged Bool, environment String))') AS entitlements,
    privileged,
    fromUnixTimestamp64Milli(JSONExtractInt(attrs, 'executed_at'), 'UTC') AS executed_at,
    if(
        JSONExtract(attrs, 'grant_expires_at', 'Nullable(Int64)') IS NULL,
        NULL,
        fromUnixTimestamp64Milli(least(JSONExtractInt(attrs, 'grant_expires_at'), toInt64(10413791999999)), 'UTC')
    ) AS grant_expires_at,
    status AS result,
    JSONExtractString(attrs, 'rollback', 'operation') AS rollback_operation,
    JSONExtractString(attrs, 'rollback', 'reference') AS rollback_reference,
    JSONExtractString(attrs, 'policy_decision', 'pdp') AS pdp,
    JSONExtractString(attrs, 'policy_decision', 'verdict') AS pdp_verdict,
    JSONExtractBool(attrs, 'break_glass') AS break_glass,
    JSONExtractString(attrs, 'command_id') AS command_id,
    trace_id,
    digest
FROM evidence FINAL
WHERE kind = 'change'
SETTINGS do_not_merge_across_partitions_select_final = 1;
