"""Revocation commands, to plain values and back."""

from typing import Any

from streams.codec.bounds import DETAIL_CHARS_MAX, LATEST_END
from streams.codec.fields import REQUIRED, Fields, members
from streams.codec.parties import (
    SUBJECT,
    entitlements_from,
    entitlements_to_plain,
    subject_from,
    subject_to_plain,
)
from streams.core.command import Action, Command
from streams.core.ids import DEFAULT_TENANT, ChangeId, CommandId, DecisionId, TenantId, VerdictId

REVOCATION = frozenset({
    "tenant", "decision_id", "command_id", "verdict_id", "change_id", "action", "target", "ordinal", "operation",
    "subject", "entitlements", "source", "rollback_reference", "reason", "compensates", "issued_at",
})  # fmt: skip
ACTIONS = members(Action)


def to_plain(command: Command) -> dict[str, Any]:
    """Write a command."""
    return {
        "tenant": command.tenant,
        "decision_id": command.decision_id,
        "command_id": command.command_id,
        "verdict_id": command.verdict_id,
        "change_id": command.change_id,
        "action": str(command.action),
        "target": command.target,
        "ordinal": command.ordinal,
        "operation": command.operation,
        "subject": subject_to_plain(command.subject),
        "entitlements": entitlements_to_plain(command.entitlements),
        "source": command.source,
        "rollback_reference": command.rollback_reference,
        "reason": command.reason,
        "compensates": command.compensates,
        "issued_at": command.issued_at,
    }


def from_plain(plain: Any) -> Command:
    """Read a command."""
    fields = Fields(plain, "revocation", REVOCATION)
    return Command(
        tenant=TenantId(fields.id("tenant", DEFAULT_TENANT)),
        decision_id=DecisionId(fields.id("decision_id")),
        command_id=CommandId(fields.id("command_id")),
        verdict_id=VerdictId(fields.id("verdict_id")),
        change_id=ChangeId(fields.id("change_id")),
        action=fields.choice("action", ACTIONS),
        target=fields.id("target"),
        ordinal=fields.count("ordinal", 1),
        operation=fields.text("operation", default=REQUIRED),
        subject=subject_from(fields.inner("subject", SUBJECT)),
        entitlements=entitlements_from(fields, "entitlements"),
        source=fields.text("source"),
        rollback_reference=fields.text("rollback_reference", DETAIL_CHARS_MAX),
        reason=fields.text("reason", DETAIL_CHARS_MAX, REQUIRED),
        compensates=CommandId(fields.id("compensates")) if fields.has("compensates") else None,
        issued_at=fields.instant("issued_at", LATEST_END),
    )
