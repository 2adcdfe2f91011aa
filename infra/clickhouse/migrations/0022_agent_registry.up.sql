-- The registry as it stands: the newest entry of every AI agent.
CREATE VIEW IF NOT EXISTS agent_registry AS
SELECT
    tenant,
    agent_id,
    entry.1 AS since,
    entry.2 AS registered_at,
    entry.3 AS owner,
    entry.4 AS owner_kind,
    entry.5 AS status,
    entry.6 AS authority,
    entry.7 AS environments,
    entry.8 AS source
FROM
(
    SELECT
        tenant,
        agent_id,
        argMax(
            (occurred_at, registered_at, owner, owner_kind, status, authority, environments, source),
            (occurred_at, event_id, digest)
        ) AS entry
    FROM agents FINAL
    GROUP BY tenant, agent_id
);
