"""The digest: the same for two texts of one meaning, another for every change of meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.policy.cel.tokens import tokens
from streams.policy.load import load, parse

BASE = """
version: v1
mode: observe
timing: {grace: 60s, skew: 5s, horizon: 30d}
operations:
  - id: first
    when: change.operation == "grant" && ai
    authority: recommend
    approvals: {count: 2, roles: [owner, security], human: true, independent: true, assurance: verified, valid_for: 24h}
    time_bound: {required: true}
    evidence: {prompt: required}
    on_violation: revoke
  - id: second
    when: change.process == "joiner"
    authority: execute
exceptions:
  - {id: one, owner: a@example.com, until: 2026-12-01, when: change.source == "x", waives: [NO_EXPIRY, SELF_APPROVAL]}
  - {id: two, owner: b@example.com, until: 2026-12-02, when: ai, waives: [NO_EXPIRY]}
safety: {protected_subjects: [root, "breakglass-*"]}
otherwise: {authority: none, approvals: {count: 1}, on_violation: hold}
"""

EDITS = [
    ("version: v1", "version: v2"),
    ("mode: observe", "mode: enforce"),
    ("grace: 60s", "grace: 61s"),
    ("skew: 5s", "skew: 6s"),
    ("horizon: 30d", "horizon: 31d"),
    ("id: first", "id: fist"),
    ('"grant" && ai', '"grant" || ai'),
    ('"grant" && ai', '"gr ant" && ai'),
    ("authority: recommend", "authority: approve"),
    ("count: 2", "count: 3"),
    ("[owner, security]", "[owner]"),
    ("human: true", "human: false"),
    ("independent: true", "independent: false"),
    ("assurance: verified", "assurance: signed"),
    ("valid_for: 24h", "valid_for: 25h"),
    (", valid_for: 24h", ""),
    ("required: true", "required: false"),
    ("prompt: required", "prompt: optional"),
    ("on_violation: revoke", "on_violation: hold"),
    ('== "joiner"', '!= "joiner"'),
    ("authority: execute", "authority: none"),
    ("id: one", "id: oen"),
    ("a@example.com", "c@example.com"),
    ("2026-12-01", "2026-12-03"),
    ('change.source == "x"', 'change.source == "y"'),
    ("[NO_EXPIRY, SELF_APPROVAL]", "[NO_EXPIRY]"),
    ("[root,", "[toor,"),
    ('root, "breakglass-*"', '"breakglass-*"'),
    ("{authority: none, approvals: {count: 1}", "{authority: none"),
    ("on_violation: hold}", "on_violation: alert}"),
    ("otherwise: {authority: none", "otherwise: {authority: execute"),
]


@pytest.mark.parametrize(("said", "instead"), EDITS, ids=[f"{said} -> {instead}" for said, instead in EDITS])
def test_a_change_of_meaning_moves_the_digest(said: str, instead: str) -> None:
    assert said in BASE
    assert parse(BASE).digest != parse(BASE.replace(said, instead, 1)).digest


def test_every_change_of_meaning_has_a_digest_of_its_own() -> None:
    digests = [parse(BASE.replace(said, instead, 1)).digest for said, instead in EDITS]
    assert len(set(digests)) == len(EDITS)


def test_the_order_of_classes_is_part_of_the_meaning() -> None:
    one, two = "  - {id: a, when: ai}\n", "  - {id: b, when: ai}\n"
    head = "version: '1'\noperations:\n"
    assert parse(head + one + two).digest != parse(head + two + one).digest


RESPACED = """when: |
      // who?
      change.operation=="grant"
      &&ai"""

SAME = [
    ("timing: {grace: 60s, skew: 5s, horizon: 30d}", "timing:\n  skew: 5000ms\n  horizon: 720h\n  grace: 1m"),
    ("timing: {grace: 60s, skew: 5s, horizon: 30d}", ""),
    ("mode: observe", ""),
    ("mode: observe", "mode: 'observe'   # quoted"),
    ("[owner, security]", "[security, 'owner']"),
    ("[NO_EXPIRY, SELF_APPROVAL]", "[SELF_APPROVAL, NO_EXPIRY]"),
    (", human: true, independent: true", ""),
    ('when: change.operation == "grant" && ai', RESPACED),
    ('root, "breakglass-*"', "breakglass-*, root"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "instead"), SAME)
def test_another_way_of_writing_the_same_keeps_the_digest(said: str, instead: str) -> None:
    assert said in BASE
    assert parse(BASE).digest == parse(BASE.replace(said, instead, 1)).digest


def test_the_order_of_exceptions_has_no_meaning() -> None:
    lines = BASE.splitlines()
    at = next(n for n, line in enumerate(lines) if "id: one" in line)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    assert parse("\n".join(lines)).digest == parse(BASE).digest


def test_the_name_of_the_file_has_no_meaning() -> None:
    assert parse(BASE, "a.yaml").digest == parse(BASE, "b.yaml").digest


def test_reading_twice_gives_one_digest_in_the_form_of_an_id() -> None:
    assert load(None).digest == load(None).digest
    assert load(None).digest.startswith("pol_")


PIECES = st.sampled_from(['"a b"', "'a  b'", '"//x"', "operation", "==", "&&", "ai", "(", ")", "1", "1.5", "!"])


@given(
    pieces=st.lists(PIECES, min_size=1, max_size=12),
    gaps=st.lists(st.sampled_from([" ", "\n", "  // c\n"]), max_size=12),
)
def test_white_space_and_comments_between_tokens_mean_nothing(pieces: list[str], gaps: list[str]) -> None:
    spread = "".join(piece + (gaps[n] if n < len(gaps) else " ") for n, piece in enumerate(pieces))
    assert tokens(spread) == tokens(" ".join(pieces)) == tuple(pieces)


def test_white_space_inside_quotes_means_something() -> None:
    assert tokens("'a b'") != tokens("'a  b'")
    assert tokens('r"\\" + "// no comment"') == ('r"\\"', "+", '"// no comment"')
    assert tokens('"""a "quoted" b""" // c') == ('"""a "quoted" b"""',)
    assert tokens("a b") != tokens("ab")
