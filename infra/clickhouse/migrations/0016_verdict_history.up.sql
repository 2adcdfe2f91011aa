-- Every verdict ever pronounced, the superseded ones too.
CREATE VIEW IF NOT EXISTS verdict_history AS
SELECT
    tenant, decision_id, version, verdict_id, supersedes, judged_at, judgement, severity, response, mode, codes, reasons,
    changes, classes, `findings.message` AS sentences, policy_version, policy_digest, attrs
FROM verdicts FINAL;
