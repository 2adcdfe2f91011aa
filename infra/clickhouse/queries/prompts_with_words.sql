-- The prompts in which all of some words occur, in any order, newest first; words are letters and digits, case is no matter.
SELECT occurred_at, agent, on_behalf_of, leftUTF8(text, 300) AS beginning, decision_id, event_id
FROM prompts
WHERE tenant = {tenant:String} AND hasAllTokens(lower(text), lower({words:String}))
ORDER BY occurred_at DESC, event_id
LIMIT 200;
