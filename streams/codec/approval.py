"""Approvals and refusals, to plain values and back."""

from typing import Any

from streams.codec.bounds import DURATION_MS_MAX, LATEST_END
from streams.codec.fact import FACT, fact_from, fact_to_plain
from streams.codec.fields import Fields, members
from streams.codec.parties import APPROVER, ASSURANCES, approver_from, approver_to_plain
from streams.core.evidence import Approval, Consent, Scope
from streams.core.parties import Assurance

APPROVAL = FACT | {
    "approval_id", "approver", "requester", "outcome", "scope", "decided_at", "valid_until", "assurance", "method",
    "ticket",
}  # fmt: skip
SCOPE = frozenset({"operation", "subject", "entitlements", "max_duration_ms", "action_digest"})
CONSENTS = members(Consent)


def to_plain(approval: Approval) -> dict[str, Any]:
    """Write an approval."""
    scope = approval.scope
    return fact_to_plain(approval) | {
        "approval_id": approval.approval_id,
        "approver": approver_to_plain(approval.approver),
        "requester": approval.requester,
        "outcome": str(approval.outcome),
        "scope": {
            "operation": scope.operation,
            "subject": scope.subject,
            "entitlements": list(scope.entitlements),
            "max_duration_ms": scope.max_duration_ms,
            "action_digest": scope.action_digest,
        },
        "decided_at": approval.decided_at,
        "valid_until": approval.valid_until,
        "assurance": str(approval.assurance),
        "method": approval.method,
        "ticket": approval.ticket,
    }


def from_plain(plain: Any) -> Approval:
    """Read an approval."""
    fields = Fields(plain, "approval", APPROVAL)
    return Approval(
        **fact_from(fields),
        approval_id=fields.id("approval_id"),
        approver=approver_from(fields.inner("approver", APPROVER)),
        requester=fields.optional("requester"),
        outcome=fields.choice("outcome", CONSENTS),
        scope=_scope(fields.inner("scope", SCOPE)),
        decided_at=fields.instant("decided_at"),
        valid_until=fields.optional_instant("valid_until", LATEST_END),
        assurance=fields.choice("assurance", ASSURANCES, Assurance.NONE),
        method=fields.text("method"),
        ticket=fields.text("ticket"),
    )


def _scope(fields: Fields) -> Scope:
    return Scope(
        operation=fields.optional("operation"),
        subject=fields.optional("subject"),
        entitlements=fields.texts("entitlements"),
        max_duration_ms=fields.count("max_duration_ms", 0, DURATION_MS_MAX) if fields.has("max_duration_ms") else None,
        action_digest=fields.optional("action_digest"),
    )
