"""Requirements: the first class that matches, defaults, exceptions and their end, protected subjects."""

import pytest

from streams.core.parties import Assurance, Authority
from streams.core.requirement import ApprovalsRequired, Mode, PolicyError, Requirement, Response, Timing
from streams.core.time import DAY_MS, Millis
from streams.policy.load import parse
from tests.unit.policy.examples import change, one_class

FULL = """
version: 2026-11-01
mode: enforce
timing: {grace: 250ms, skew: 2s, horizon: 7d}
operations:
  - id: everything
    when: change.operation == "grant"
    authority: recommend
    approvals:
      count: 2
      roles: [security, entitlement-owner]
      human: false
      independent: false
      assurance: signed
      valid_for: 8h
    time_bound: {required: true}
    evidence: {prompt: required}
    on_violation: suspend-agent
  - id: nothing
    when: "true"
"""


def test_every_key_is_read() -> None:
    policy = parse(FULL)
    assert (policy.version, policy.mode) == ("2026-11-01", Mode.ENFORCE)
    assert policy.timing == Timing(grace_ms=250, skew_ms=2_000, horizon_ms=7 * DAY_MS)
    assert policy.requirement(change(), ai=True) == Requirement(
        operation_class="everything",
        authority=Authority.RECOMMEND,
        approvals=ApprovalsRequired(
            count=2,
            roles=("entitlement-owner", "security"),
            human=False,
            independent=False,
            assurance=Assurance.SIGNED,
            valid_for_ms=8 * 3_600_000,
        ),
        expiry_required=True,
        prompt_required=True,
        on_violation=Response.SUSPEND_AGENT,
    )


def test_what_a_class_does_not_allow_is_forbidden_and_what_it_does_not_ask_is_not_required() -> None:
    asked = parse(FULL).requirement(change(operation="delete"), ai=True)
    assert asked == Requirement(
        operation_class="nothing", authority=Authority.NONE, approvals=None, on_violation=Response.ALERT
    )


def test_approvals_with_nothing_said_are_one_independent_person() -> None:
    policy = parse("version: '1'\noperations:\n  - {id: it, when: ai, approvals: {}}\n")
    asked = policy.requirement(change(), ai=True).approvals
    assert asked == ApprovalsRequired(count=1, human=True, independent=True, valid_for_ms=None)


def test_a_policy_observes_until_it_says_otherwise() -> None:
    policy = parse("version: '1'")
    assert policy.mode is Mode.OBSERVE
    assert policy.timing == Timing()


def test_a_date_is_a_fine_version() -> None:
    assert parse("version: 2026-11-01").version == "2026-11-01"
    assert parse("version: 1.0").version == "1.0"


def test_the_first_class_that_matches_decides() -> None:
    classes = ["  - {id: narrow, when: 'change.process == \"joiner\"'}", "  - {id: wide, when: 'true'}"]
    head = ["version: '1'", "operations:"]
    forward, backward = parse("\n".join([*head, *classes])), parse("\n".join([*head, *reversed(classes)]))
    joiner = change(process="joiner")
    assert forward.requirement(joiner, ai=True).operation_class == "narrow"
    assert backward.requirement(joiner, ai=True).operation_class == "wide"
    assert forward.requirement(change(), ai=True).operation_class == "wide"


def test_first_match_holds_over_many_classes() -> None:
    more = [f"  - {{id: c{n}, when: 'change.executed_at <= {n}'}}" for n in range(100)]
    policy = one_class("false", *more)
    for n in (0, 14, 15, 16, 31, 32, 99):
        assert policy.requirement(change(executed_at=Millis(n)), ai=True).operation_class == f"c{n}"
    assert policy.requirement(change(executed_at=Millis(100)), ai=True).operation_class == "otherwise"


def test_ai_is_what_the_caller_says() -> None:
    policy = one_class("!ai")
    assert policy.requirement(change(), ai=False).operation_class == "it"
    assert policy.requirement(change(), ai=True).operation_class == "otherwise"


def test_what_matches_nothing_does_not_pass_in_silence() -> None:
    asked = one_class("false").requirement(change(), ai=True)
    assert asked.operation_class == "otherwise"
    assert asked.authority is Authority.NONE
    assert asked.approvals == ApprovalsRequired()
    assert asked.prompt_required
    assert asked.on_violation is Response.HOLD


def test_otherwise_can_be_said() -> None:
    policy = one_class("false", "otherwise: {authority: execute, on_violation: observe}")
    asked = policy.requirement(change(), ai=True)
    assert asked == Requirement(operation_class="otherwise", authority=Authority.EXECUTE)


EXCEPTIONS = """
exceptions:
  - {id: import, owner: ciso@example.com, until: 2026-12-01, when: change.source == "workday", waives: [NO_EXPIRY]}
  - {id: pilot, owner: iam@example.com, until: 2026-12-31, when: ai, waives: [QUORUM_NOT_MET, APPROVAL_MISSING]}
"""

ODD = """
exceptions:
  - id: odd
    owner: iam@example.com
    until: {}
    when: 9 / (change.executed_at - 5) > 1
    waives: [NO_EXPIRY]
"""

LAST = Millis(1_796_169_599_999)  # 2026-12-01T23:59:59.999Z
FIRST = Millis(LAST + 1)


def test_an_exception_holds_to_the_last_millisecond_of_its_day_and_not_one_longer() -> None:
    policy = one_class("true", EXCEPTIONS)
    assert policy.requirement(change(executed_at=LAST), ai=False).waived == ("NO_EXPIRY",)
    assert policy.requirement(change(executed_at=FIRST), ai=False).waived == ()


def test_an_exception_waives_only_where_its_condition_holds() -> None:
    policy = one_class("true", EXCEPTIONS)
    assert policy.requirement(change(source="okta"), ai=False).waived == ()


def test_all_exceptions_that_hold_apply_and_change_nothing_else() -> None:
    policy = one_class("true", EXCEPTIONS)
    asked = policy.requirement(change(), ai=True)
    assert asked.waived == ("APPROVAL_MISSING", "NO_EXPIRY", "QUORUM_NOT_MET")
    assert asked.operation_class == "it"


def test_an_exception_applies_to_what_matches_no_class_too() -> None:
    assert one_class("false", EXCEPTIONS).requirement(change(), ai=False).waived == ("NO_EXPIRY",)


def test_an_exception_that_cannot_be_evaluated_waives_nothing_and_raises() -> None:
    broken = ODD.format("2026-12-01")
    policy = one_class("true", broken)
    with pytest.raises(PolicyError, match="exception odd"):
        policy.requirement(change(executed_at=Millis(5)), ai=True)


def test_an_exception_that_is_over_is_not_even_asked() -> None:
    gone = ODD.format("1969-12-31")
    assert one_class("true", gone).requirement(change(executed_at=Millis(5)), ai=True).waived == ()


def test_protected_subjects_are_globs_that_mind_case() -> None:
    policy = one_class("true", "safety: {protected_subjects: ['breakglass-*', 'root', 'adm?n', '[xy]1']}")
    for spared in ("breakglass-1", "breakglass-", "root", "admin", "x1"):
        assert policy.is_protected(spared)
    for other in ("Breakglass-1", "a-breakglass-1", "root2", "ROOT", "admiin", "z1", "", "root\n"):
        assert not policy.is_protected(other)


def test_nobody_is_protected_when_nothing_is_said() -> None:
    assert not one_class("true").is_protected("root")
