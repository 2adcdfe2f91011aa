-- What models were asked, by whom, and what they set out to do.
CREATE VIEW IF NOT EXISTS prompts AS
SELECT
    tenant, decision_id, event_id, occurred_at, source,
    agent,
    JSONExtractString(attrs, 'agent_version') AS agent_version,
    JSONExtractString(attrs, 'model') AS model,
    JSONExtractString(attrs, 'session_id') AS session_id,
    JSONExtractString(attrs, 'on_behalf_of') AS on_behalf_of,
    action AS authority,
    body AS text,
    JSONExtractString(attrs, 'rationale') AS rationale,
    JSONExtract(attrs, 'tool_calls', 'Array(Tuple(name String, subject String, entitlement String, arguments_digest String))') AS tool_calls,
    JSONExtract(attrs, 'contexts', 'Array(Tuple(context_id String, digest String))') AS declared_contexts,
    trace_id,
    JSONExtractString(attrs, 'span_id') AS span_id,
    digest
FROM evidence FINAL
WHERE kind = 'prompt'
SETTINGS do_not_merge_across_partitions_select_final = 1;
