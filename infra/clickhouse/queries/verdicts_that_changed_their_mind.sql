-- The decisions that were judged one way and later another, with every judgement in order: what late evidence did.
SELECT decision_id, judgements, first_judgement, judgement, versions, first_judged_at, last_judged_at
FROM verdict_changes
WHERE tenant = {tenant:String} AND changed_its_mind
ORDER BY last_judged_at DESC, decision_id
LIMIT 1000;
