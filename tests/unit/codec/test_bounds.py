"""Does what claims to come from the future stay out, and does the quarantine take anything at all."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec.avro import AvroCodec
from streams.codec.bounds import DETAIL_CHARS_MAX, KEY_BYTES_MAX, QUARANTINED_BYTES_MAX, check_time
from streams.codec.errors import Malformed
from streams.codec.quarantined import Quarantined
from streams.codec.records import KINDS
from streams.core.time import Millis
from tests.altered import replace
from tests.unit.codec.examples import record

NOW = Millis(1_795_500_000_000)

HAPPENED = [
    ("prompt", "occurred_at"),
    ("context", "occurred_at"),
    ("approval", "occurred_at"),
    ("approval", "decided_at"),
    ("change", "occurred_at"),
    ("change", "executed_at"),
    ("outcome", "occurred_at"),
    ("outcome", "completed_at"),
    ("agent", "occurred_at"),
    ("agent", "registered_at"),
]


def dated(kind: str, name: str, at: int) -> Any:
    """Take an example whose other times are long past."""
    example: Any = record(kind)
    past = {field: Millis(NOW - 1) for k, field in HAPPENED if k == kind}
    return replace(example, **(past | {name: at}), **({"policy_decision": None} if kind == "change" else {}))


@pytest.mark.parametrize(("kind", "name"), HAPPENED)
def test_what_happened_in_the_future_is_refused(kind: str, name: str) -> None:
    check_time(dated(kind, name, NOW + 1_000), NOW, 1_000)
    with pytest.raises(Malformed, match=rf"{kind}\.{name} is 2026-.*, 1s 1ms ahead of our clock; a clock is wrong\."):
        check_time(dated(kind, name, NOW + 1_001), NOW, 1_000)


def test_a_decision_that_a_policy_point_will_make_is_refused() -> None:
    change: Any = record("change", "elevation-that-never-ends-elsewhere")
    ahead = replace(change.policy_decision, decided_at=Millis(change.occurred_at + 10))
    with pytest.raises(Malformed, match=r"change\.policy_decision\.decided_at is"):
        check_time(replace(change, policy_decision=ahead), change.occurred_at, 5)


def test_an_end_may_lie_in_the_future() -> None:
    change: Any = record("change", "elevation-that-never-ends-elsewhere")
    assert change.grant_expires_at > change.occurred_at
    check_time(change, change.occurred_at, 0)


def test_every_input_is_checked_and_no_output() -> None:
    checked = set()
    for kind in KINDS:
        try:
            check_time(record(kind), Millis(0), 0)
        except Malformed:
            checked.add(kind)
    assert checked == {"prompt", "context", "approval", "change", "outcome", "agent"}


CODEC = AvroCodec()


@given(st.none() | st.binary(max_size=200), st.none() | st.binary(max_size=200), st.text(max_size=50))
def test_the_quarantine_takes_any_bytes_and_any_reason(key: bytes | None, value: bytes | None, reason: str) -> None:
    kept = Quarantined.of(
        topic="raw.okta", partition=0, offset=7, key=key, value=value, stage="adapt", reason=reason, at=NOW
    )
    assert CODEC.decode(CODEC.encode(kept), "quarantined") == kept
    assert (kept.key, kept.value, kept.original_size) == (key, value or b"", len(value or b""))


def test_the_largest_original_is_kept_in_part_and_known_as_a_whole() -> None:
    original = bytes(range(256)) * 40_000
    kept = Quarantined.of(
        topic="raw.okta", partition=0, offset=7, key=b"k" * 10_000, value=original, stage="adapt",
        reason="r\ud800" * DETAIL_CHARS_MAX, at=NOW,
    )  # fmt: skip
    assert CODEC.decode(CODEC.encode(kept)) == kept
    assert (len(kept.value), len(kept.key or b"")) == (QUARANTINED_BYTES_MAX, KEY_BYTES_MAX)
    assert (kept.original_size, kept.sha256) == (len(original), sha256(original).hexdigest())
