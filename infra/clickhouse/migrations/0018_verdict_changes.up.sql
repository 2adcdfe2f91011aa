-- The decisions whose verdict changed after it was pronounced: what was said, in order, and when.
CREATE VIEW IF NOT EXISTS verdict_changes AS
SELECT
    tenant,
    decision_id,
    arraySort(groupArray((version, judged_at, judgement, codes))) AS history,
    arrayMap(said -> said.3, history) AS judgements,
    length(arrayDistinct(judgements)) > 1 AS changed_its_mind,
    judgements[1] AS first_judgement,
    judgements[-1] AS judgement,
    count() AS versions,
    min(judged_at) AS first_judged_at,
    max(judged_at) AS last_judged_at
FROM verdicts FINAL
GROUP BY tenant, decision_id
HAVING versions > 1;
