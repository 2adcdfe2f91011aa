-- The whole story of a decision in order: evidence, verdicts, commands and outcomes, each as a sentence.
-- Filter by tenant and decision_id: both reach the primary keys underneath.
CREATE VIEW IF NOT EXISTS decision_chain AS
SELECT
    tenant,
    decision_id,
    row_number() OVER (PARTITION BY tenant, decision_id ORDER BY at, place, id) AS position,
    at,
    what,
    actor,
    action,
    subject,
    resource,
    status,
    sentence,
    id
FROM
(
    SELECT
        tenant, decision_id, occurred_at AS at,
        transform(kind, ['prompt', 'context', 'approval', 'change', 'outcome'], [1, 2, 3, 4, 7], 0) AS place,
        toString(kind) AS what, actor, toString(action) AS action, subject, resource, toString(status) AS status,
        multiIf(
            kind = 'prompt',
            concat(if(actor = agent, concat('Prompted ', agent), concat(actor, ' asked ', agent)), if(body = '', '.', concat(': ', leftUTF8(body, 300)))),
            kind = 'context',
            concat('The model was shown ', action, if(resource = '', '', concat(' ', resource)), ' (', status, ').'),
            kind = 'approval',
            concat(actor, ' (', actor_kind, ') ',
                   transform(toString(status), ['withdrawn', 'expired'], ['withdrew the consent to', 'let lapse the consent to'], toString(status)), ' ',
                   if(action = '' AND resource = '' AND subject = '', 'what was asked', concat(
                       if(action = '', 'the change', toString(action)), if(resource = '', '', concat(' of ', resource)),
                       if(subject = '', '', concat(' for ', subject)))), '.'),
            kind = 'change',
            concat(actor, ' (', actor_kind, ') ',
                   transform(toString(action), ['grant', 'revoke', 'elevate', 'create', 'enable', 'disable', 'delete', 'certify'],
                             ['granted', 'revoked', 'elevated', 'created', 'enabled', 'disabled', 'deleted', 'certified'],
                             concat('did ', action)),
                   if(resource = '', '', concat(' ', resource)), if(privileged, ' (privileged)', ''), ' for ', subject, ': ',
                   status, '.'),
            kind = 'outcome',
            concat(actor, ' reported ', status, ' for ', resource, if(body = '', '.', concat(': ', leftUTF8(body, 300)))),
            kind
        ) AS sentence,
        event_id AS id
    FROM evidence FINAL
    SETTINGS do_not_merge_across_partitions_select_final = 1
    UNION ALL
    SELECT
        tenant, decision_id, judged_at, 5, concat('verdict ', toString(version)), '', toString(response), '',
        arrayStringConcat(changes, ', '), toString(judgement),
        concat(
            'Verdict ', toString(version), ': ', judgement, '.',
            if(empty(`findings.message`), '', concat(' ', arrayStringConcat(`findings.message`, ' '))),
            if(empty(reasons), '', concat(' Because ', arrayStringConcat(reasons, '; '), '.'))
        ),
        verdict_id
    FROM verdicts FINAL
    UNION ALL
    SELECT
        tenant, decision_id, issued_at, 6, 'command', '', toString(action), subject, arrayStringConcat(entitlements, ', '), 'ordered',
        concat(
            if(action = 'suspend-agent', concat('Ordered the suspension of agent ', target), concat(
                'Ordered ', operation, if(empty(entitlements), '', concat(' of ', arrayStringConcat(entitlements, ', '))),
                ' for ', subject, ', to ', if(action = 'reinstate', 'put back', 'take back'), ' change ', target)),
            ': ', reason
        ),
        command_id
    FROM commands FINAL
);
