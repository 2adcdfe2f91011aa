"""Sight: an answer is kept under exactly what the conditions look at, so that keeping it can never change it."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.evidence import Change, Result
from streams.core.ids import ChangeId, DecisionId, TenantId
from streams.core.parties import Actor, Kind, Subject
from streams.core.requirement import Mode, PolicyError, Requirement, Timing
from streams.core.time import Millis
from streams.policy.cel import Condition, Sight, condition
from streams.policy.cel.vocabulary import ENTITLEMENT, NAMES
from streams.policy.compiled import ANSWERS_MAX, ENTITLEMENTS_MAX, CompiledPolicy, Exemption, OperationClass
from streams.policy.load import load
from tests.altered import fields_of, replace
from tests.unit.policy.examples import ADMIN, READER, change, one_class

ATOMS = (
    "ai",
    'change.operation == "grant"',
    'change.process.startsWith("re")',
    'change.actor.id == "a"',
    'change.actor.kind == "service"',
    'change.actor.on_behalf_of == "b"',
    'change.subject.id.endsWith("1")',
    'change.subject.kind == "human"',
    "change.executed_at > 6",
    "100 / (change.executed_at - 5) > 50",
    "change.grant_expires_at != null && change.grant_expires_at > 8",
    'change.result in ["failed", "unknown"]',
    'change.source == "x"',
    'change.tenant == "t"',
    "change.break_glass",
    'change.change_id == "c1"',
    'change.decision_id.contains("1")',
    "size(change.entitlements) > 1",
    "change.entitlements.exists(e, e.privileged)",
    'change.entitlements.all(e, e["environment"] == "production")',
    'change.entitlements.exists_one(e, e.id == "wiki-reader")',
    'change.entitlements.filter(e, e.privileged).exists(e, e.application == "directory")',
    'change.entitlements.map(e, e.application).exists(a, a == "wiki")',
    'size(change.entitlements) > 0 && change.entitlements[0].id == "wiki-reader"',
    "change.entitlements.exists(e, e == change.entitlements[size(change.entitlements) - 1] && !e.privileged)",
    'change.entitlements.exists(e, e.exists(k, k == "privileged"))',
    '(ai ? change.entitlements : []).exists(e, e.environment == "production")',
    "change.entitlements == []",
)
JOINED = ("{}", "!({})", "({}) && ({})", "({}) || ({})", "({}) ? ({}) : ({})")

READ = cache(lambda text: condition(text, "class it"))
CONDITIONS = st.builds(
    lambda shape, atoms: READ(shape.format(*atoms)),
    st.sampled_from(JOINED),
    st.lists(st.sampled_from(ATOMS), min_size=3, max_size=3),
)


def either(*values: object) -> st.SearchStrategy[object]:
    return st.sampled_from(values)


CHANGES = st.builds(
    change,
    operation=either("grant", "revoke"),
    process=either("", "request"),
    actor=st.builds(Actor, id=either("a", "b"), kind=either(Kind.SERVICE, Kind.HUMAN), on_behalf_of=either(None, "b")),
    subject=st.builds(Subject, id=either("s1", "s2"), kind=either(Kind.HUMAN, Kind.UNKNOWN)),
    executed_at=st.integers(4, 8).map(Millis),
    grant_expires_at=either(None, Millis(7), Millis(9)),
    result=either(Result.FAILED, Result.SUCCEEDED),
    source=either("x", "y"),
    tenant=either(TenantId("t"), TenantId("u")),
    break_glass=st.booleans(),
    change_id=either(ChangeId("c1"), ChangeId("c2")),
    decision_id=either(DecisionId("d1"), DecisionId("d2")),
    entitlements=st.lists(st.sampled_from((ADMIN, READER)), max_size=2).map(tuple),
)
EXEMPTIONS = st.builds(
    lambda at, when, code: Exemption(id=code, owner="o", ends_at=Millis(at), condition=when, waives=(code,)),
    st.integers(4, 8),
    CONDITIONS,
    either("NO_EXPIRY", "SELF_APPROVAL"),
)


@st.composite
def policies(draw: st.DrawFn) -> CompiledPolicy:
    whens = draw(st.lists(CONDITIONS, max_size=3))
    return CompiledPolicy(
        version="1",
        mode=Mode.OBSERVE,
        timing=Timing(),
        classes=tuple(
            OperationClass(condition=when, requirement=Requirement(operation_class=f"c{n}"))
            for n, when in enumerate(whens)
        ),
        otherwise=Requirement(operation_class="otherwise"),
        exceptions=tuple(draw(st.lists(EXEMPTIONS, max_size=2))),
    )


ALL = Sight(frozenset(NAMES), frozenset(ENTITLEMENT))


def in_full(policy: CompiledPolicy, it: Change, *, ai: bool) -> tuple[str, frozenset[str]] | str:
    """Answer from all that there is to a change, one condition after the other, keeping nothing."""

    def holds(when: Condition) -> bool:
        return when.holds(ALL.bind(it, ai=ai))

    try:
        found = next((c.id for c in policy.classes if holds(c.condition)), "otherwise")
        waived = (e.waives for e in policy.exceptions if it.executed_at < e.ends_at and holds(e.condition))
        return found, frozenset(code for codes in waived for code in codes)
    except PolicyError as error:
        return str(error)


def answered(policy: CompiledPolicy, it: Change, *, ai: bool) -> tuple[str, frozenset[str]] | str:
    try:
        said = policy.requirement(it, ai=ai)
    except PolicyError as error:
        return str(error)
    return said.operation_class, frozenset(said.waived)


def ask(policy: CompiledPolicy, one: Change, other: Change, *, ai: bool) -> None:
    """Ask about changes that are the same but for one thing, which an answer that is kept must not miss."""
    assert answered(policy, one, ai=ai) == in_full(policy, one, ai=ai)
    for field in fields_of(Change):
        beside = replace(one, **{field: getattr(other, field)})
        assert answered(policy, beside, ai=ai) == in_full(policy, beside, ai=ai), field
    assert answered(policy, one, ai=not ai) == in_full(policy, one, ai=not ai)


@given(policies(), CHANGES, CHANGES, st.booleans())
def test_what_is_kept_is_what_would_be_said_anew(policy: CompiledPolicy, one: Change, other: Change, ai: bool) -> None:
    ask(policy, one, other, ai=ai)


@pytest.mark.parametrize("text", ATOMS)
@settings(max_examples=30)
@given(one=CHANGES, other=CHANGES, ai=st.booleans())
def test_nothing_that_a_condition_looks_at_is_missed(text: str, one: Change, other: Change, ai: bool) -> None:
    ask(one_class(text), one, other, ai=ai)


@given(st.lists(CONDITIONS, min_size=1, max_size=3), CHANGES, CHANGES)
def test_what_looks_the_same_is_bound_to_the_same(whens: list[Condition], one: Change, other: Change) -> None:
    sight = Sight.joint(when.sight for when in whens)
    if sight.look(one, ai=True) == sight.look(other, ai=True):
        assert [when.holds(sight.bind(one, ai=True)) for when in whens if "/" not in when.text] == [
            when.holds(ALL.bind(other, ai=True)) for when in whens if "/" not in when.text
        ]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("ai", set()),
        ("size(change.entitlements) == 1", set()),
        ("change.entitlements.exists(e, e.privileged)", {"privileged"}),
        ('change.entitlements.all(e, e["id"] != e.application)', {"id", "application"}),
        ('size(change.entitlements) == 1 && change.entitlements[0].environment == "p"', {"environment"}),
        ("change.entitlements.filter(e, e.privileged).size() > 0", set(ENTITLEMENT)),
        ("change.entitlements.exists(e, e == change.entitlements[0])", set(ENTITLEMENT)),
        ('["id"].exists(id, change.entitlements.exists(e, e.privileged && "id" in e))', set(ENTITLEMENT)),
        ("(ai ? change.entitlements : []).exists(e, e.privileged)", set(ENTITLEMENT)),
        ("dyn(change.entitlements).exists(e, e.privileged)", set(ENTITLEMENT)),
        ("[change.entitlements].exists(l, l.exists(e, e.privileged))", set(ENTITLEMENT)),
    ],
)
def test_only_the_fields_that_are_plainly_read_are_seen_and_all_where_it_is_not_plain(
    text: str, fields: set[str]
) -> None:
    assert READ(text).sight.fields == fields


def test_the_default_policy_does_not_look_at_whom_a_change_is_about() -> None:
    policy = load(None)
    assert policy._sight.names.isdisjoint({"change.subject.id", "change.actor.id", "change.change_id"})
    assert policy._sight.fields == {"privileged"}


def test_an_error_is_raised_every_time_and_never_kept() -> None:
    policy = one_class("100 / (change.executed_at - 5) >= 0")
    for _ in range(2):
        with pytest.raises(PolicyError, match="divide by zero"):
            policy.requirement(change(executed_at=Millis(5)), ai=True)


def test_what_is_kept_is_bounded_in_number_and_in_size() -> None:
    policy = one_class('change.source == "nowhere"')
    for n in range(2 * ANSWERS_MAX + 1):
        policy.requirement(change(source=f"s{n}"), ai=True)
    assert 0 < len(policy._answers) <= ANSWERS_MAX
    policy._answers.clear()
    policy.requirement(change(entitlements=(READER,) * (ENTITLEMENTS_MAX + 1)), ai=True)
    assert policy._answers == {}
