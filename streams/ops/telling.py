"""Telling: each record as one sentence for a person, with who it is about and the lines that belong to it."""

from dataclasses import dataclass

from streams.core.command import Action, Command
from streams.core.evidence import Approval, Change, Consent, Context, Outcome, Prompt, Scope, ToolCall
from streams.core.parties import Approver, Assurance, Authority, Entitlement, Kind
from streams.core.time import Millis, span, utc
from streams.core.verdict import Verdict

QUOTE_MAX = 280
"""Characters of somebody's text on the screen; the whole of it is in the record."""

KINDS = {
    Kind.HUMAN: "human",
    Kind.AI_AGENT: "AI agent",
    Kind.SERVICE: "service",
    Kind.SYSTEM: "system",
    Kind.UNKNOWN: "unknown kind",
}

DONE = {
    "grant": "granted", "revoke": "revoked", "elevate": "gave", "create": "created", "enable": "enabled",
    "disable": "disabled", "delete": "deleted", "certify": "certified", "exception": "made the exception",
    "role-change": "changed the role", "secret-read": "read the secret", "secret-rotate": "rotated the secret",
    "token-issue": "issued a token",
}  # fmt: skip
JOINTS = {"grant": "to", "elevate": "to", "revoke": "from"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a record says: a word for what happened, a sentence, and lines that belong to it."""

    word: str
    says: str
    lines: tuple[str, ...] = ()


def happened_at(part: Prompt | Context | Approval | Change | Outcome | Verdict | Command) -> Millis:
    """Find the moment at which a part of a story belongs (ms since 1970, UTC)."""
    match part:
        case Approval():
            return part.decided_at
        case Change():
            return part.executed_at
        case Outcome():
            return part.completed_at
        case Verdict():
            return part.judged_at
        case Command():
            return part.issued_at
        case _:
            return part.occurred_at


def tell(part: Prompt | Context | Approval | Change | Outcome | Verdict | Command) -> Told:
    """Put a record into words."""
    match part:
        case Prompt():
            return _prompt(part)
        case Context():
            return _context(part)
        case Approval():
            return _approval(part)
        case Change():
            return _change(part)
        case Outcome():
            detail = f": {quoted(part.detail)}" if part.detail else ""
            return Told(word="outcome", says=f"{part.responder} reports {part.status.value}{detail}")
        case Verdict():
            return _verdict(part)
        case Command():
            return _command(part)


def _prompt(prompt: Prompt) -> Told:
    agent = f"AI agent {prompt.agent_id}"
    who = f"{prompt.on_behalf_of} asked {agent}" if prompt.on_behalf_of else f"{agent} was asked"
    model = f" ({prompt.model})" if prompt.model else ""
    aim = f", to {prompt.authority.value}" if prompt.authority is not Authority.NONE else ""
    lines = [quoted(prompt.text)] if prompt.text else []
    if prompt.rationale:
        lines.append(f"its reason: {quoted(prompt.rationale)}")
    lines += [_tool_call(call) for call in prompt.tool_calls]
    return Told(word="asked", says=f"{who}{model}{aim}", lines=tuple(lines))


def _tool_call(call: ToolCall) -> str:
    about = " for ".join(part for part in (call.entitlement, call.subject) if part)
    return f"it wants {call.name}" + (f": {about}" if about else "")


def _context(context: Context) -> Told:
    where = f" {context.uri}" if context.uri else f" {context.context_id}"
    kind = context.kind.value.replace("_", " ")
    says = (
        f"the model was shown {'an' if context.trust.value[0] in 'aeiou' else 'a'} {context.trust.value} {kind}:{where}"
    )
    return Told(word="shown", says=says, lines=(quoted(context.excerpt),) if context.excerpt else ())


def _approval(approval: Approval) -> Told:
    verbs = {
        Consent.APPROVED: "approved",
        Consent.DENIED: "refused",
        Consent.WITHDRAWN: "withdrew the approval of",
        Consent.EXPIRED: "let lapse",
    }
    says = f"{_approver(approval.approver)} {verbs[approval.outcome]} {_scope(approval.scope)}"
    notes = [f"asked by {approval.requester}"] if approval.requester else []
    notes += [f"identity {approval.assurance.value}"] if approval.assurance is not Assurance.NONE else []
    notes += [f"valid until {utc(approval.valid_until)}"] if approval.valid_until is not None else []
    notes += [approval.ticket] if approval.ticket else []
    word = "approved" if approval.outcome is Consent.APPROVED else approval.outcome.value
    return Told(word=word, says=says, lines=(" · ".join(notes),) if notes else ())


def _approver(approver: Approver) -> str:
    roles = ", ".join(approver.roles)
    return f"{approver.id} ({KINDS[approver.kind]}{', as ' + roles if roles else ''})"


def _scope(scope: Scope) -> str:
    what = ", ".join(scope.entitlements)
    words = [scope.operation or "", what, f"for {scope.subject}" if scope.subject else ""]
    limit = [f"for at most {span(scope.max_duration_ms)}"] if scope.max_duration_ms is not None else []
    exact = ["exactly as described (digest)"] if scope.action_digest is not None else []
    return " ".join(word for word in (*words, *limit, *exact) if word) or "something that it does not name"


def _change(change: Change) -> Told:
    actor = change.actor
    behalf = f", for {actor.on_behalf_of}," if actor.on_behalf_of else ""
    what = ", ".join(_entitlement(e) for e in change.entitlements)
    whom = f"{change.subject.id} ({KINDS[change.subject.kind]})"
    notes = [change.process] if change.process else []
    notes += [f"until {utc(change.grant_expires_at)}"] if change.grant_expires_at is not None else []
    notes += [change.result.value, f"via {change.source}"]
    notes += ["BREAK GLASS"] if change.break_glass else []
    done = _action(DONE.get(change.operation, f"did {change.operation} of"), change.operation, what, whom)
    return Told(
        word="changed",
        says=f"{actor.id} ({KINDS[actor.kind]}){behalf} {done}",
        lines=(" · ".join(notes),),
    )


def _action(verb: str, operation: str, what: str, whom: str) -> str:
    """Say what is done to whom: `granted Domain Admins to svc-ci`."""
    return f"{verb} {what} {JOINTS.get(operation, 'for')} {whom}" if what else f"{verb} {whom}"


def _entitlement(entitlement: Entitlement) -> str:
    notes = [n for n in (entitlement.application, entitlement.environment) if n]
    notes += ["privileged"] if entitlement.privileged else []
    return f"{entitlement.id} ({', '.join(notes)})" if notes else entitlement.id


def _verdict(verdict: Verdict) -> Told:
    again = f" (version {verdict.version}, in place of version {verdict.version - 1})" if verdict.version > 1 else ""
    law = f"policy {verdict.policy_version}, {verdict.mode.value}"
    return Told(
        word="verdict",
        says=f"{verdict.judgement.value.upper()}{again}, under {law}",
        lines=(*(f"{f.severity.value} {f.code}: {f.message}" for f in verdict.findings), *verdict.reasons),
    )


def _command(command: Command) -> Told:
    if command.action is Action.SUSPEND_AGENT:
        return Told(word="command", says=f"suspend agent {command.target}", lines=(command.command_id,))
    what = ", ".join(e.id for e in command.entitlements)
    says = _action(command.operation, command.operation, what, command.subject.id)
    again = "reinstate: " if command.action is Action.REINSTATE else ""
    where = " ".join(part for part in (command.source, command.rollback_reference) if part)
    return Told(word="command", says=f"{again}{says}{f' ({where})' if where else ''}", lines=(command.command_id,))


def quoted(text: str) -> str:
    """Quote somebody's text on one line, cut where it gets long."""
    one_line = " ".join(text.split())
    return f"“{one_line if len(one_line) <= QUOTE_MAX else one_line[: QUOTE_MAX - 1] + '…'}”"
