"""Is everything that is no record refused, with a sentence that names the field and what is wrong."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec.errors import Malformed
from streams.codec.records import BY_KIND, KINDS, Record, from_plain, kind_of, to_plain
from tests.unit.codec.examples import plain
from tests.unit.codec.generated import JSON, RECORDS

GONE = object()
"""Stands for a field to be taken away."""

KINDS_OF_PARTIES = "human, ai_agent, service, system, unknown"
A_TIME = "milliseconds since 1970 (UTC), or a time like 2026-11-23T10:04:05Z"

REFUSED: list[tuple[str, Any, str]] = [
    ("change.decision_id", GONE, "is missing."),
    ("change.decision_id", "", "must not be empty."),
    ("change.event_id", GONE, "is missing."),
    ("change.event_id", "", "must not be empty."),
    ("change.event_id", "e" * 257, "has 257 characters; the bound is 256."),
    ("change.event_id", 7, "must be text, not a whole number."),
    ("change.tenant", None, "must be text, not null."),
    ("change.tenant", "", "must not be empty."),
    ("change.actor", "helpdesk-bot", "must be an object, not text."),
    ("change.actor.id", "", "must not be empty."),
    ("change.actor.kind", "robot", f"is 'robot'; it must be one of {KINDS_OF_PARTIES}."),
    ("change.actor.kind", None, f"must be one of {KINDS_OF_PARTIES}, not null."),
    ("change.entitlements", {}, "must be a list, not an object."),
    ("change.entitlements", None, "must be a list, not null."),
    ("change.entitlements", [{"id": "e"}] * 65, "has 65 items; the bound is 64."),
    ("change.entitlements[0]", "Domain Admin", "must be an object, not text."),
    ("change.entitlements[0].privileged", "yes", "must be true or false, not text."),
    ("change.rollback.reference", "r" * 4097, "has 4097 characters; the bound is 4096."),
    ("change.executed_at", True, f"must be {A_TIME}, not true or false."),
    ("change.executed_at", 1.5, f"must be {A_TIME}, not a number with a fraction."),
    ("change.executed_at", 1_795_428_245, f"is 1795428245, which looks like seconds; times are {A_TIME[:29]}."),
    ("change.break_glass", 1, "must be true or false, not a whole number."),
    ("change.command_id", "", "must not be empty."),
    ("prompt.text", "t" * 16385, "has 16385 characters; the bound is 16384."),
    ("prompt.rationale", "t" * 16385, "has 16385 characters; the bound is 16384."),
    ("prompt.tool_calls", [{"name": "t"}] * 65, "has 65 items; the bound is 64."),
    ("prompt.contexts", [{"context_id": "c"}] * 65, "has 65 items; the bound is 64."),
    ("context.excerpt", "t" * 8193, "has 8193 characters; the bound is 8192."),
    ("outcome.detail", "t" * 4097, "has 4097 characters; the bound is 4096."),
    ("approval.approver.roles", ["r"] * 65, "has 65 items; the bound is 64."),
    ("approval.approver.roles[0]", "", "must be a text of 1 to 256 characters; it is empty."),
    ("approval.approver.roles[0]", 3, "must be a text of 1 to 256 characters; it is a whole number."),
    ("approval.approver.roles[0]", "r" * 257, "must be a text of 1 to 256 characters; it is 257 characters long."),
    ("approval.scope", GONE, "is missing."),
    ("approval.scope.max_duration_ms", -1, "is -1; it must be between 0 and 3155760000000."),
    ("approval.outcome", "aproved", "is 'aproved'; it must be one of approved, denied, withdrawn, expired."),
    ("agent.environments", ["e"] * 65, "has 65 items; the bound is 64."),
    (
        "agent.authority",
        [{"operation_class": "*", "authority": "none"}] * 2,
        "names an operation class twice; which one holds would be a matter of luck.",
    ),
    ("verdict.version", 0, "is 0; it must be between 1 and 9223372036854775807."),
    ("revocation.action", "delete", "is 'delete'; it must be one of revoke, reinstate, suspend-agent."),
    ("quarantined.value", "not base64!", "must be base64 (RFC 4648, section 4)."),
]  # fmt: skip


def changed(where: str, value: Any) -> dict[str, Any]:
    """Take the first example of a kind and put something into the place `kind.field[0].field`."""
    kind, *path = re.findall(r"[a-z_A-Z]+|\d+", where)
    example = plain(kind)
    steps = [int(step) if step.isdigit() else step for step in path]
    inner: Any = example
    for step in steps[:-1]:
        inner = inner[step]
    if value is GONE:
        del inner[steps[-1]]
    else:
        inner[steps[-1]] = value
    return example


def refusal(kind: str, value: Any) -> str:
    """Try to read a record; give the reason why it is none, nothing when it is one."""
    try:
        assert isinstance(from_plain(kind, value), BY_KIND[kind].record)
    except Malformed as refused:
        return refused.reason
    return ""


@pytest.mark.parametrize(("where", "value", "what"), REFUSED, ids=[f"{row[0]} {row[2]}"[:70] for row in REFUSED])
def test_a_record_that_is_not_in_order_is_refused_by_name(where: str, value: Any, what: str) -> None:
    assert refusal(where.partition(".")[0], changed(where, value)) == f"{where} {what}"


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("change.opration", "change has no field opration. Did you mean operation?"),
        ("change.decisionId", "change has no field decisionId. Did you mean decision_id?"),
        ("change.actor.name", "change.actor has no field name. It has: id, kind, on_behalf_of."),
        (
            "change.entitlements[0].priviledged",
            "change.entitlements[0] has no field priviledged. Did you mean privileged?",
        ),
    ],
)
def test_a_field_that_nobody_knows_does_not_pass(where: str, reason: str) -> None:
    assert refusal("change", changed(where, "x")) == reason


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("change.event_id", "e" * 256),
        ("change.entitlements", [{"id": "e"}] * 64),
        ("prompt.text", "t" * 16384),
        ("context.excerpt", "t" * 8192),
        ("outcome.detail", "t" * 4096),
        ("change.grant_expires_at", 253_402_300_799_999),
        ("change.executed_at", 946_684_800_000),
        ("change.executed_at", "2000-01-01T00:00:00Z"),
    ],
)
def test_what_just_reaches_a_bound_is_taken(where: str, value: Any) -> None:
    assert refusal(where.partition(".")[0], changed(where, value)) == ""


def test_a_kind_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(Malformed, match="There is no record called 'promt'; there are prompt, context, "):
        from_plain("promt", {})


def test_a_reason_never_quotes_a_text() -> None:
    secret = "hunter2-" * 3_000
    assert "hunter2" not in refusal("prompt", changed("prompt.text", secret))
    assert "hunter2" not in refusal("prompt", changed("prompt.model", secret))


@given(RECORDS)
def test_plain_and_back_is_identity(record: Record) -> None:
    assert from_plain(kind_of(record), to_plain(record)) == record


@given(RECORDS)
def test_the_plain_form_has_no_enum_and_no_tuple_in_it(record: Record) -> None:
    assert types_in(to_plain(record)) <= {str, int, bool, type(None), list, dict}


def types_in(value: Any) -> set[type]:
    """Find the exact types within a plain value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {type(value)}.union(*(types_in(each) for each in inner))


@given(st.sampled_from(KINDS), JSON)
def test_anything_that_json_can_say_is_a_record_or_malformed(kind: str, value: Any) -> None:
    assert refusal(kind, value).endswith(".")


@given(st.sampled_from(KINDS), st.data())
def test_anything_in_place_of_any_field_is_a_record_or_malformed(kind: str, data: st.DataObject) -> None:
    example = plain(kind)
    name = data.draw(st.sampled_from(sorted(example)))
    example[name] = data.draw(JSON)
    reason = refusal(kind, example)
    assert reason == "" or name in reason
