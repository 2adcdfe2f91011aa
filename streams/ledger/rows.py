"""Rows: what one record becomes in ClickHouse. Pure: the same record at the same place is always the same rows."""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from streams.codec.quarantined import Quarantined
from streams.codec.records import Record
from streams.codec.uncorrelated import Uncorrelated
from streams.core.command import Command
from streams.core.evidence import Approval, Change, Context, Outcome, Prompt
from streams.core.finding import Finding, Severity
from streams.core.parties import Kind
from streams.core.registry import Agent
from streams.core.time import EARLIEST, Millis
from streams.core.verdict import Verdict
from streams.ledger.canonical import canonical
from streams.ledger.tables import (
    AGENTS,
    COMMANDS,
    CURRENT_VERDICTS,
    EVIDENCE,
    FINDINGS,
    QUARANTINE,
    UNCORRELATED,
    VERDICTS,
    Table,
)

Row = tuple[Any, ...]
"""The values of `Table.all_columns`; times as ms since 1970 (UTC)."""

Spread = tuple[tuple[Table, Row], ...]
"""What one record becomes."""

LATEST = Millis(10_413_791_999_999)
"""The end of 2299, the last millisecond that DateTime64 can hold. `attrs` keeps what lies beyond."""

STAGE = "ledger"
"""How the ledger signs what it quarantines itself."""


class Position(NamedTuple):
    """Where in Kafka a record lies; `topic` is its name on the cluster."""

    topic: str
    partition: int
    offset: int


def rows_of(record: Record, position: Position) -> Spread:
    """Spread a record over the tables: one row each, and one more per finding of a verdict."""
    attrs = canonical(record)
    return SPREAD[type(record)](record, attrs, sha256(attrs).hexdigest(), position)


def unreadable(
    position: Position, *, key: bytes | None, value: bytes | None, reason: str, published_at: int
) -> tuple[Table, Row]:
    """Make the row of a record that the ledger itself could not read, with all of its bytes.

    `published_at`: Kafka's timestamp of the record (ms since 1970, UTC), so that a replay gives the same row.
    """
    original = value or b""
    return QUARANTINE, (
        *position, STAGE, sha256(original).hexdigest(), _within(published_at), reason, key or b"", original,
        len(original), *position,
    )  # fmt: skip


def _within(at: int) -> int:
    """Keep an instant inside what a partition can be made of. A client may stamp a Kafka record with any number."""
    return at if EARLIEST <= at <= LATEST else min(max(at, EARLIEST), LATEST)


def _prompt(prompt: Prompt, attrs: bytes, digest: str, place: Position) -> Spread:
    row = (
        prompt.tenant, prompt.decision_id, "prompt", prompt.event_id, digest, prompt.event_id,
        _within(prompt.occurred_at), prompt.source, prompt.on_behalf_of or prompt.agent_id,
        "" if prompt.on_behalf_of else Kind.AI_AGENT.value, prompt.agent_id, prompt.authority.value,
        _listed(call.subject for call in prompt.tool_calls), _listed(call.entitlement for call in prompt.tool_calls),
        "", False, prompt.trace_id or "", prompt.text, attrs, *place,
    )  # fmt: skip
    return ((EVIDENCE, row),)


def _context(context: Context, attrs: bytes, digest: str, place: Position) -> Spread:
    row = (
        context.tenant, context.decision_id, "context", context.event_id, digest, context.context_id,
        _within(context.occurred_at), context.source, "", "", "", context.kind.value, "", context.uri,
        context.trust.value, False, context.trace_id or "", context.excerpt, attrs, *place,
    )  # fmt: skip
    return ((EVIDENCE, row),)


def _approval(approval: Approval, attrs: bytes, digest: str, place: Position) -> Spread:
    approver, scope = approval.approver, approval.scope
    row = (
        approval.tenant, approval.decision_id, "approval", approval.event_id, digest, approval.approval_id,
        _within(approval.occurred_at), approval.source, approver.id, approver.kind.value,
        approver.id if approver.kind is Kind.AI_AGENT else "", scope.operation or "", scope.subject or "",
        ", ".join(scope.entitlements), approval.outcome.value, False, approval.trace_id or "", "", attrs, *place,
    )  # fmt: skip
    return ((EVIDENCE, row),)


def _change(change: Change, attrs: bytes, digest: str, place: Position) -> Spread:
    actor = change.actor
    row = (
        change.tenant, change.decision_id, "change", change.event_id, digest, change.change_id,
        _within(change.occurred_at), change.source, actor.id, actor.kind.value,
        actor.id if actor.kind is Kind.AI_AGENT else "", change.operation, change.subject.id,
        ", ".join(e.id for e in change.entitlements), change.result.value,
        any(e.privileged for e in change.entitlements), change.trace_id or "", "", attrs, *place,
    )  # fmt: skip
    return ((EVIDENCE, row),)


def _outcome(outcome: Outcome, attrs: bytes, digest: str, place: Position) -> Spread:
    row = (
        outcome.tenant, outcome.decision_id, "outcome", outcome.event_id, digest, outcome.command_id,
        _within(outcome.occurred_at), outcome.source, outcome.responder, "", "", "", "", outcome.command_id,
        outcome.status.value, False, outcome.trace_id or "", outcome.detail, attrs, *place,
    )  # fmt: skip
    return ((EVIDENCE, row),)


def _agent(agent: Agent, attrs: bytes, digest: str, place: Position) -> Spread:
    owner = agent.owner
    row = (
        agent.tenant, agent.agent_id, agent.event_id, digest, _within(agent.occurred_at), _within(agent.registered_at),
        agent.source, owner.id if owner else "", owner.kind.value if owner else "", agent.status.value,
        {name: granted.value for name, granted in agent.authority}, list(agent.environments), attrs, *place,
    )  # fmt: skip
    return ((AGENTS, row),)


def _verdict(verdict: Verdict, attrs: bytes, _digest: str, place: Position) -> Spread:
    findings = verdict.findings
    values: Row = (
        verdict.tenant, verdict.decision_id, verdict.version, verdict.verdict_id, verdict.supersedes or "",
        _within(verdict.judged_at), verdict.judgement.value, _worst(findings), verdict.response.value,
        verdict.mode.value, sorted({f.code for f in findings}), list(verdict.reasons), list(verdict.changes),
        list(verdict.classes), [f.finding_id for f in findings], [f.code for f in findings],
        [f.severity.value for f in findings], [f.response.value for f in findings], [f.change_id for f in findings],
        [f.agent_id or "" for f in findings], [f.message for f in findings], verdict.policy_version,
        verdict.policy_digest,
    )  # fmt: skip
    found = (_finding(verdict, finding, place) for finding in findings)
    return (
        (VERDICTS, (*values, attrs, *place)),
        (CURRENT_VERDICTS, (*values, *place)),
        *((FINDINGS, row) for row in found),
    )


def _finding(verdict: Verdict, found: Finding, place: Position) -> Row:
    return (
        verdict.tenant, verdict.decision_id, verdict.version, verdict.verdict_id, found.finding_id,
        _within(verdict.judged_at), found.code, found.severity.value, found.response.value, verdict.mode.value,
        found.change_id, found.agent_id or "", found.message, list(found.cites), *place,
    )  # fmt: skip


def _command(command: Command, attrs: bytes, _digest: str, place: Position) -> Spread:
    row = (
        command.tenant, command.decision_id, command.command_id, command.verdict_id, command.change_id,
        _within(command.issued_at), command.action.value, command.target, command.ordinal, command.operation,
        command.subject.id, command.subject.kind.value, [e.id for e in command.entitlements], command.source,
        command.rollback_reference, command.reason, command.compensates or "", attrs, *place,
    )  # fmt: skip
    return ((COMMANDS, row),)


def _quarantined(quarantined: Quarantined, _attrs: bytes, _digest: str, place: Position) -> Spread:
    row = (
        quarantined.topic, quarantined.partition, quarantined.offset, quarantined.stage, quarantined.sha256,
        _within(quarantined.quarantined_at), quarantined.reason, quarantined.key or b"", quarantined.value,
        quarantined.original_size, *place,
    )  # fmt: skip
    return ((QUARANTINE, row),)


def _uncorrelated(uncorrelated: Uncorrelated, attrs: bytes, digest: str, place: Position) -> Spread:
    row = (
        uncorrelated.tenant, uncorrelated.actor_id, uncorrelated.kind, uncorrelated.event_id, digest,
        _within(uncorrelated.occurred_at), uncorrelated.source, attrs, *place,
    )  # fmt: skip
    return ((UNCORRELATED, row),)


def _worst(findings: tuple[Finding, ...]) -> str:
    order = tuple(Severity)
    return max((f.severity for f in findings), key=order.index).value if findings else "none"


def _listed(names: Iterable[str | None]) -> str:
    """List names for a reader: each once, in order, without those that nobody gave."""
    return ", ".join(dict.fromkeys(name for name in names if name))


SPREAD: Mapping[type[Any], Callable[[Any, bytes, str, Position], Spread]] = {
    Prompt: _prompt,
    Context: _context,
    Approval: _approval,
    Change: _change,
    Outcome: _outcome,
    Agent: _agent,
    Verdict: _verdict,
    Command: _command,
    Quarantined: _quarantined,
    Uncorrelated: _uncorrelated,
}
"""How each record is spread. A test holds it against the codec's table of records."""
