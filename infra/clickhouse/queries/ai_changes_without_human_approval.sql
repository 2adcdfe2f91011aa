-- What AI agents changed without any person having agreed to it beforehand, whatever the policy says about that.
SELECT c.executed_at AS executed_at, c.actor AS agent, c.on_behalf_of AS on_behalf_of, c.operation AS operation, c.subject AS subject,
       arrayMap(held -> held.1, c.entitlements) AS entitlements, c.privileged AS privileged, c.result AS result,
       a.approvers AS asked, a.said AS said, c.decision_id AS decision_id, c.change_id AS change_id
FROM changes AS c
LEFT JOIN
(
    SELECT tenant, decision_id,
           groupArray(approver) AS approvers,
           groupArray(outcome) AS said,
           groupArrayIf(decided_at, approver_kind = 'human' AND outcome = 'approved') AS agreed_at
    FROM approvals
    WHERE tenant = {tenant:String}
    GROUP BY tenant, decision_id
) AS a ON a.tenant = c.tenant AND a.decision_id = c.decision_id
WHERE c.tenant = {tenant:String} AND c.actor_kind = 'ai_agent' AND c.result != 'failed'
    AND c.executed_at >= now64(3) - toIntervalDay({days:UInt32})
    AND NOT arrayExists(at -> at <= c.executed_at, a.agreed_at)
ORDER BY privileged DESC, executed_at DESC, change_id
LIMIT 1000;
