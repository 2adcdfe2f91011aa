"""Changes: a call to AWS and what its name means, made into changes. Values of secrets are never read."""

from collections.abc import Iterator

from streams.adapters.base import Adapted, canonical, content_digest, numbered
from streams.adapters.cloudtrail.call import Call
from streams.adapters.cloudtrail.events import Mapped, Named
from streams.adapters.cloudtrail.power import denies_only, document_is_privileged, only_takes_away, policy_is_privileged
from streams.adapters.names import sounds_privileged
from streams.core.evidence import Change, Result, Rollback
from streams.core.ids import ChangeId, DecisionId
from streams.core.parties import Entitlement, Kind, Subject
from streams.core.time import SECOND_MS, Millis

KINDS = {"user": Kind.UNKNOWN, "role": Kind.SERVICE, "service-linked-role": Kind.SERVICE}
"""What an IAM resource is; an IAM user may be a person or a program."""

STATUSES = {"Active": "enable", "Inactive": "disable"}

FILTER_CHARS_MAX = 200
"""Characters of a filter that stands for the secrets it finds; a longer one is named by its digest."""

DURATION_S_MAX = 129_600
"""36 hours: the longest that AWS issues a session for."""


def changes(call: Call, mapped: Mapped) -> Adapted:
    """Make one change of a call, or one for each item where it names several.

    Raises:
        Unrecognised: the call does not say whose access it changed, or what it gave.
    """
    subject = _subject(call, mapped)
    held = _held(call, mapped)
    if subject is None or (not held and (mapped.held or mapped.each)):
        if call.result is Result.FAILED:
            return Adapted(ignored="an attempt that failed before it named what it was about")
        missing = mapped.held if subject is not None else mapped.whose
        call.asked.refuse(" or ".join(n.parameter for n in missing) or mapped.each, f"is missing in {call.name}")
    parts = [(entitlement,) for entitlement in held] if mapped.each else [held]
    return Adapted(
        evidence=tuple(
            _change(call, mapped, subject, entitlements, place, len(parts)) for place, entitlements in enumerate(parts)
        )
    )


def _change(
    call: Call, mapped: Mapped, subject: Subject, entitlements: tuple[Entitlement, ...], place: int, count: int
) -> Change:
    event = numbered(call.event_id, place, count)
    reference = _reference(call, mapped)
    return Change(
        tenant=call.tenant,
        event_id=event,
        decision_id=call.declared.decision_id or DecisionId(call.event_id),
        source=call.node.source,
        occurred_at=call.at,
        trace_id=call.declared.trace_id,
        change_id=ChangeId(event),
        operation=_operation(call, mapped, entitlements),
        process=mapped.process,
        actor=call.actor,
        subject=subject,
        entitlements=entitlements,
        executed_at=call.at,
        grant_expires_at=_ends_at(call, mapped),
        rollback=Rollback(operation="revoke", reference=reference) if reference else None,
        result=call.result,
        command_id=call.declared.command_id,
    )


def _operation(call: Call, mapped: Mapped, entitlements: tuple[Entitlement, ...]) -> str:
    """Name the operation. A grant of nothing but denials takes away, and its inverse would give: that is `restrict`."""
    if mapped.by_status:
        status = call.asked.text("status")
        return STATUSES[status] if status in STATUSES else call.asked.refuse("status", "must be Active or Inactive")
    quarantine = bool(entitlements) and all(only_takes_away(e.id) for e in entitlements)
    if mapped.operation == "grant" and (quarantine or denies_only(call.asked.plain.get(mapped.document))):
        return "restrict"
    return "grant" if mapped.operation == "revoke" and quarantine else mapped.operation


def _subject(call: Call, mapped: Mapped) -> Subject | None:
    if mapped.account_wide:
        return Subject(id=f"arn:{call.partition}:iam::{call.account}:root" if call.account else "aws")
    for named in mapped.whose:
        name = call.asked.optional(named.parameter)
        if name is not None:
            kind = KINDS.get(named.kind, Kind.UNKNOWN)
            if named.parameter == "principalId" and call.asked.optional("principalType") == "USER":
                kind = Kind.HUMAN
            return Subject(id=_named(call, named, name), kind=kind)
    own = not mapped.whose or mapped.or_own
    return Subject(id=call.actor.id, kind=call.actor.kind) if own else None


def _held(call: Call, mapped: Mapped) -> tuple[Entitlement, ...]:
    if mapped.each:
        secrets = call.asked.items(mapped.each)
        if any(not isinstance(secret, str) or not 0 < len(secret) <= 256 for secret in secrets):
            call.asked.refuse(mapped.each, "must be a list of names of secrets")
        filters = call.asked.items("filters")
        named = list(dict.fromkeys(secrets))
        if not named and filters:
            said = canonical(filters)
            named = [f"{mapped.implied}:{said if len(said) <= FILTER_CHARS_MAX else content_digest(said)}"]
        return tuple(Entitlement(id=secret, application=call.application) for secret in named)
    found = next(_first(call, mapped.held), None)
    if found is None and mapped.implied:
        found = mapped.implied
    if found is None:
        return ()
    application = call.application
    target = call.asked.optional("targetId") if call.name.endswith("AccountAssignment") else None
    if target is not None:
        application = f"aws:{target}"
    return (Entitlement(id=found, application=application, privileged=_privileged(call, mapped, found)),)


def _first(call: Call, held: tuple[Named, ...]) -> Iterator[str]:
    for named in held:
        name = call.asked.optional(named.parameter)
        if name is not None:
            yield _named(call, named, name)


def _named(call: Call, named: Named, name: str) -> str:
    full = call.arn(named.kind, name) if named.kind else named.prefix + name
    if len(full) > 256:
        call.asked.refuse(named.parameter, "is too long for a name of AWS")
    return full


def _privileged(call: Call, mapped: Mapped, held: str) -> bool:
    """Say whether what is held gives power over others' access, or belongs to the root user."""
    whose = call.asked.optional("userName") if mapped.or_own else None
    root = mapped.or_own and whose is None and call.actor.id.endswith(":root")
    if mapped.document:
        return mapped.privileged or document_is_privileged(call.asked.plain.get(mapped.document))
    if held.startswith("arn:") and ":policy/" in held:
        # what takes access away when attached gives it back when detached
        lifted = only_takes_away(held) and mapped.operation == "revoke"
        return mapped.privileged or lifted or policy_is_privileged(held)
    named = sounds_privileged(held.rpartition("/")[2]) if mapped.held and mapped.operation != "secret-read" else False
    return mapped.privileged or root or named


def _reference(call: Call, mapped: Mapped) -> str:
    node = call.answered
    for step in mapped.reference[:-1]:
        node = node.node(step)
    return (node.optional(mapped.reference[-1]) if mapped.reference else None) or ""


def _ends_at(call: Call, mapped: Mapped) -> Millis | None:
    """Say when an issued session ends: as asked for, else after the time that AWS documents as its default."""
    if mapped.lasts_s is None:
        return None
    asked = call.asked.plain.get("durationSeconds")
    if isinstance(asked, str) and asked.isascii() and asked.isdigit() and len(asked) < 8:
        asked = int(asked)
    if asked is None:
        asked = mapped.lasts_s
    if type(asked) is not int or not 0 < asked <= DURATION_S_MAX:
        call.asked.refuse("durationSeconds", f"must be a number of seconds up to {DURATION_S_MAX}")
    return Millis(call.at + asked * SECOND_MS)
