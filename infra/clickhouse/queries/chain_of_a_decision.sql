-- The whole story of one decision, in order: what was asked, shown, agreed, done, judged, ordered and reported.
SELECT position, at, what, actor, action, subject, resource, status, sentence, id
FROM decision_chain
WHERE tenant = {tenant:String} AND decision_id = {decision_id:String}
ORDER BY position;
