"""The catalogue of violations: every rule, in the order in which findings are reported."""

from streams.core.finding import Rule
from streams.core.rules import (
    agent_unregistered,
    approval_after_execution,
    approval_expired,
    approval_missing,
    approval_scope_mismatch,
    approver_not_human,
    approver_unverified,
    authority_exceeded,
    executed_after_denial,
    no_expiry,
    quorum_not_met,
    self_approval,
    unexplained_action,
)

RULES: tuple[Rule, ...] = (
    approval_missing.RULE,
    executed_after_denial.RULE,
    approver_not_human.RULE,
    approver_unverified.RULE,
    self_approval.RULE,
    approval_after_execution.RULE,
    approval_expired.RULE,
    approval_scope_mismatch.RULE,
    quorum_not_met.RULE,
    authority_exceeded.RULE,
    agent_unregistered.RULE,
    unexplained_action.RULE,
    no_expiry.RULE,
)
