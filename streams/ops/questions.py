"""Questions: what an analyst asks first, as SQL over the views of the ledger."""

from dataclasses import dataclass, field
from typing import Any

from streams.core.ids import DEFAULT_TENANT
from streams.ops.sql import Answer, ask
from streams.settings import Settings

UNAPPROVED = """
SELECT
    found.decision_id AS decision,
    concat(any(found.operation), ' ', any(found.resource)) AS what,
    any(found.subject) AS whose,
    if(any(asked.agent) = '', any(found.actor), any(asked.agent)) AS ai,
    if(any(registered.owner) = '', 'nobody', any(registered.owner)) AS answers_for_it,
    arrayStringConcat(arraySort(groupUniqArray(found.code)), ', ') AS why
FROM violations AS found
LEFT JOIN
(
    SELECT tenant, decision_id, any(agent) AS agent FROM evidence FINAL
    WHERE kind = 'prompt' GROUP BY tenant, decision_id
) AS asked ON asked.tenant = found.tenant AND asked.decision_id = found.decision_id
LEFT JOIN agent_registry AS registered
    ON registered.tenant = found.tenant AND registered.agent_id = if(asked.agent = '', found.actor, asked.agent)
WHERE found.tenant = {tenant:String}
  AND found.code IN (
      'APPROVAL_MISSING', 'EXECUTED_AFTER_DENIAL', 'APPROVER_NOT_HUMAN', 'APPROVER_UNVERIFIED', 'SELF_APPROVAL',
      'APPROVAL_AFTER_EXECUTION', 'APPROVAL_EXPIRED', 'APPROVAL_SCOPE_MISMATCH', 'QUORUM_NOT_MET')
GROUP BY found.tenant, found.decision_id
ORDER BY max(found.severity) DESC, decision
"""

UNCONFIRMED = """
SELECT
    decision_id AS decision, issued_at, action, operation,
    if(action = 'suspend-agent', target, concat(subject, ': ', arrayStringConcat(entitlements, ', '))) AS what, status
FROM open_revocations
WHERE tenant = {tenant:String}
ORDER BY issued_at, decision, command_id
"""

CHAIN = """
SELECT at, what, sentence
FROM decision_chain
WHERE tenant = {tenant:String} AND decision_id = {decision:String}
ORDER BY position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and how to ask ClickHouse."""

    text: str
    sql: str
    params: dict[str, Any] = field(default_factory=dict)

    def ask(self, settings: Settings) -> Answer:
        """Put the question to ClickHouse.

        Raises:
            NotThere: it does not answer.
            NotFine: it does not take the statement.
        """
        return ask(self.sql, settings, params={"tenant": DEFAULT_TENANT, **self.params})


def first_questions(decision: str) -> tuple[Question, ...]:
    """The three that come first; the third is about one decision."""
    return (
        Question(
            text="What did AI change without a valid approval, and who answers for that agent?", sql=UNAPPROVED.strip()
        ),
        Question(text="Which revocations are not confirmed?", sql=UNCONFIRMED.strip()),
        Question(
            text=f"What exactly happened in decision {decision}?", sql=CHAIN.strip(), params={"decision": decision}
        ),
    )
