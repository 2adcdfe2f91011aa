"""The default policy: it observes, and it puts one example change of each process where the comments say."""

import pytest

from streams.core.evidence import Change
from streams.core.parties import Authority, Entitlement, Kind, Subject
from streams.core.requirement import Mode, Response, Timing
from streams.policy.load import load
from tests.unit.policy.examples import ADMIN, READER, change

POLICY = load(None)

SECRET = Entitlement(id="prod/db/password", application="vault", privileged=True, environment="production")
AGENT = Subject(id="triage-agent", kind=Kind.AI_AGENT)

EXAMPLES = [
    ("break-glass", change(break_glass=True, operation="elevate")),
    ("secret-access", change(operation="secret-read", entitlements=(SECRET,))),
    ("secret-rotation", change(operation="secret-rotate", entitlements=(SECRET,))),
    ("leaver-disablement", change(process="leaver", operation="disable", entitlements=())),
    ("leaver-disablement", change(process="leaver", operation="revoke", entitlements=(ADMIN,))),
    ("leaver-other", change(process="leaver", operation="delete", entitlements=())),
    ("leaver-other", change(process="leaver", operation="grant")),
    ("privilege-elevation", change(operation="elevate")),
    ("privilege-elevation", change(operation="grant", entitlements=(READER, ADMIN))),
    ("privilege-elevation", change(process="joiner", entitlements=(ADMIN,))),
    ("privilege-elevation", change(operation="token-issue", entitlements=(ADMIN,))),
    ("privilege-elevation", change(operation="grant", subject=AGENT, entitlements=(ADMIN,))),
    ("exception", change(operation="exception")),
    ("token-issue", change(operation="token-issue")),
    ("access-for-ai", change(operation="grant", subject=AGENT)),
    ("review-removal", change(process="certification", operation="revoke")),
    ("review-removal", change(process="privileged-review", operation="revoke", entitlements=(ADMIN,))),
    ("privileged-review", change(process="privileged-review", operation="certify", entitlements=(ADMIN,))),
    ("certification", change(process="certification", operation="certify")),
    ("certification", change(process="", operation="certify")),
    ("role-mining", change(process="role-mining", operation="create", entitlements=())),
    ("role-mining", change(process="", operation="role-change")),
    ("access-removal", change(process="mover", operation="revoke")),
    ("access-removal", change(process="", operation="disable", entitlements=())),
    ("joiner", change(process="joiner", operation="create", entitlements=())),
    ("joiner", change(process="joiner", operation="grant")),
    ("mover", change(process="mover", operation="grant")),
    ("access-request", change(process="request", operation="grant")),
    ("access-request", change(process="", operation="enable", entitlements=())),
    ("otherwise", change(process="", operation="delete", entitlements=())),
    ("otherwise", change(process="", operation="teleport", entitlements=())),
]


@pytest.mark.parametrize(("expected", "example"), EXAMPLES)
def test_a_change_with_ai_falls_into_its_class(expected: str, example: Change) -> None:
    assert POLICY.requirement(example, ai=True).operation_class == expected


@pytest.mark.parametrize("example", [example for _, example in EXAMPLES])
def test_nothing_is_asked_of_a_change_without_ai(example: Change) -> None:
    asked = POLICY.requirement(example, ai=False)
    assert asked.operation_class == "not-ai"
    assert (asked.approvals, asked.expiry_required, asked.prompt_required) == (None, False, False)


def test_every_class_has_an_example() -> None:
    assert {c.id for c in POLICY.classes} == {expected for expected, _ in EXAMPLES} - {"otherwise"} | {"not-ai"}


def test_it_observes_with_the_usual_timing() -> None:
    assert POLICY.mode is Mode.OBSERVE
    assert POLICY.timing == Timing()
    assert POLICY.exceptions == ()


def test_emergency_accounts_are_spared() -> None:
    assert POLICY.is_protected("breakglass-01")
    assert not POLICY.is_protected("ana")


@pytest.mark.parametrize(
    "given", [c.requirement for c in POLICY.classes] + [POLICY.otherwise], ids=lambda r: r.operation_class
)
def test_no_class_lets_an_ai_approve(given: object) -> None:
    assert getattr(given, "authority", None) is not Authority.APPROVE


GIVING = [
    "grant",
    "create",
    "enable",
    "elevate",
    "role-change",
    "exception",
    "token-issue",
    "certify",
    "delete",
    "secret-read",
]


@pytest.mark.parametrize(
    "process", ["joiner", "mover", "leaver", "certification", "role-mining", "privileged-review", "request", ""]
)
@pytest.mark.parametrize("operation", GIVING)
def test_nothing_is_given_by_an_ai_without_a_person_who_agrees(process: str, operation: str) -> None:
    for entitlements in ((), (READER,), (ADMIN,)):
        asked = POLICY.requirement(change(process=process, operation=operation, entitlements=entitlements), ai=True)
        assert asked.approvals is not None
        assert asked.approvals.human
        assert asked.approvals.independent
        assert asked.prompt_required


@pytest.mark.parametrize("process", ["joiner", "mover", "leaver", "certification", "privileged-review", "request", ""])
@pytest.mark.parametrize("operation", ["revoke", "disable"])
def test_nothing_that_was_taken_away_is_given_back_automatically(process: str, operation: str) -> None:
    asked = POLICY.requirement(change(process=process, operation=operation), ai=True)
    assert asked.on_violation.rank < Response.REVOKE.rank


def test_privileged_access_by_ai_needs_two_and_ends() -> None:
    asked = POLICY.requirement(change(entitlements=(ADMIN,)), ai=True)
    assert asked.approvals is not None
    assert asked.approvals.count == 2
    assert asked.approvals.roles == ("entitlement-owner", "security")
    assert asked.expiry_required
    assert asked.authority is Authority.RECOMMEND
