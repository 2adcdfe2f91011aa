"""Reading foreign fields: times as they are really written, wrong types with precise reasons, names and long texts."""

import pytest

from streams.adapters.base import Unrecognised
from streams.adapters.names import cut, sounds_privileged
from streams.adapters.read import DEPTH_MAX, Node, is_too_deep, json_in
from streams.adapters.when import moment, nanos


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-23T10:04:05Z", 1_795_428_245_000),
        ("2026-11-23T10:04:05.120Z", 1_795_428_245_120),
        ("2026-11-23 10:04:05.120999999", 1_795_428_245_120),
        ("2026-11-23 10:04:05", 1_795_428_245_000),
        ("2026-11-23 10:04:05Z", 1_795_428_245_000),
        ("2026-11-23t12:04:05.5+02:00", 1_795_428_245_500),
        ("2026-11-23T08:34:05-0130", 1_795_428_245_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ],
)
def test_a_time_is_read_as_platforms_write_it(written: str, at: int) -> None:
    assert moment(Node("okta", {"published": written}), "published") == at


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("...", "must be a time like"),
        ("2026-11-23", "must be a time like"),
        ("2026-13-23T10:04:05Z", "does not exist"),
        ("2026-02-29T10:04:05Z", "does not exist"),
        ("2026-11-23T25:04:05Z", "does not exist"),
        ("2026-11-23T10:04:05+99:00", "does not exist"),
        ("0001-01-01T00:00:00+23:59", "broken clock"),
        ("1999-12-31T23:59:59Z", "broken clock"),
        ("2126-11-23T10:04:05Z", "broken clock"),
        ("٢٠٢٦-11-23T10:04:05Z", "must be a time like"),
        (1_795_428_245, "must be text, not a number"),
        ([], "must be text, not a list"),
        ("", "is missing"),
        (None, "is missing"),
    ],
)
def test_what_is_no_time_is_refused_with_the_reason(written: object, complaint: str) -> None:
    with pytest.raises(Unrecognised, match=f"^okta: published .*{complaint}"):
        moment(Node("okta", {"published": written}), "published")


@pytest.mark.parametrize("value", ["1795428245120999999", 1_795_428_245_120_999_999])
def test_nanoseconds_come_as_text_or_as_a_number(value: object) -> None:
    assert nanos(Node("otel", {"t": value}), "t") == 1_795_428_245_120


@pytest.mark.parametrize("value", [None, "", 0, "0"])
def test_no_nanoseconds_are_none(value: object) -> None:
    assert nanos(Node("otel", {"t": value}), "t") is None


@pytest.mark.parametrize("value", [1.5, True, "1.5", "abc", "²", {}, -1, 1_795_428_245, "9" * 20])
def test_wrong_nanoseconds_are_refused(value: object) -> None:
    with pytest.raises(Unrecognised, match=r"^otel: t "):
        nanos(Node("otel", {"t": value}), "t")


def test_a_complaint_names_the_source_and_the_place_and_never_the_content() -> None:
    node = Node("okta", {"actor": {"id": 17}, "target": [{}, "secret"]})
    with pytest.raises(Unrecognised) as refused:
        node.node("actor").text("id")
    assert refused.value.reason == "okta: actor.id must be text, not a number."
    with pytest.raises(Unrecognised) as refused:
        node.nodes("target")
    assert refused.value.reason == "okta: target[1] must be an object, not text."


@pytest.mark.parametrize("absent", [None, ""])
def test_null_and_empty_text_count_as_absent(absent: object) -> None:
    node = Node("okta", {"debugData": absent})
    assert node.node("debugData").plain == {}
    assert node.nodes("debugData") == ()
    assert node.optional("debugData") is None


@pytest.mark.parametrize(("value", "flag"), [(True, True), ("true", True), ("False", False), (None, False)])
def test_a_flag_may_be_written_as_text(value: object, flag: bool) -> None:
    assert Node("cloudtrail", {"f": value}).flag("f") is flag


@pytest.mark.parametrize("value", [1, "yes", [], {}])
def test_what_is_no_flag_is_refused(value: object) -> None:
    with pytest.raises(Unrecognised, match="f must be true or false"):
        Node("cloudtrail", {"f": value}).flag("f")


def test_depth_is_counted_without_recursion() -> None:
    deep: object = "bottom"
    for _ in range(DEPTH_MAX):
        deep = [deep]
    assert not is_too_deep(deep)
    assert is_too_deep({"one": {"more": deep}})
    for _ in range(100_000):
        deep = [deep]
    assert is_too_deep(deep)


def test_json_in_a_text_is_read_or_left_alone() -> None:
    assert json_in('{"a":[1]}') == {"a": [1]}
    assert json_in("plain words") is None
    assert json_in("[" * 500 + "]" * 500) is None


@pytest.mark.parametrize(
    "name", ["Domain Admins", "SQLADMIN", "PowerUserAccess", "break-glass", "AdministratorAccess", "root", "super-user"]
)
def test_a_name_of_power_is_heard(name: str) -> None:
    assert sounds_privileged(name)


@pytest.mark.parametrize("name", ["Badminton", "Wiki Readers", "ReadOnlyAccess", "Rooting for you", "", "1234"])
def test_an_ordinary_name_is_not(name: str) -> None:
    assert not sounds_privileged(name)


def test_a_text_is_cut_to_its_bound_with_a_mark() -> None:
    assert cut("short", 100) == "short"
    long = cut("x" * 1_000, 100)
    assert len(long) == 100
    assert long.endswith("[…cut, 1000 characters in all]")
