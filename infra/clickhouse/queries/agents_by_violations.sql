-- Which AI agents fall short most, in what, who answers for them, and whether they may still act.
SELECT found.agent AS agent, r.owner AS owner, r.status AS status, found.findings AS findings, found.decisions AS decisions,
       found.worst AS worst, found.codes AS codes, found.last_at AS last_at
FROM
(
    SELECT tenant, if(agent != '', agent, actor) AS agent, count() AS findings, uniqExact(decision_id) AS decisions,
           max(severity) AS worst, arraySort(groupUniqArray(toString(code))) AS codes, max(judged_at) AS last_at
    FROM violations
    WHERE tenant = {tenant:String} AND (agent != '' OR actor_kind = 'ai_agent')
        AND judged_at >= now64(3) - toIntervalDay({days:UInt32})
    GROUP BY tenant, agent
) AS found
LEFT JOIN agent_registry AS r ON r.tenant = found.tenant AND r.agent_id = found.agent
ORDER BY worst DESC, findings DESC, agent
LIMIT 100;
