-- What could not be read, by topic and reason: whose records break, since when, and one to look at.
SELECT topic, stage, replaceRegexpAll(reason, '[0-9]+', '#') AS kind_of_reason, count() AS records,
       min(quarantined_at) AS first_at, max(quarantined_at) AS last_at,
       argMax(concat(topic, '/', toString(partition), '/', toString(offset)), quarantined_at) AS newest,
       argMax(reason, quarantined_at) AS newest_reason
FROM quarantined
WHERE quarantined_at >= now64(3) - toIntervalDay({days:UInt32})
GROUP BY topic, stage, kind_of_reason
ORDER BY records DESC, topic, stage, kind_of_reason
LIMIT 100;
