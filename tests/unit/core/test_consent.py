"""Consent: which approvals count for a change, and what is wrong with the others."""

from typing import Any

import pytest

from streams.core.consent import Fault, Weighing, ends_at, own_interest, voters, weigh, widenings
from streams.core.evidence import Approval, Consent, Scope
from streams.core.ids import EventId
from streams.core.parties import Approver, Assurance, Kind
from streams.core.registry import Registry
from streams.core.requirement import ApprovalsRequired
from streams.core.time import EVER, HOUR_MS, SECOND_MS, Millis
from tests.altered import replace
from tests.cast import AGREED, GRANTED, HELD, IN_SCOPE, NOON, REGISTERED, SUBJECTS

ONE = ApprovalsRequired()
SKEW_MS = 5 * SECOND_MS
REGISTRY = Registry().with_agents(REGISTERED)


def weighed(*said: Approval, required: ApprovalsRequired | None = ONE) -> Weighing:
    return weigh(GRANTED, required, said, REGISTRY, SKEW_MS)


def said(before_ms: int, outcome: Consent = Consent.APPROVED, **more: Any) -> Approval:
    """Say something so long before the execution."""
    about: dict[str, Any] = {"event_id": EventId(f"said-{before_ms}"), "outcome": outcome, **more}
    return replace(AGREED, decided_at=Millis(NOON - before_ms), **about)


def test_one_who_agreed_in_time_is_enough_when_one_is_asked_for() -> None:
    weighing = weighed(AGREED)
    assert weighing.is_met
    assert weighing.counting == (AGREED,)


def test_nothing_asked_is_met_by_nothing() -> None:
    assert weighed(required=None).is_met
    assert weighed(required=ApprovalsRequired(count=0)).is_met
    assert not weighed().is_met


def test_one_person_who_agrees_twice_is_one_person() -> None:
    twice = weighed(said(2), said(1), required=ApprovalsRequired(count=2))
    assert voters(twice.counting) == {"carol"}
    assert not twice.is_met


def test_every_role_must_be_among_those_who_count() -> None:
    required = ApprovalsRequired(roles=("owner", "security"))
    owner = said(2, approver=Approver(id="carol", kind=Kind.HUMAN, roles=("owner",)))
    late = said(-SKEW_MS - 1, approver=Approver(id="bob", kind=Kind.HUMAN, roles=("security",)))
    weighing = weighed(owner, late, required=required)
    assert weighing.missing_roles(weighing.counting) == ("security",)


def test_what_comes_late_is_looked_at_where_too_few_had_agreed_before() -> None:
    late = said(-SKEW_MS - 1)
    assert weighed(late).late == (late,)
    assert weighed(said(1), late).late == ()
    assert weighed(said(1), late, required=ApprovalsRequired(count=2)).late == (late,)
    assert weighed(late, required=ApprovalsRequired(count=0)).late == ()
    assert weighed(late, required=ApprovalsRequired(count=0, roles=("owner",))).late == (late,)


def test_a_vote_that_was_looked_at_before_is_taken_as_it_was() -> None:
    first, second = said(2, scope=replace(IN_SCOPE, subject="alice")), said(1)
    before = weighed(first)
    again = weigh(GRANTED, ONE, (first, second), REGISTRY, SKEW_MS, before.votes)
    assert again == weighed(first, second)
    assert again.votes[0] is before.votes[0]


@pytest.mark.parametrize(("before_ms", "in_time"), [(-SKEW_MS, True), (-SKEW_MS - 1, False)])
def test_consent_may_come_as_late_as_clocks_may_differ(before_ms: int, in_time: bool) -> None:
    assert bool(weighed(said(before_ms)).votes) == in_time


@pytest.mark.parametrize(("before_ms", "stands"), [(1, True), (0, True), (-1, False)])
def test_a_refusal_counts_when_it_surely_came_first(before_ms: int, stands: bool) -> None:
    assert (weighed(said(before_ms, Consent.DENIED)).refusal is not None) == stands


def test_consent_taken_back_does_not_count_again_because_of_other_consent_later() -> None:
    elsewhere = replace(IN_SCOPE, subject="alice")
    weighing = weighed(said(3), said(2, Consent.WITHDRAWN), said(1, scope=elsewhere))
    assert [vote.faults for vote in weighing.votes] == [(Fault.SCOPE,)]


def test_faults_are_of_no_interest_when_enough_others_count() -> None:
    bot = said(1, approver=Approver(id="review-bot", kind=Kind.AI_AGENT))
    assert weighed(bot, AGREED).faulty(Fault.NOT_HUMAN) == ()
    assert len(weighed(bot).faulty(Fault.NOT_HUMAN)) == 1


def test_a_registered_agent_that_says_it_is_human_is_not() -> None:
    posing = said(1, approver=Approver(id="helpdesk-bot", kind=Kind.HUMAN))
    assert weighed(posing).votes[0].faults == (Fault.NOT_HUMAN,)


def test_all_faults_of_a_vote_are_named() -> None:
    required = ApprovalsRequired(assurance=Assurance.SIGNED, valid_for_ms=1)
    worst = said(2, requester="carol", scope=Scope())
    assert weighed(worst, required=required).votes[0].faults == (
        Fault.UNVERIFIED, Fault.SELF, Fault.EXPIRED, Fault.SCOPE,
    )  # fmt: skip


def test_an_approval_is_good_as_long_as_both_itself_and_the_policy_say() -> None:
    asked = ApprovalsRequired(valid_for_ms=HOUR_MS)
    assert ends_at(AGREED, asked) == AGREED.decided_at + HOUR_MS
    assert ends_at(replace(AGREED, valid_until=Millis(NOON - 1)), asked) == NOON - 1
    assert ends_at(AGREED, ApprovalsRequired()) == EVER


def test_nobody_in_particular_has_no_interest_of_their_own() -> None:
    assert own_interest(AGREED, GRANTED) == {"svc-ci"}
    assert own_interest(replace(AGREED, requester="alice"), GRANTED) == {"svc-ci", "alice"}


def test_a_scope_is_widened_by_whatever_it_does_not_cover() -> None:
    assert widenings(IN_SCOPE, GRANTED) == ()
    assert widenings(replace(IN_SCOPE, operation=None), GRANTED) == ()
    more = replace(GRANTED, entitlements=HELD[4], subject=SUBJECTS[1], operation="elevate")
    only = Scope(operation="grant", subject="svc-ci", entitlements=("Domain Admin",))
    assert widenings(only, more) == (
        "operation elevate where grant was approved",
        "subject alice where svc-ci was approved",
        "entitlement payroll-reader where Domain Admin was approved",
    )


def test_a_digest_binds_the_whole_action_but_not_its_time() -> None:
    by_digest = Scope(action_digest=GRANTED.action_digest, max_duration_ms=HOUR_MS)
    ends = replace(GRANTED, grant_expires_at=Millis(NOON + HOUR_MS))
    assert widenings(by_digest, ends) == ()
    assert widenings(by_digest, GRANTED) == ("no end where a limited time was approved",)
    assert widenings(by_digest, replace(ends, operation="elevate")) != ()
