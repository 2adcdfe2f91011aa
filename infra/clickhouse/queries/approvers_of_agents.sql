-- Who says yes to AI agents most often, how fast at best, and how many of those decisions did not hold.
SELECT a.approver AS approver, a.approver_kind AS kind, uniqExact(a.decision_id) AS decisions,
       uniqExactIf(a.decision_id, v.judgement = 'violated') AS violated,
       min(dateDiff('second', p.occurred_at, a.decided_at)) AS fastest_seconds,
       topK(3)(p.agent) AS mostly_for
FROM approvals AS a
INNER JOIN (SELECT tenant, decision_id, agent, occurred_at FROM prompts WHERE tenant = {tenant:String}) AS p
    ON p.tenant = a.tenant AND p.decision_id = a.decision_id
LEFT JOIN (SELECT tenant, decision_id, judgement FROM verdict_latest WHERE tenant = {tenant:String}) AS v
    ON v.tenant = a.tenant AND v.decision_id = a.decision_id
WHERE a.tenant = {tenant:String} AND a.outcome = 'approved' AND a.decided_at >= now64(3) - toIntervalDay({days:UInt32})
GROUP BY approver, kind
ORDER BY decisions DESC, approver
LIMIT 100;
