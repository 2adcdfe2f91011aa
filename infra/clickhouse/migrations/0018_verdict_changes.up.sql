-- The decisions whose verdict changed after it was pronounced: what was said, in order, and when.
CREATE VIEW IF NOT EXISTS verdict_changes AS
SELECT
    tenant,
    decision_id,
    length(history) AS versions,
    arrayMap(said -> said.3, history) AS judgements,
    judgements[1] AS first_judgement,
    judgements[-1] AS judgement,
    length(arrayDistinct(judgements)) > 1 AS changed_its_mind,
    history[1].2 AS first_judged_at,
    history[-1].2 AS last_judged_at,
    history
FROM
(
    SELECT tenant, decision_id, arraySort(groupArray((version, judged_at, judgement, codes))) AS history
    FROM verdicts FINAL
    GROUP BY tenant, decision_id
)
WHERE length(history) > 1;
