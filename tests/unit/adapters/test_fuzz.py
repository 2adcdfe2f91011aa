"""Whatever arrives, an adapter answers with evidence that fits its schema, or with a reason; it never breaks."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orjson import dumps, loads

from streams.adapters import ADAPTERS, Adapted, adapt_bytes
from streams.codec.records import from_plain, kind_of, to_plain
from tests.golden.cases import TENANT, inputs
from tests.unit.adapters.events import cloudtrail, okta, span

SOURCES = tuple(ADAPTERS)
GOLDEN = [(source, loads(path.read_bytes())) for source, path in inputs()]

SCALARS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20) | st.sampled_from(["true", "2026-11-23T10:00:00Z", "[{}]", '{"a":', "x" * 400])
)  # fmt: skip
KEYS = st.text(max_size=8) | st.sampled_from(
    [
        "eventType",
        "data",
        "events",
        "detail",
        "detail-type",
        "Records",
        "eventName",
        "resourceSpans",
        "scopeSpans",
        "spans",
    ]
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
BASES: dict[str, Callable[[], dict[str, Any]]] = {"okta": okta, "cloudtrail": cloudtrail, "otel": span}


def is_sound(adapted: Adapted) -> None:
    """Everything that came out fits its schema, and every failure says of which source and why."""
    for record in (*adapted.evidence, *adapted.undecided):
        assert from_plain(kind_of(record), to_plain(record)) == record
    for failure in adapted.failures:
        assert failure.reason.startswith(tuple(f"{source}: " for source in SOURCES))
        assert failure.reason.endswith(".")
    assert adapted.evidence or adapted.undecided or adapted.failures or adapted.ignored


def places(plain: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the place of every value within a document."""
    found = [path] if path else []
    for key, value in plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ():
        found += places(value, (*path, key))
    return found


def changed(plain: Any, path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    """Copy a document and change the container of one place."""
    copy = deepcopy(plain)
    container = copy
    for step in path[:-1]:
        container = container[step]
    change(container, path[-1])
    return copy


@given(source=st.sampled_from(SOURCES), plain=JSON)
def test_any_json_is_adapted_or_refused(source: str, plain: Any) -> None:
    is_sound(adapt_bytes(source, dumps(plain), TENANT))


@given(source=st.sampled_from(SOURCES), raw=st.binary(max_size=60))
def test_any_bytes_are_refused(source: str, raw: bytes) -> None:
    adapted = adapt_bytes(source, raw, TENANT)
    is_sound(adapted)
    assert not adapted.evidence


@given(source=st.sampled_from(SOURCES), data=st.data())
def test_any_field_of_an_event_may_be_anything(source: str, data: st.DataObject) -> None:
    event = BASES[source]()
    path = data.draw(st.sampled_from(places(event)))
    value = data.draw(JSON)
    is_sound(adapt_bytes(source, dumps(changed(event, path, lambda c, k: c.__setitem__(k, value))), TENANT))


@pytest.mark.parametrize(("source", "document"), GOLDEN)
def test_a_golden_event_without_any_one_field_is_adapted_or_refused(source: str, document: Any) -> None:
    for path in places(document):
        is_sound(adapt_bytes(source, dumps(changed(document, path, lambda c, k: c.__delitem__(k))), TENANT))


@pytest.mark.parametrize("value", [None, True, 7, -1.5, "", "x", "x" * 300, [], [7], {}, {"a": 7}])
def test_a_golden_event_with_any_one_field_of_another_type_is_adapted_or_refused(value: Any) -> None:
    for source, document in GOLDEN:
        for path in places(document):
            is_sound(adapt_bytes(source, dumps(changed(document, path, lambda c, k: c.__setitem__(k, value))), TENANT))


@given(case=st.sampled_from(GOLDEN), share=st.floats(0, 1, exclude_max=True), flip=st.integers(0, 255))
def test_a_golden_event_cut_or_flipped_anywhere_is_adapted_or_refused(
    case: tuple[str, Any], share: float, flip: int
) -> None:
    source, document = case
    raw = bytearray(dumps(document))
    at = int(share * len(raw))
    cut = adapt_bytes(source, bytes(raw[:at]), TENANT)
    assert cut.failures
    raw[at] ^= flip
    is_sound(adapt_bytes(source, bytes(raw), TENANT))
