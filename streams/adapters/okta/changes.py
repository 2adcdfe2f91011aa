"""Changes: an event of the System Log and what its type means, made into changes."""

from streams.adapters.base import Adapted, numbered
from streams.adapters.names import sounds_privileged
from streams.adapters.okta.entry import Entry, Target
from streams.adapters.okta.events import ACTOR, APP, EVERYTHING_ELSE, ROLE, Mapped
from streams.core.evidence import Change, Result, Rollback
from streams.core.ids import ChangeId, DecisionId
from streams.core.parties import Entitlement, Kind, Subject

APPLICATION = "okta"
"""The application of what is held within Okta itself: groups, admin roles, passwords, tokens."""

SUBJECTS = {
    "user": Kind.HUMAN, "publicclientapp": Kind.SERVICE, "publicclientappentity": Kind.SERVICE,
    "oauth2client": Kind.SERVICE, "appinstance": Kind.SERVICE, "aiagent": Kind.AI_AGENT,
    "workloadprincipal": Kind.AI_AGENT,
}  # fmt: skip

UNNAMED_ROLE = "unnamed-privilege"
"""A grant of admin rights that does not say which: no approval names it, so none can cover it."""

DECISIONS = {"APPROVE": "certify", "REVOKE": "revoke"}
"""What a reviewer decided about an item of a campaign."""

UNDECIDED_ITEMS = {"DELEGATE": "a review item that was passed on", "NORESPONSE": "a review item that nobody decided"}


def changes(entry: Entry, mapped: Mapped) -> Adapted:
    """Make one change for each subject of an event.

    Raises:
        Unrecognised: the event does not say whose access it changed.
    """
    operation = mapped.operation
    if mapped.process == "certification":
        decided = _decision(entry)
        if decided in UNDECIDED_ITEMS:
            return Adapted(ignored=UNDECIDED_ITEMS[decided])
        operation = DECISIONS.get(decided, operation)
    subjects = _subjects(entry, mapped)
    missing = () if subjects else mapped.whose
    if subjects and mapped.held and not _entitlements(entry, mapped, subjects[0]):
        missing = mapped.held
    if missing:
        if entry.result is Result.FAILED:
            return Adapted(ignored="an attempt that failed before it named what it was about")
        entry.node.refuse("target", f"names no {' or '.join(missing)}, as {entry.type} must")
    return Adapted(
        evidence=tuple(
            _change(entry, mapped, operation, subject, place, len(subjects)) for place, subject in enumerate(subjects)
        )
    )


def _change(entry: Entry, mapped: Mapped, operation: str, subject: Subject, place: int, count: int) -> Change:
    event = numbered(entry.event_id, place, count)
    reference = entry.typed(mapped.reference)
    begun = mapped.ongoing and entry.result is Result.SUCCEEDED
    return Change(
        tenant=entry.tenant,
        event_id=event,
        decision_id=entry.declared.decision_id or DecisionId(entry.event_id),
        source=entry.node.source,
        occurred_at=entry.at,
        trace_id=entry.declared.trace_id,
        change_id=ChangeId(event),
        operation=operation,
        process=mapped.process,
        actor=entry.actor,
        subject=subject,
        entitlements=_entitlements(entry, mapped, subject),
        executed_at=entry.at,
        rollback=Rollback(operation="revoke", reference=reference[0].id) if reference else None,
        result=Result.UNKNOWN if begun else entry.result,
        command_id=entry.declared.command_id,
    )


def _subjects(entry: Entry, mapped: Mapped) -> tuple[Subject, ...]:
    if mapped.whose == ACTOR:
        return (Subject(id=entry.actor.id, kind=entry.actor.kind),)
    found = {target.id: SUBJECTS.get(target.type, Kind.UNKNOWN) for target in entry.typed(mapped.whose)}
    if not found and mapped.otherwise:
        found[mapped.otherwise] = Kind.UNKNOWN
    return tuple(Subject(id=id_, kind=kind) for id_, kind in found.items())


def _entitlements(entry: Entry, mapped: Mapped, subject: Subject) -> tuple[Entitlement, ...]:
    if mapped.roles:
        return tuple(_implied(role, privileged=True) for role in roles(entry))
    if mapped.held == EVERYTHING_ELSE:
        held = tuple(t for t in entry.targets if t.id not in {subject.id, entry.actor.id} and t.type != "appuser")
    else:
        held = tuple(target for target in entry.targets if target.type in mapped.held)
    named = {target.id: _held(target, mapped) for target in held if target.id != subject.id}
    if mapped.operation == "secret-read" and entry.typed(("appuser",)):
        # an application holds a password for each of its users; whose was read is what matters
        whose = entry.typed(("user", "appuser"))[0].id
        named = {id_: Entitlement(id=f"{id_}/{whose}", application=e.application) for id_, e in named.items()}
    if named:
        return tuple(named.values())
    return (_implied(mapped.implied, privileged=mapped.privileged),) if mapped.implied else ()


def _held(target: Target, mapped: Mapped) -> Entitlement:
    application = target.name[:256] if target.type in APP and target.name else APPLICATION
    return Entitlement(
        id=target.id, application=application, privileged=mapped.privileged or sounds_privileged(target.name)
    )


def _implied(name: str, *, privileged: bool) -> Entitlement:
    return Entitlement(id=name, application=APPLICATION, privileged=privileged)


def roles(entry: Entry) -> tuple[str, ...]:
    """List the admin roles that an event grants or revokes.

    They stand in a text, separated by commas; some roles have commas of their own, in brackets.
    """
    text = entry.debug.optional("privilegeGranted", limit=None) or entry.debug.optional("privilegeRevoked", limit=None)
    names, depth, name = [], 0, ""
    for letter in f"{text or ''},":
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth <= 0:
            names.append(name.strip())
            name = ""
        else:
            name += letter
    found = dict.fromkeys(n for n in (*names, name.rstrip(",").strip()) if n)
    found = found or dict.fromkeys(target.name or target.id for target in entry.typed(ROLE))
    if any(len(n) > 256 for n in found) or len(found) > 64:
        entry.debug.refuse("privilegeGranted", "is no list of at most 64 roles")
    return tuple(found) or (UNNAMED_ROLE,)


def _decision(entry: Entry) -> str:
    """Find what a reviewer decided. Okta does not document the field's name; it has `decision` in it."""
    for name in sorted(entry.debug.plain):
        if "decision" in name.lower():
            return (entry.debug.optional(name) or "").upper()
    return ""
