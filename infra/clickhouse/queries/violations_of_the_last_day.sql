-- What is held against whom, newest first: who did what, to whose access, and why that was wrong. hours = 24 for the last day.
SELECT happened_at, actor, actor_kind, operation, subject, resource, severity, code, sentence, response, mode, decision_id
FROM violations
WHERE tenant = {tenant:String} AND judged_at >= now64(3) - toIntervalHour({hours:UInt32})
ORDER BY severity DESC, happened_at DESC, decision_id, code
LIMIT 1000;
