"""Conditions: what they see of a change, and which mistakes in them are refused when the policy is read."""

import pytest

from streams.core.evidence import Change, Result
from streams.core.ids import ChangeId, DecisionId, TenantId
from streams.core.parties import Actor, Kind, Subject
from streams.core.requirement import PolicyError
from streams.core.time import Millis
from streams.policy.cel import ConditionInvalid, Ladder, condition
from streams.policy.cel.condition import CONDITION_MAX
from streams.policy.cel.vocabulary import ENTITLEMENT, NAMES
from tests.altered import replace
from tests.unit.policy.examples import ADMIN, AT, READER, change, matches, one_class, problems

SEEN = change(
    operation="grant",
    process="joiner",
    actor=Actor(id="bot", kind=Kind.AI_AGENT, on_behalf_of="ben"),
    subject=Subject(id="ana", kind=Kind.HUMAN),
    entitlements=(READER, ADMIN),
    executed_at=AT,
    grant_expires_at=Millis(AT + 1),
    result=Result.PARTIAL,
    source="okta",
    tenant=TenantId("acme"),
    break_glass=True,
    change_id=ChangeId("c9"),
    decision_id=DecisionId("d9"),
)

EQUALS = {
    "change.operation": '"grant"', "change.process": '"joiner"', "change.actor.id": '"bot"',
    "change.actor.kind": '"ai_agent"', "change.actor.on_behalf_of": '"ben"', "change.subject.id": '"ana"',
    "change.subject.kind": '"human"', "change.executed_at": str(AT), "change.grant_expires_at": str(AT + 1),
    "change.result": '"partial"', "change.source": '"okta"', "change.tenant": '"acme"', "change.break_glass": "true",
    "change.change_id": '"c9"', "change.decision_id": '"d9"', "ai": "true",
    "size(change.entitlements)": "2", "change.entitlements.map(e, e.id)": '["wiki-reader", "Domain Admin"]',
    "change.entitlements.map(e, e.application)": '["wiki", "directory"]',
    "change.entitlements.map(e, e.privileged)": "[false, true]",
    "change.entitlements.map(e, e.environment)": '["", "production"]',
}  # fmt: skip


@pytest.mark.parametrize("name", EQUALS)
def test_a_condition_sees_what_the_change_says(name: str) -> None:
    assert matches(f"{name} == {EQUALS[name]}", SEEN)
    assert not matches(f"{name} != {EQUALS[name]}", SEEN)


def test_every_name_of_the_vocabulary_is_tried_here() -> None:
    tried = " ".join(EQUALS)
    assert [name for name in NAMES if name not in tried] == []
    assert [field for field in ENTITLEMENT if f"e.{field})" not in tried] == []


def test_what_is_not_known_is_the_empty_text_and_a_missing_end_is_null() -> None:
    bare = change(process="", actor=Actor(id="x"), entitlements=())
    assert matches('change.process == "" && change.actor.on_behalf_of == "" && change.actor.kind == "unknown"', bare)
    assert matches("change.grant_expires_at == null", bare)
    assert not matches("change.grant_expires_at == null", SEEN)
    assert matches("change.entitlements.all(e, e.privileged)", bare)
    assert not matches("change.entitlements.exists(e, e.privileged)", bare)


REFUSED = [
    ('change.operation = "grant"', "write `==`"),
    ('change.operation === "grant"', "write `==`"),
    ('change.operation <> "grant"', "write `!=`"),
    ("change.executed_at => 5", "write `>=`"),
    ('change.operation == "grant" and ai', "write `&&`"),
    ('change.operation == "grant" AND ai', "write `&&`"),
    ("ai | change.break_glass", "write `||`"),
    ("not ai", "write `!`"),
    ("ai &&", "not CEL"),
    ("(ai", "not CEL"),
    ('change.operation == "grant', "not CEL"),
    ('change.operatoin == "grant"', "did you mean `change.operation`?"),
    ('chnge.operation == "grant"', "did you mean `change.operation`?"),
    ('change.actor.nmae == "x"', "unknown name `change.actor.nmae`"),
    ("AI", "did you mean `ai`?"),
    ("change", "not a value by itself"),
    ('change["operation"] == "grant"', "not a value by itself"),
    ("has(change.break_glass)", "every field is always there"),
    ("change.entitlements.exists(e, has (e.id))", "every field is always there"),
    ("change.entitlements.exists(e, e.privilegd)", "did you mean `privileged`?"),
    ('change.operation == "grant" && change.entitlements.exists(e, e["privilegd"])', "did you mean `privileged`?"),
    ("change.entitlements.exist(e, e.privileged)", "unknown function `exist`; did you mean `exists`?"),
    ('change.source.startWith("x")', "did you mean `startsWith`?"),
    ("now() > 5", "unknown function `now`"),
    ("change.operation", "must be true or false; this is string"),
    ("1 + 1", "must be true or false; this is int"),
    ("change.entitlements[0].id", "must be true or false; this is string"),
    ("change.entitlements.exists(e, e.id)", "string stands where true or false is needed"),
    ("change.operation == 5", "`==` cannot take (string, int)"),
    ("change.executed_at == null", "cannot take (int, null_type)"),
    ('change.entitlements.exists(e, e.privileged == "yes")', "never equal"),
    ("change.entitlements.exists(e, e.environment in [1])", "never there"),
    ('change.grant_expires_at == "never"', "never equal"),
    ('change.actor.kind == "ai-agent"', "did you mean `ai_agent`?"),
    ('change.subject.kind in ["human", "robot"]', '`change.subject.kind` is never "robot"'),
    ('change.result != "success"', "did you mean `succeeded`?"),
    ('change.operation == "never" && change.source.matches("^(x")', "invalid regular expression"),
    ("change.entitlements[0].privileged", "on a change without entitlements"),
    ("change.grant_expires_at - change.executed_at > 28800000", "on a change without an end"),
    ("", "empty"),
    ("ai || \u200bai", "U+200B"),
    ("(" * 40 + "ai" + ")" * 40, "nested too deeply"),
    ("ai" + " || ai" * CONDITION_MAX, "longer than 4096"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=[text[:60] or "empty" for text, _ in REFUSED])
def test_a_condition_that_cannot_be_meant_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ConditionInvalid) as caught:
        condition(text, "class it")
    assert reason in str(caught.value)


ACCEPTED = [
    "true",
    "!ai",
    'change.source == "has(x)"',
    'change.operation in ["grant", "elevate"]',
    'change.source.matches("(?i)^okta-[0-9]+$")',
    'change.entitlements.exists(e, e.environment == "production" && e.id.startsWith("adm-"))',
    "size(change.entitlements) > 0 && change.entitlements[0].privileged",
    "change.grant_expires_at == null || change.grant_expires_at - change.executed_at > 28800000",
    'ai ? change.operation == "grant" : false  // who asked',
    "(" * 32 + "ai" + ")" * 32,
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_condition_that_makes_sense_is_accepted(text: str) -> None:
    assert one_class(text).classes[0].condition.text == text


def test_all_faults_of_one_condition_are_found() -> None:
    text = (
        "version: 1\noperations:\n  - id: a\n    when: |\n      change.operatoin == 'x' &&\n      change.sorce == 'y'\n"
    )
    assert [problem.line for problem in problems(text)] == [5, 6]


LAYOUTS = {
    "plain": "    when: change.operation == 'grant' &&\n      ai &&\n      change.sorce == 'y'\n",
    "folded": "    when: >-\n      change.operation == 'grant' &&\n      ai && change.sorce == 'y'\n",
    "literal": "    when: |\n\n      ai &&\n      change.sorce == 'y'\n",
    "single quotes": "    when: 'change.operation == ''grant'' &&\n      ai &&\n      change.sorce == ''y'''\n",
    "double quotes": '    when: "change.operation == \\"grant\\" &&\n      ai &&\n      change.sorce == \\"y\\""\n',
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_fault_is_placed_on_its_line_in_every_layout(layout: str) -> None:
    text = "version: 1\noperations:\n  - id: a\n" + LAYOUTS[layout]
    (problem,) = problems(text)
    assert text.splitlines()[problem.line - 1].strip().startswith(("change.sorce", "ai && change.sorce"))


def at(millis: int) -> Change:
    return change(executed_at=Millis(millis))


def test_an_error_at_evaluation_raises_and_names_the_class() -> None:
    policy = one_class("1000 / (change.executed_at - 5) >= 0")
    assert policy.requirement(at(6), ai=True).operation_class == "it"
    with pytest.raises(PolicyError, match=r"class it: .* cannot be evaluated: .*divide by zero"):
        policy.requirement(at(5), ai=True)


def test_an_error_after_the_first_match_is_never_reached() -> None:
    policy = one_class("change.executed_at == 5", "  - {id: later, when: '1 / (change.executed_at - 5) > 9'}")
    assert policy.requirement(at(5), ai=True).operation_class == "it"


def test_an_error_before_a_match_is_not_passed_over() -> None:
    policy = one_class("1000 / (change.executed_at - 5) < 0", "  - {id: rest, when: 'true'}")
    with pytest.raises(PolicyError, match="class it"):
        policy.requirement(at(5), ai=True)


def test_a_value_that_the_engine_cannot_take_raises() -> None:
    with pytest.raises(PolicyError):
        matches("change.executed_at > 5", at(2**70))
    with pytest.raises(PolicyError):
        matches('change.source == "x"', change(source="\ud800"))


def test_more_entitlements_than_the_engine_counts_raise() -> None:
    with pytest.raises(PolicyError, match="budget"):
        matches("change.entitlements.exists(e, e.privileged)", change(entitlements=(READER,) * 20_000))


def test_many_classes_share_no_budget() -> None:
    more = [f"  - {{id: c{n}, when: 'change.entitlements.exists(e, e.privileged)'}}" for n in range(20)]
    policy = one_class("change.entitlements.exists(e, e.privileged)", *more, "  - {id: last, when: 'true'}")
    assert policy.requirement(change(entitlements=(READER,) * 2_000), ai=True).operation_class == "last"


def test_deep_conditions_keep_their_order() -> None:
    deep = "(" * 31 + "change.executed_at == {}" + ")" * 31
    more = [f"  - {{id: c{n}, when: '{deep.format(n)}'}}" for n in range(40)]
    policy = one_class("false", *more)
    assert [policy.requirement(at(n), ai=True).operation_class for n in (0, 17, 39)] == ["c0", "c17", "c39"]


def test_a_comment_at_the_end_of_a_condition_swallows_nothing() -> None:
    policy = one_class("false // not yet", "  - {id: next, when: 'ai // now'}")
    (rung,) = Ladder.of(tuple(c.condition for c in policy.classes)).rungs
    assert rung.expression is not None
    assert policy.requirement(change(), ai=True).operation_class == "next"


def test_the_same_change_gets_the_same_answer_whatever_was_asked_before() -> None:
    policy = one_class('change.operation == "grant"')
    first = policy.requirement(change(), ai=True)
    policy.requirement(replace(change(), operation="revoke"), ai=False)
    assert policy.requirement(change(), ai=True) == first
