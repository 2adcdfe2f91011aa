"""Verdict: what findings amount to, and how much of it is listed."""

from collections.abc import Iterator

import pytest

from streams.core.case import Case
from streams.core.evidence import Result
from streams.core.finding import FINDING_TEXT_MAX, Claim, Rule, Severity
from streams.core.ids import EventId
from streams.core.law import Law
from streams.core.opinion import REASON_TEXT_MAX
from streams.core.registry import Registry
from streams.core.requirement import ApprovalsRequired, Requirement, Response
from streams.core.verdict import Assessment, Judgement, assess, content_of
from streams.testkit.policy import FixedPolicy
from tests.altered import replace
from tests.cast import AGREED, GRANTED, TIMING
from tests.strategies import folded

ASKED_FOR = Requirement(operation_class="any", approvals=ApprovalsRequired(), on_violation=Response.REVOKE)
LAW = Law(FixedPolicy(otherwise=ASKED_FOR, timing=TIMING), Registry())


def made_up(check_text: str, responses: tuple[Response, ...] = (Response.REVOKE,)) -> Rule:
    def check(case: Case) -> Iterator[Claim]:
        yield Claim(message=check_text, cites=(case.change.event_id,))

    return Rule(
        code="MADE_UP", summary="made up", severity=Severity.LOW, responses=responses, frameworks=(), check=check
    )


def assessed(*facts: object, law: Law = LAW) -> Assessment:
    chain = folded(facts)  # type: ignore[arg-type]
    return assess(chain, chain.changes, law)


def test_nothing_due_is_upheld_for_there_is_nothing_against_it() -> None:
    chain = folded([GRANTED])
    assert assess(chain, (), LAW).judgement is Judgement.UPHELD


def test_what_is_not_known_to_have_failed_may_have_happened() -> None:
    for result in (Result.SUCCEEDED, Result.PARTIAL, Result.UNKNOWN):
        assert assessed(replace(GRANTED, result=result)).judgement is Judgement.VIOLATED
    assert assessed(replace(GRANTED, result=Result.FAILED)).judgement is Judgement.UPHELD


def test_without_the_rule_that_says_why_unmet_consent_is_still_not_upheld() -> None:
    nobody_says_why = assessed(GRANTED, law=Law(LAW.policy, LAW.registry, ()))
    assert nobody_says_why.judgement is Judgement.INDETERMINATE
    assert "no rule of the catalogue says why" in nobody_says_why.reasons[0]


@pytest.mark.parametrize(
    ("waived", "judgement"), [("APPROVAL_MISSING", Judgement.UPHELD), ("NO_EXPIRY", Judgement.VIOLATED)]
)
def test_an_exception_waives_what_it_names_and_nothing_else(waived: str, judgement: Judgement) -> None:
    excepted = FixedPolicy(otherwise=replace(ASKED_FOR, waived=(waived,)), timing=TIMING)
    assert assessed(GRANTED, law=Law(excepted, LAW.registry)).judgement is judgement


def test_an_exception_for_something_else_does_not_excuse_missing_consent() -> None:
    excepted = FixedPolicy(otherwise=replace(ASKED_FOR, waived=("NO_EXPIRY",)), timing=TIMING)
    assert assessed(GRANTED, law=Law(excepted, LAW.registry, ())).judgement is Judgement.INDETERMINATE


def test_the_policy_caps_what_a_rule_proposes() -> None:
    suspend = made_up("It was wrong.", (Response.REVOKE, Response.SUSPEND_AGENT))
    for cap in Response:
        policy = FixedPolicy(otherwise=replace(ASKED_FOR, on_violation=cap), timing=TIMING)
        assert assessed(AGREED, GRANTED, law=Law(policy, Registry(), (suspend,))).response is cap


def test_a_long_sentence_and_a_long_error_are_cut() -> None:
    long = assessed(AGREED, GRANTED, law=Law(LAW.policy, LAW.registry, (made_up("x" * 9_999),)))
    assert len(long.findings[0].message) == FINDING_TEXT_MAX
    assert long.findings[0].message.endswith("…")

    def check(case: Case) -> Iterator[Claim]:
        raise ValueError("x" * 9_999)

    broken = assessed(GRANTED, law=Law(LAW.policy, LAW.registry, (replace(made_up(""), check=check),)))
    assert len(broken.reasons[0]) == REASON_TEXT_MAX
    assert "rule MADE_UP failed on change change-1: ValueError" in broken.reasons[0]


def test_one_change_reported_in_two_ways_is_never_upheld() -> None:
    again = replace(GRANTED, event_id=EventId("again"))
    assert assessed(AGREED, GRANTED, again).judgement is Judgement.UPHELD
    otherwise = assessed(AGREED, GRANTED, replace(again, entitlements=()))
    assert otherwise.judgement is Judgement.INDETERMINATE
    assert otherwise.reasons == ("change change-1 was reported with different contents",)
    assert otherwise.changes == ("change-1",)


def test_what_a_verdict_says_depends_on_the_policy_it_was_held_to() -> None:
    made = assessed(AGREED, GRANTED)
    another = Law(replace_version(), LAW.registry)
    assert content_of(made, LAW) == content_of(made, LAW)
    assert content_of(made, another) != content_of(made, LAW)


def replace_version() -> FixedPolicy:
    return FixedPolicy(otherwise=ASKED_FOR, timing=TIMING, version="another")
