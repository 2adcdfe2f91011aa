"""What a policy file may not say: each mistake is refused on its own line, with a reason that says what to do."""

import pytest

from streams.policy.errors import PROBLEMS_MAX, PolicyInvalid
from streams.policy.load import load, parse
from streams.policy.yaml import DEPTH_MAX, TEXT_MAX
from tests.unit.policy.examples import problems

SHAPE = [
    ("empty", "", 1, "empty"),
    ("only a comment", "# nothing\n", 1, "empty"),
    ("a list", "\n- version: 1\n", 2, "a mapping"),
    ("a word", "version", 1, "a mapping"),
    ("two documents", "version: 1\n---\nversion: 2\n", 2, "second document"),
    ("a tab", "version: 1\ntiming:\n\tgrace: 5s\n", 3, "tab"),
    ("a bracket left open", "version: 1\noperations: [\n", 3, "not YAML"),
    ("a quote left open", "version: 1\nmode: 'observe\n", 3, "not YAML"),
    ("bad indentation", "version: 1\ntiming:\n  grace: 5s\n skew: 5s\n", 4, "not YAML"),
    ("an anchor", "version: &v 1\n", 1, "anchors"),
    ("an alias", "version: 1\nmode: *v\n", 2, "aliases"),
    ("a tag", "version: !!python/name:os.system 1\n", 1, "tags"),
    ("an exclamation mark that is a tag", "version: 1\noperations:\n  - {id: a, when: !ai}\n", 3, "in quotes"),
    ("a NUL", "version: 1\nmode: a\x00b\n", 2, "U+0000"),
    ("a key that is a list", "version: 1\n? [a]\n: b\n", 2, "key must be a word"),
    ("no policy at all", "user: root\npassword: s3cret\n", 1, "no policy"),
]


@pytest.mark.parametrize(("text", "line", "reason"), [row[1:] for row in SHAPE], ids=[row[0] for row in SHAPE])
def test_a_text_that_is_no_policy_is_refused(text: str, line: int, reason: str) -> None:
    (problem,) = problems(text)
    assert problem.line == line
    assert reason in problem.reason


HEAD = "version: '1'\n"
CLASS = HEAD + "operations:\n  - id: a\n    when: ai\n"
EXCEPTION = HEAD + "exceptions:\n  - id: e\n    owner: ciso@example.com\n    when: ai\n"
UNOWNED = HEAD + "exceptions:\n  - {id: e, until: 2026-12-01, when: ai, waives: [NO_EXPIRY]}\n"
LATER = "is not enforced by this version; remove it"

CONTENT = [
    ("no version", "mode: observe\n", 1, "lacks `version`"),
    ("an empty version", "version:\n", 1, "`version` must be a text, not nothing"),
    ("a version of two lines", 'version: "a\\nb"\n', 1, "one line"),
    ("a version that is a list", "version: [1]\n", 1, "must be a text, not a list"),
    ("an unknown key", HEAD + "operatons: []\n", 2, "unknown key `operatons` in the policy; did you mean `op"),
    ("a key in capitals", HEAD + "MODE: observe\n", 2, "did you mean `mode`?"),
    ("a merge key", HEAD + "<<: {mode: enforce}\n", 2, "unknown key `<<`"),
    ("a key twice", HEAD + "mode: observe\nmode: enforce\n", 3, "`mode` is here twice; first at line 2"),
    ("an unknown mode", HEAD + "mode: enforced\n", 2, "`mode` cannot be 'enforced'; did you mean `enforce`?"),
    ("timing that is a word", HEAD + "timing: fast\n", 2, "`timing` must be a mapping, not a text"),
    ("an unknown timing", HEAD + "timing:\n  graze: 5s\n", 3, "did you mean `grace`?"),
    ("a number without unit", HEAD + "timing: {grace: 60}\n", 2, "250ms, 30s, 5m, 8h or 7d"),
    ("a duration with a space", HEAD + "timing: {grace: 60 s}\n", 2, "250ms, 30s, 5m, 8h or 7d"),
    ("a negative duration", HEAD + "timing: {grace: -5s}\n", 2, "250ms, 30s, 5m, 8h or 7d"),
    ("a grace too long", HEAD + "timing:\n  skew: 1s\n  grace: 3600001ms\n", 4, "between 0s and 1h"),
    ("a skew too long", HEAD + "timing: {skew: 301s}\n", 2, "between 0s and 5m"),
    ("a horizon too short", HEAD + "timing: {horizon: 59m}\n", 2, "between 1h and 365d"),
    ("a horizon too long", HEAD + "timing: {horizon: 366d}\n", 2, "between 1h and 365d"),
    ("operations that are a mapping", HEAD + "operations: {a: b}\n", 2, "must be a list of mappings"),
    ("an operation that is a word", HEAD + "operations:\n  - a\n", 3, "must be a mapping, not a text"),
    ("a class without id", HEAD + "operations:\n  - when: ai\n", 3, "lacks `id`"),
    ("a class without when", HEAD + "operations:\n  - id: a\n", 3, "lacks `when`"),
    ("an id in capitals", HEAD + "operations:\n  - id: Joiner\n    when: ai\n", 3, "small letters"),
    ("an id too long", HEAD + f"operations:\n  - id: {'a' * 65}\n    when: ai\n", 3, "at most 64"),
    ("an id that is a star", HEAD + "operations:\n  - id: '*'\n    when: ai\n", 3, "small letters"),
    ("an id twice", CLASS + "  - id: a\n    when: ai\n", 5, "`id: a` is taken; first at line 3"),
    ("a class called otherwise", HEAD + "operations:\n  - id: otherwise\n    when: ai\n", 3, "is taken"),
    ("an unknown authority", CLASS + "    authority: aprove\n", 5, "did you mean `approve`?"),
    ("an unknown response", CLASS + "    on_violation: revok\n", 5, "did you mean `revoke`?"),
    ("a key for a class", CLASS + "    authorty: none\n", 5, "did you mean `authority`?"),
    ("approvals of nothing", CLASS + "    approvals:\n", 5, "must be a mapping, not nothing"),
    ("a count of none", CLASS + "    approvals: {count: 0}\n", 5, "between 1 and 10"),
    ("a count of eleven", CLASS + "    approvals: {count: 11}\n", 5, "between 1 and 10"),
    ("a count in words", CLASS + "    approvals: {count: two}\n", 5, "whole number, not 'two'"),
    ("a count in quotes", CLASS + "    approvals: {count: '2'}\n", 5, "whole number, not the text '2'"),
    ("a count with a point", CLASS + "    approvals: {count: 1.5}\n", 5, "whole number"),
    ("one role instead of roles", CLASS + "    approvals: {roles: security}\n", 5, "must be a list"),
    ("a role twice", CLASS + "    approvals: {roles: [a, b, a]}\n", 5, "twice"),
    ("a role that is empty", CLASS + "    approvals: {roles: ['']}\n", 5, "one line"),
    ("a role that is a list", CLASS + "    approvals: {roles: [[a]]}\n", 5, "must be a text, not a list"),
    ("yes instead of true", CLASS + "    approvals: {human: yes}\n", 5, "must be `true` or `false`, not 'yes'"),
    ("True instead of true", CLASS + "    approvals: {independent: True}\n", 5, "must be `true` or `false`"),
    ("an unknown assurance", CLASS + "    approvals:\n      assurance: verifed\n", 6, "did you mean `verified`?"),
    ("an approval for no time", CLASS + "    approvals: {valid_for: 0s}\n", 5, "between 1s and 365d"),
    ("a key for approvals", CLASS + "    approvals: {counts: 2}\n", 5, "did you mean `count`?"),
    ("evidence that is a word", CLASS + "    evidence: prompt\n", 5, "must be a mapping"),
    ("a prompt that is true", CLASS + "    evidence: {prompt: true}\n", 5, "known are required, optional"),
    ("a bound that is a word", CLASS + "    time_bound: required\n", 5, "must be a mapping"),
    ("single_use", CLASS + "    approvals:\n      single_use: true\n", 6, f"`single_use` {LATER}"),
    ("time_bound.max", CLASS + "    time_bound: {max: 8h}\n", 5, f"`max` {LATER}"),
    ("rollback", CLASS + "    rollback: required\n", 5, f"`rollback` {LATER}"),
    ("evidence.context", CLASS + "    evidence: {context: declared}\n", 5, f"`context` {LATER}"),
    ("a rate per minute", HEAD + "safety:\n  revocations_per_minute: 30\n", 3, f"`revocations_per_minute` {LATER}"),
    ("a rate per subject", HEAD + "safety: {per_subject_per_hour: 3}\n", 2, f"`per_subject_per_hour` {LATER}"),
    ("an unknown safety", HEAD + "safety: {protected: [a]}\n", 2, "did you mean `protected_subjects`?"),
    ("a glob twice", HEAD + "safety: {protected_subjects: [a, a]}\n", 2, "twice"),
    ("an otherwise with a condition", HEAD + "otherwise:\n  when: ai\n", 3, "makes no sense here"),
    ("an otherwise with an id", HEAD + "otherwise: {id: rest}\n", 2, "always `otherwise`"),
    ("an exception without owner", UNOWNED, 3, "lacks `owner`"),
    ("an exception for ever", EXCEPTION + "    waives: [NO_EXPIRY]\n", 3, "lacks `until`"),
    ("an exception of nothing", EXCEPTION + "    until: 2026-12-01\n", 3, "lacks `waives`"),
    ("an exception of no finding", EXCEPTION + "    until: 2026-12-01\n    waives: []\n", 7, "`waives` is empty"),
    ("an unknown finding", EXCEPTION + "    until: 2026-12-01\n    waives: [NO_EXPIRE]\n", 7, "mean `NO_EXPIRY`?"),
    ("a day that is none", EXCEPTION + "    until: 2026-02-29\n    waives: [NO_EXPIRY]\n", 6, "a date like 2026-12-01"),
    ("a day and an hour", EXCEPTION + "    until: 2026-12-01T10:00\n    waives: [NO_EXPIRY]\n", 6, "a date like"),
    ("a day after the last", EXCEPTION + "    until: 9999-12-31\n    waives: [NO_EXPIRY]\n", 6, "a date like"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "reason"), [row[1:] for row in CONTENT], ids=[row[0] for row in CONTENT])
def test_a_policy_that_says_something_wrong_is_refused(text: str, line: int, reason: str) -> None:
    (problem,) = problems(text)
    assert problem.line == line
    assert reason in problem.reason


def test_all_problems_are_reported_in_the_order_of_the_lines() -> None:
    text = "version: 1\nmode: enforced\noperations:\n  - id: a\n    when: chnge.operation == 'x'\n    authority: all\n"
    text += "foo: 1\n"
    assert [problem.line for problem in problems(text)] == [2, 5, 6, 7]
    with pytest.raises(PolicyInvalid) as caught:
        parse(text, "p.yaml")
    lines = str(caught.value).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["p.yaml:2:", "p.yaml:5:", "p.yaml:6:", "p.yaml:7:"]


def test_a_file_full_of_mistakes_gives_a_bounded_message() -> None:
    text = HEAD + "".join(f"k{n}: 1\n" for n in range(1_000))
    with pytest.raises(PolicyInvalid) as caught:
        parse(text, "p.yaml")
    assert len(str(caught.value).splitlines()) == PROBLEMS_MAX + 1
    assert "950 more problems" in str(caught.value)


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    text = "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(50))
    assert problems(text)[0].line == 1


def test_a_deep_nesting_is_refused() -> None:
    assert "nested more than" in problems("version: " + "[" * (DEPTH_MAX + 1))[0].reason
    assert "nested more than" in problems("[" * 100_000)[0].reason


def test_a_text_that_is_too_large_is_refused() -> None:
    assert "larger than" in problems("#" + "x" * TEXT_MAX)[0].reason


def test_too_many_classes_are_refused() -> None:
    classes = "".join(f"  - {{id: c{n}, when: ai}}\n" for n in range(201))
    assert "at most 200" in problems(HEAD + "operations:\n" + classes)[0].reason


def test_the_default_policy_is_accepted() -> None:
    assert load(None).classes
