"""Probes: ordinary changes on which every condition is tried when it is read, so that what must fail fails early."""

from msgspec.structs import replace

from streams.core.evidence import Change, Result
from streams.core.ids import DEFAULT_TENANT, ChangeId, DecisionId, EventId
from streams.core.parties import Actor, Entitlement, Kind, Subject
from streams.core.time import EARLIEST, HOUR_MS, Millis

BARE = Change(
    tenant=DEFAULT_TENANT,
    event_id=EventId("probe"),
    decision_id=DecisionId("probe"),
    source="",
    occurred_at=EARLIEST,
    change_id=ChangeId("probe"),
    operation="",
    actor=Actor(id="probe"),
    subject=Subject(id="probe"),
    executed_at=EARLIEST,
)

FULL = replace(
    BARE,
    source="probe",
    operation="grant",
    process="request",
    actor=Actor(id="probe-agent", kind=Kind.AI_AGENT, on_behalf_of="probe-person"),
    subject=Subject(id="probe-person", kind=Kind.HUMAN),
    entitlements=(Entitlement(id="probe", application="probe", privileged=True, environment="production"),),
    grant_expires_at=Millis(EARLIEST + HOUR_MS),
    result=Result.SUCCEEDED,
)

PROBES = tuple(
    (change, ai, what)
    for ai in (True, False)
    for change, what in (
        (FULL, "that says all it can"),
        (replace(FULL, entitlements=()), "without entitlements"),
        (replace(FULL, grant_expires_at=None), "without an end"),
        (BARE, "that says as little as it may"),
    )
)
"""Each a change, whether an AI had a part in it, and what is special about it."""
