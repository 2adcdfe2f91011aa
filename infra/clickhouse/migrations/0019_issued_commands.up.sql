-- Every command with what was last heard of it. Status: succeeded as soon as one responder says so, else the newest
-- report, else `unanswered`.
CREATE VIEW IF NOT EXISTS issued_commands AS
SELECT
    ordered.tenant AS tenant,
    ordered.decision_id AS decision_id,
    ordered.command_id AS command_id,
    ordered.issued_at AS issued_at,
    ordered.action AS action,
    ordered.target AS target,
    ordered.operation AS operation,
    ordered.subject AS subject,
    ordered.entitlements AS entitlements,
    ordered.source AS source,
    ordered.reason AS reason,
    ordered.change_id AS change_id,
    ordered.verdict_id AS verdict_id,
    ordered.compensates AS compensates,
    multiIf(heard.reports = 0, 'unanswered', heard.successes > 0, 'succeeded', heard.newest.1) AS status,
    if(heard.reports = 0, '', heard.newest.2) AS responder,
    if(heard.reports = 0, '', heard.newest.3) AS detail,
    if(heard.reports = 0, NULL, heard.last_heard_at) AS last_heard_at,
    heard.reports AS reports
FROM commands AS ordered FINAL
LEFT JOIN
(
    SELECT
        tenant, decision_id, record_id AS command_id,
        count() AS reports,
        countIf(status = 'succeeded') AS successes,
        argMax((status, actor, body), (occurred_at, event_id)) AS newest,
        max(occurred_at) AS last_heard_at
    FROM evidence FINAL
    WHERE kind = 'outcome'
    GROUP BY tenant, decision_id, record_id
    SETTINGS do_not_merge_across_partitions_select_final = 1
) AS heard
ON heard.tenant = ordered.tenant AND heard.decision_id = ordered.decision_id AND heard.command_id = ordered.command_id;
