-- What holds now: the newest verdict of every decision.
CREATE VIEW IF NOT EXISTS verdict_latest AS
SELECT
    tenant, decision_id, version, verdict_id, supersedes, judged_at, judgement, severity, response, mode, codes, reasons,
    changes, classes, `findings.message` AS sentences, policy_version, policy_digest
FROM current_verdicts FINAL;
