-- What models were shown besides the prompt: documents, tickets, tool results, memory.
CREATE VIEW IF NOT EXISTS contexts AS
SELECT
    tenant, decision_id, event_id, occurred_at, source,
    record_id AS context_id,
    JSONExtractString(attrs, 'prompt_id') AS prompt_id,
    action AS context_kind,
    resource AS uri,
    status AS trust,
    JSONExtractString(attrs, 'digest') AS content_digest,
    body AS excerpt,
    trace_id,
    digest
FROM evidence FINAL
WHERE kind = 'context'
SETTINGS do_not_merge_across_partitions_select_final = 1;
