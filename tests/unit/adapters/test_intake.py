"""The bytes of a message: what is no JSON, what is packed how, and that one bad event takes no good one with it."""

import pytest
from orjson import dumps, loads

from streams.adapters import Adapted, adapt_bytes
from streams.adapters.intake import RAW_BYTES_MAX
from tests.unit.adapters.events import TENANT, adapted, cloudtrail, okta, refusal, span


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"", "the message is empty"),
        (b" \n", "the message is empty"),
        (b"{", "no JSON (line 1, column"),
        (b"{'a': 1}", "no JSON (line 1, column"),
        (b"\xff\xfe{}", "not UTF-8 (byte 0)"),
        (b'{"a": "\xc3"}', "not UTF-8 (byte 7)"),
        (b"17", "no object and no array"),
        (b'"text"', "no object and no array"),
        (b"null", "no object and no array"),
        (b"[1]", "must be an object, not a number"),
        (b"[" * 2_000 + b"]" * 2_000, "okta: the message"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "levels deep"),
        (b'{"data":{"events":5},"eventType":"com.okta.event_hook"}', "data.events of the event hook must be a list"),
        (b" " * (RAW_BYTES_MAX + 1), "the bound is"),
    ],
)
def test_bytes_that_are_no_event_fail_with_reason_and_original(raw: bytes, complaint: str) -> None:
    result = adapt_bytes("okta", raw, TENANT)
    assert result == Adapted(failures=result.failures)
    (failure,) = result.failures
    assert complaint in failure.reason
    assert failure.reason.startswith("okta: ")
    assert failure.original == raw


def test_a_byte_order_mark_is_passed_over() -> None:
    assert adapt_bytes("okta", b"\xef\xbb\xbf" + dumps(okta()), TENANT).evidence


def test_an_unknown_source_is_the_callers_mistake() -> None:
    with pytest.raises(KeyError):
        adapt_bytes("entra", b"{}", TENANT)


@pytest.mark.parametrize("empty", [b"[]", b'{"Records":[]}'])
def test_an_empty_batch_is_ignored_by_name(empty: bytes) -> None:
    assert adapt_bytes("cloudtrail", empty, TENANT) == Adapted(ignored="an empty batch")


@pytest.mark.parametrize("packed", [list, lambda events: {"Records": events}, lambda events: [{"Records": events}]])
def test_a_bad_event_takes_no_good_one_with_it(packed: object) -> None:
    assert callable(packed)
    good, bad = cloudtrail(), cloudtrail(eventTime=12)
    result = adapted("cloudtrail", packed([good, bad, 17, good]))
    assert len(result.evidence) == 2
    first, second = result.failures
    assert (first.index, loads(first.original)) == (1, bad)
    assert first.reason == "cloudtrail: eventTime must be text, not a number."
    assert (second.index, loads(second.original)) == (2, 17)


def test_an_event_hook_is_unpacked() -> None:
    hook = {"eventType": "com.okta.event_hook", "eventId": "e", "data": {"events": [okta(), okta(uuid="2")]}}
    assert [e.event_id for e in adapted("okta", hook).evidence] == ["okta:11f0-1", "okta:2"]


@pytest.mark.parametrize(("source", "event"), [("okta", okta()), ("cloudtrail", cloudtrail())])
def test_eventbridge_is_unpacked(source: str, event: object) -> None:
    assert adapted(source, {"detail-type": "x", "detail": event}).evidence == adapted(source, event).evidence


def test_spans_are_cut_apart_and_keep_their_resource() -> None:
    def group(name: str, *spans: object) -> dict[str, object]:
        attributes = [{"key": "service.name", "value": {"stringValue": name}}]
        return {"resource": {"attributes": attributes}, "scopeSpans": [{"spans": list(spans)}]}

    document = {"resourceSpans": [group("one", span(), 5, span(spanId="zz")), 7, group("two", span(spanId="1" * 16))]}
    result = adapted("otel", document)
    assert [getattr(e, "agent_id", None) for e in result.evidence] == ["one", "two"]
    assert [f.index for f in result.failures] == [1, 2, 3]
    assert all(f.reason.startswith("otel: resourceSpans[0]") for f in result.failures)


@pytest.mark.parametrize("source", ["okta", "cloudtrail", "otel"])
def test_an_empty_object_is_refused_by_every_adapter(source: str) -> None:
    assert refusal(source, {}).startswith(f"{source}: ")


def test_the_same_bytes_give_the_same_evidence() -> None:
    event = okta()
    del event["uuid"]
    assert adapted("okta", event) == adapted("okta", event)
    reordered = dict(reversed(event.items()))
    assert adapted("okta", reordered) == adapted("okta", event)
    assert adapted("okta", okta(uuid=None, severity="WARN")).evidence != adapted("okta", event).evidence


def test_a_tenant_is_carried() -> None:
    (only,) = adapt_bytes("okta", dumps(okta()), "acme").evidence
    assert only.tenant == "acme"
