-- What is held against whom now: one row per finding of the verdicts that hold, with who acted and whose access changed.
CREATE VIEW IF NOT EXISTS violations AS
SELECT
    found.tenant AS tenant,
    found.decision_id AS decision_id,
    found.version AS version,
    found.judged_at AS judged_at,
    found.code AS code,
    found.severity AS severity,
    found.message AS sentence,
    made.actor AS actor,
    made.actor_kind AS actor_kind,
    made.action AS operation,
    made.subject AS subject,
    made.resource AS resource,
    made.privileged AS privileged,
    made.occurred_at AS happened_at,
    found.change_id AS change_id,
    found.agent AS agent,
    found.response AS response,
    found.mode AS mode,
    found.finding_id AS finding_id,
    found.verdict_id AS verdict_id,
    found.policy_version AS policy_version
FROM
(
    SELECT
        tenant, decision_id, version, judged_at, mode, verdict_id, policy_version,
        finding.1 AS finding_id, finding.2 AS code, finding.3 AS severity, finding.4 AS response, finding.5 AS change_id,
        finding.6 AS agent, finding.7 AS message
    FROM current_verdicts FINAL
    ARRAY JOIN arrayZip(
        `findings.finding_id`, `findings.code`, `findings.severity`, `findings.response`, `findings.change_id`,
        `findings.agent`, `findings.message`
    ) AS finding
) AS found
LEFT ANY JOIN
(
    SELECT tenant, decision_id, record_id, actor, actor_kind, action, subject, resource, privileged, occurred_at
    FROM evidence FINAL
    WHERE kind = 'change'
    SETTINGS do_not_merge_across_partitions_select_final = 1
) AS made
ON made.tenant = found.tenant AND made.decision_id = found.decision_id AND made.record_id = found.change_id;
