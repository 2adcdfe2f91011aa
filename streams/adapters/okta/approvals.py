"""Approvals: an access request that Okta Identity Governance, or an application's owner, has decided."""

from streams.adapters.base import NO_DECISION, Adapted, assigned
from streams.adapters.declared import declared
from streams.adapters.okta.entry import Entry
from streams.adapters.okta.events import HOLDABLE
from streams.core.evidence import Approval, Consent, Result, Scope
from streams.core.parties import Approver, Assurance, Kind

APPROVALS: dict[str, Consent] = {
    "access.request.resolve": Consent.APPROVED,
    "access.request.reject": Consent.DENIED,
    "access.request.cancel": Consent.WITHDRAWN,
    "access.request.expire": Consent.EXPIRED,
    "app.access_request.approver.approve": Consent.APPROVED,
    "app.access_request.approver.deny": Consent.DENIED,
    "app.access_request.deny": Consent.DENIED,
    "app.access_request.expire": Consent.EXPIRED,
}

REQUEST = ("accessrequest", "request", "requestid")
REQUESTER = ("requester", "accessrequester")

YES = frozenset({"APPROVED", "APPROVE", "GRANTED", "RESOLVED", "FULFILLED", "COMPLETED", "SUCCESS"})
NO = frozenset({"DENIED", "DENY", "REJECTED", "REJECT"})
STATED = ("requestStatus", "status", "decision", "resolution")
"""Where a resolved request may say how; Okta does not document these fields."""


def approval(entry: Entry, outcome: Consent) -> Adapted:
    """Make an approval, or its refusal, of an event.

    A request names its decision where the requester wrote one: in the User-Agent, or anywhere in its own text.

    Raises:
        Unrecognised: the request was resolved in a way that is neither yes nor no.
    """
    if entry.result is Result.FAILED:
        return Adapted(ignored="an approval that did not go through")
    said = declared((entry.user_agent, *_debug_texts(entry)))
    request = entry.typed(REQUEST)
    subject = entry.typed(("user", "appuser"))
    requester = entry.typed(REQUESTER)
    held = dict.fromkeys(target.id for target in entry.targets if target.type in HOLDABLE)
    made = Approval(
        tenant=entry.tenant,
        event_id=entry.event_id,
        decision_id=said.decision_id or NO_DECISION,
        source=entry.node.source,
        occurred_at=entry.at,
        trace_id=said.trace_id,
        approval_id=f"okta:{request[0].id}" if request else entry.event_id,
        approver=Approver(id=entry.actor.id, kind=entry.actor.kind),
        requester=requester[0].id if requester else None,
        outcome=_stated(entry) if outcome is Consent.APPROVED else outcome,
        scope=Scope(subject=subject[0].id if subject else None, entitlements=tuple(held)),
        decided_at=entry.at,
        assurance=_assurance(entry),
        method=entry.type,
        ticket=request[0].id if request else "",
    )
    return assigned(made, entry.actor.id)


def _debug_texts(entry: Entry) -> tuple[str, ...]:
    return tuple(value for _, value in sorted(entry.debug.plain.items()) if isinstance(value, str))


def _stated(entry: Entry) -> Consent:
    """Read how a request was resolved; without a word about it, the event type is the word."""
    for name in STATED:
        word = (entry.debug.optional(name) or "").upper()
        if word in NO:
            return Consent.DENIED
        if word and word not in YES:
            entry.debug.refuse(name, "is neither a yes nor a no that is known here")
    return Consent.APPROVED


def _assurance(entry: Entry) -> Assurance:
    """Say how well Okta knew the approver: by a session of its own, or only by name."""
    session = entry.node.node("authenticationContext").optional("externalSessionId")
    known = session not in {None, "unknown"} and entry.actor.kind is Kind.HUMAN
    return Assurance.VERIFIED if known else Assurance.ASSERTED
