-- Everything that changed one identity's access, newest first, with who did it and how it was judged.
SELECT c.executed_at AS executed_at, c.operation AS operation, arrayMap(held -> held.1, c.entitlements) AS entitlements,
       c.actor AS actor, c.actor_kind AS actor_kind, c.process AS process, c.result AS result,
       c.grant_expires_at AS grant_expires_at, v.judgement AS judgement, v.codes AS codes, c.decision_id AS decision_id
FROM changes AS c
LEFT JOIN (SELECT tenant, decision_id, judgement, codes FROM verdict_latest WHERE tenant = {tenant:String}) AS v
    ON v.tenant = c.tenant AND v.decision_id = c.decision_id
WHERE c.tenant = {tenant:String} AND c.subject = {subject:String}
ORDER BY executed_at DESC, c.event_id
LIMIT 1000;
