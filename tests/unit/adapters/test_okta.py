"""What Okta's event types become, where the golden files do not already say it."""

from typing import Any

import pytest

from streams.adapters.okta.approvals import APPROVALS
from streams.adapters.okta.events import ACTOR, CHANGES, Mapped
from streams.adapters.okta.ignored import FAMILIES, reason_to_ignore
from streams.core.case import VERBS
from streams.core.evidence import Approval, Change, Consent, Result
from streams.core.parties import Assurance, Kind
from tests.unit.adapters.events import adapted, approval, change, okta, refusal

USER = {"id": "00uuser", "type": "User", "alternateId": "u@example.com", "displayName": "U"}
GROUP = {"id": "00ggroup", "type": "UserGroup", "displayName": "Staff"}
APP = {"id": "0oaapp", "type": "AppInstance", "displayName": "Payroll"}
EVERY_TARGET = [
    USER, GROUP, APP, {"id": "0uaapp", "type": "AppUser"}, {"id": "00Ttoken", "type": "Token"},
    {"id": "0oaclient", "type": "PublicClientApp"}, {"id": "cr0role", "type": "CUSTOM_ROLE", "displayName": "Custom"},
    {"id": "wlpagent", "type": "AI_AGENT"},
]  # fmt: skip


@pytest.mark.parametrize("event_type", CHANGES)
def test_every_mapped_type_becomes_one_change(event_type: str) -> None:
    mapped = CHANGES[event_type]
    made = change("okta", okta(event_type, target=EVERY_TARGET))
    assert made.operation == mapped.operation
    assert made.process == mapped.process
    assert made.actor.id == "00uactor"
    assert made.result is (Result.UNKNOWN if mapped.ongoing else Result.SUCCEEDED)
    assert bool(made.entitlements) == bool(mapped.held or mapped.implied or mapped.roles)
    assert (made.subject.id == "00uactor") == (mapped.whose == ACTOR)
    assert not mapped.privileged or all(e.privileged for e in made.entitlements)


def test_operations_are_words_that_a_verdict_knows() -> None:
    assert {mapped.operation for mapped in CHANGES.values()} <= {*VERBS, "update"}


@pytest.mark.parametrize("event_type", APPROVALS)
def test_every_mapped_approval_without_a_decision_waits_for_one(event_type: str) -> None:
    result = adapted("okta", okta(event_type, target=[USER, GROUP]))
    (waiting,) = result.undecided
    assert result.evidence == ()
    assert (waiting.kind, waiting.actor_id, waiting.event_id) == ("approval", "00uactor", "okta:11f0-1")


def test_no_type_is_both_mapped_and_ignored_by_its_own_name() -> None:
    assert not set(FAMILIES) & (set(CHANGES) | set(APPROVALS))
    assert not set(CHANGES) & set(APPROVALS)


def test_a_type_that_nobody_maps_is_refused_by_name() -> None:
    assert refusal("okta", okta("policy.rule.update")) == "okta: eventType policy.rule.update is mapped by nobody."
    assert reason_to_ignore("user.session.start") is not None
    assert reason_to_ignore("user.sessions") is None


def test_the_order_of_targets_means_nothing() -> None:
    forth, back = (change("okta", okta(target=targets)) for targets in ([USER, GROUP], [GROUP, USER]))
    assert forth == back
    assert (forth.subject.id, forth.entitlements[0].id) == ("00uuser", "00ggroup")


def test_each_subject_of_an_event_has_a_change_of_its_own() -> None:
    other = USER | {"id": "00uother"}
    made = adapted("okta", okta(target=[USER, GROUP, other, USER])).evidence
    assert [(e.event_id, e.decision_id) for e in made] == [
        ("okta:11f0-1#1", "okta:11f0-1"),
        ("okta:11f0-1#2", "okta:11f0-1"),
    ]
    assert [e.subject.id for e in made if isinstance(e, Change)] == ["00uuser", "00uother"]


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ([GROUP], "target names no user or appuser, as group.user_membership.add must"),
        ([USER], "target names no usergroup or group, as group.user_membership.add must"),
        (None, "target names no user"),
        ([{"type": "User"}], "target[0].id is missing"),
        ({"id": "x"}, "target must be a list, not an object"),
    ],
)
def test_a_grant_of_nothing_to_somebody_is_refused(target: Any, complaint: str) -> None:
    assert complaint in refusal("okta", okta(target=target))


def test_a_failed_attempt_that_named_nobody_is_ignored() -> None:
    result = adapted("okta", okta(target=[], outcome={"result": "FAILURE"}))
    assert result.ignored is not None
    assert not result.failures


@pytest.mark.parametrize(
    ("result", "became"),
    [
        ("SUCCESS", Result.SUCCEEDED), ("ALLOW", Result.SUCCEEDED), ("FAILURE", Result.FAILED), ("DENY", Result.FAILED),
        ("SKIPPED", Result.FAILED), ("CHALLENGE", Result.UNKNOWN), (None, Result.UNKNOWN),
    ],
)  # fmt: skip
def test_an_outcome_says_whether_it_took_effect(result: str | None, became: Result) -> None:
    assert change("okta", okta(outcome={"result": result})).result is became


@pytest.mark.parametrize(
    ("actor", "kind"),
    [
        ({"type": "User"}, Kind.HUMAN), ({"type": "SystemPrincipal"}, Kind.SYSTEM),
        ({"type": "PublicClientApp"}, Kind.SERVICE), ({"type": "AI_AGENT"}, Kind.AI_AGENT),
        ({"type": "SomethingNew"}, Kind.UNKNOWN), ({}, Kind.UNKNOWN),
        ({"type": "User", "alternateId": "system@okta.com"}, Kind.SYSTEM),
    ],
)  # fmt: skip
def test_an_actor_is_what_its_type_says(actor: dict[str, str], kind: Kind) -> None:
    assert change("okta", okta(actor={"id": "00uactor", **actor})).actor.kind is kind


@pytest.mark.parametrize("own", [None, "00uactor", "okta.2b1959c8-bcc0-56eb-a589-cfcfb7422f26"])
def test_a_person_at_a_console_of_okta_acts_as_that_person(own: str | None) -> None:
    assert change("okta", okta(client={"id": own})).actor.id == "00uactor"


def test_a_client_with_a_delegated_token_acts_on_behalf_of_the_person() -> None:
    actor = change("okta", okta(client={"id": "0oabot"})).actor
    assert (actor.id, actor.kind, actor.on_behalf_of) == ("0oabot", Kind.SERVICE, "00uactor")


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Super administrator", ["Super administrator"]),
        ("Super administrator, Read only admin,", ["Super administrator", "Read only admin"]),
        ("Group administrator (A, B), Super administrator", ["Group administrator (A, B)", "Super administrator"]),
        ("Custom (never closed, Other", ["Custom (never closed, Other"]),
        ("Odd), Other", ["Odd)", "Other"]),
        ("A, A", ["A"]),
        (" , ", ["unnamed-privilege"]),
        ("", ["unnamed-privilege"]),
    ],
)
def test_roles_are_read_out_of_their_text(text: str, roles: list[str]) -> None:
    event = okta("user.account.privilege.grant", target=[USER], debugContext={"debugData": {"privilegeGranted": text}})
    held = change("okta", event).entitlements
    assert [e.id for e in held] == roles
    assert all(e.privileged for e in held)


def test_more_roles_than_a_record_holds_are_refused() -> None:
    text = ", ".join(f"Role {n}" for n in range(65))
    event = okta("user.account.privilege.grant", target=[USER], debugContext={"debugData": {"privilegeGranted": text}})
    assert "at most 64 roles" in refusal("okta", event)


@pytest.mark.parametrize(
    ("said", "operation"), [("APPROVE", "certify"), ("REVOKE", "revoke"), ("revoke", "revoke"), (None, "certify")]
)
def test_a_review_says_what_was_decided(said: str | None, operation: str) -> None:
    debug = {"debugData": {"itemDecision": said} if said else {}}
    event = okta("certification.campaign.item.decide", target=[USER, GROUP, APP], debugContext=debug)
    made = change("okta", event)
    assert (made.operation, made.process) == (operation, "certification")
    assert [e.id for e in made.entitlements] == ["00ggroup", "0oaapp"]


@pytest.mark.parametrize(
    ("event_type", "outcome"),
    [
        ("access.request.resolve", Consent.APPROVED), ("access.request.reject", Consent.DENIED),
        ("access.request.cancel", Consent.WITHDRAWN), ("access.request.expire", Consent.EXPIRED),
    ],
)  # fmt: skip
def test_an_approval_with_a_decision_says_who_agreed_to_what(event_type: str, outcome: Consent) -> None:
    made = declared_approval(event_type)
    assert (made.decision_id, made.outcome) == ("dec-1", outcome)
    assert (made.approver.id, made.approver.kind) == ("00uactor", Kind.HUMAN)
    assert (made.scope.subject, made.scope.entitlements) == ("00uuser", ("00ggroup",))
    assert made.decided_at == made.occurred_at


@pytest.mark.parametrize(
    ("session", "assurance"), [("s-1", Assurance.VERIFIED), ("unknown", Assurance.ASSERTED), (None, Assurance.ASSERTED)]
)
def test_an_approver_is_verified_by_a_session_of_okta(session: str | None, assurance: Assurance) -> None:
    made = declared_approval("access.request.resolve", authenticationContext={"externalSessionId": session})
    assert made.assurance is assurance


def test_a_request_resolved_as_denied_is_a_denial() -> None:
    made = declared_approval("access.request.resolve", debug={"requestStatus": "DENIED"})
    assert made.outcome is Consent.DENIED


def test_an_unknown_way_of_resolving_is_never_an_approval() -> None:
    event = okta("access.request.resolve", target=[USER], debugContext={"debugData": {"status": "PARTLY"}})
    assert "neither a yes nor a no" in refusal("okta", event)


def test_an_approval_that_failed_is_none() -> None:
    result = adapted("okta", okta("access.request.resolve", target=[USER], outcome={"result": "FAILURE"}))
    assert result.ignored == "an approval that did not go through"
    assert (result.evidence, result.undecided) == ((), ())


def declared_approval(event_type: str, debug: dict[str, str] | None = None, **fields: Any) -> Approval:
    data = {"justification": "for clawback-decision/dec-1"} | (debug or {})
    return approval(okta(event_type, target=[USER, GROUP], debugContext={"debugData": data}, **fields))


def test_a_row_of_the_table_says_whose_access_it_is_about() -> None:
    assert all(isinstance(m, Mapped) and (m.whose or m.otherwise) for m in CHANGES.values())
