"""Changes, to plain values and back."""

from typing import Any

from streams.codec.bounds import DETAIL_CHARS_MAX, ID_CHARS_MAX
from streams.codec.fact import FACT, fact_from, fact_to_plain
from streams.codec.fields import Fields, members
from streams.codec.parties import (
    ACTOR,
    SUBJECT,
    actor_from,
    actor_to_plain,
    entitlements_from,
    entitlements_to_plain,
    subject_from,
    subject_to_plain,
)
from streams.core.evidence import Change, PolicyDecision, Result, Rollback
from streams.core.ids import ChangeId, CommandId

CHANGE = FACT | {
    "change_id", "operation", "process", "actor", "subject", "entitlements", "executed_at", "grant_expires_at",
    "rollback", "result", "policy_decision", "break_glass", "command_id",
}  # fmt: skip
ROLLBACK = frozenset({"operation", "reference"})
POLICY_DECISION = frozenset({"pdp", "verdict", "version", "decided_at"})
RESULTS = members(Result)


def to_plain(change: Change) -> dict[str, Any]:
    """Write a change."""
    rollback, decision = change.rollback, change.policy_decision
    return fact_to_plain(change) | {
        "change_id": change.change_id,
        "operation": change.operation,
        "process": change.process,
        "actor": actor_to_plain(change.actor),
        "subject": subject_to_plain(change.subject),
        "entitlements": entitlements_to_plain(change.entitlements),
        "executed_at": change.executed_at,
        "grant_expires_at": change.grant_expires_at,
        "rollback": {"operation": rollback.operation, "reference": rollback.reference} if rollback else None,
        "result": str(change.result),
        "policy_decision": _decision_to_plain(decision) if decision else None,
        "break_glass": change.break_glass,
        "command_id": change.command_id,
    }


def from_plain(plain: Any) -> Change:
    """Read a change."""
    fields = Fields(plain, "change", CHANGE)
    return Change(
        **fact_from(fields),
        change_id=ChangeId(fields.id("change_id")),
        operation=fields.id("operation"),
        process=fields.text("process"),
        actor=actor_from(fields.inner("actor", ACTOR)),
        subject=subject_from(fields.inner("subject", SUBJECT)),
        entitlements=entitlements_from(fields, "entitlements"),
        executed_at=fields.instant("executed_at"),
        grant_expires_at=fields.optional_instant("grant_expires_at"),
        rollback=_rollback(fields.inner("rollback", ROLLBACK)) if fields.has("rollback") else None,
        result=fields.choice("result", RESULTS, Result.UNKNOWN),
        policy_decision=_decision(fields.inner("policy_decision", POLICY_DECISION))
        if fields.has("policy_decision")
        else None,
        break_glass=fields.flag("break_glass"),
        command_id=CommandId(fields.id("command_id")) if fields.has("command_id") else None,
    )


def _rollback(fields: Fields) -> Rollback:
    return Rollback(operation=fields.id("operation"), reference=fields.text("reference", DETAIL_CHARS_MAX))


def _decision(fields: Fields) -> PolicyDecision:
    return PolicyDecision(
        pdp=fields.id("pdp"),
        verdict=fields.id("verdict"),
        version=fields.text("version", ID_CHARS_MAX),
        decided_at=fields.instant("decided_at"),
    )


def _decision_to_plain(decision: PolicyDecision) -> dict[str, Any]:
    return {
        "pdp": decision.pdp,
        "verdict": decision.verdict,
        "version": decision.version,
        "decided_at": decision.decided_at,
    }
