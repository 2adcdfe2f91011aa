-- Commands that nobody has confirmed as carried out: what should be undone, and as far as we know is not.
CREATE VIEW IF NOT EXISTS open_revocations AS
SELECT
    tenant, decision_id, command_id, issued_at, action, target, operation, subject, entitlements, source, reason, change_id,
    verdict_id, status, responder, detail, last_heard_at, reports
FROM issued_commands
WHERE status != 'succeeded';
