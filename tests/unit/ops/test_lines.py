"""Whatever stands on a line, it is either taken, or named with its place and the reason; the other lines are taken."""

from pathlib import Path
from typing import Any

import pytest

from streams.ops.errors import Misconfigured
from streams.ops.heard import Heard, hear_files
from streams.ops.lines import LINE_BYTES_MAX, read_lines
from tests.unit.ops.files import events, example, written

PROMPT: dict[str, Any] = events("approved.jsonl")[0]


def without(name: str) -> dict[str, Any]:
    return {**PROMPT, "data": {k: v for k, v in PROMPT["data"].items() if k != name}}


BAD: dict[str, tuple[Any, str]] = {
    "no JSON": (b"surely not", "The line is not JSON"),
    "no UTF-8": (b'{"type": "\xff\xfe"}', "The line is not JSON"),
    "an array": ([PROMPT], "The line must be one JSON object, not an array."),
    "a number": (b"17", "The line must be one JSON object, not a number."),
    "null": (b"null", "The line must be one JSON object, not null."),
    "nested too deep": (b'{"a":' * 300 + b"1" + b"}" * 300, "The line is JSON that is nested too deep."),
    "an unknown type": ({**PROMPT, "type": "clawback.prayer.v1"}, "type is 'clawback.prayer.v1'; it must be one of"),
    "no type": ({k: v for k, v in PROMPT.items() if k != "type"}, "type is"),
    "no decision_id": (without("decision_id"), "prompt.decision_id is missing."),
    "a typo": ({**PROMPT, "data": {**PROMPT["data"], "modle": "x"}}, "Did you mean model?"),
    "a time before 2000": ({**PROMPT, "time": "1999-12-31T23:59:59Z"}, "before 2000-01-01"),
    "a time in seconds": (
        {**PROMPT, "time": None, "data": {**PROMPT["data"], "occurred_at": 1_793_613_700}},
        "looks like seconds",
    ),
    "a time that is none": ({**PROMPT, "time": "yesterday"}, "time must be"),
    "a time without an offset": ({**PROMPT, "time": "2026-11-02T10:01:40"}, "time must be"),
    "a text over the bound": ({**PROMPT, "data": {**PROMPT["data"], "text": "x" * 20_000}}, "prompt.text has 20000"),
    "something that we say ourselves": ({**PROMPT, "type": "clawback.verdict.v1", "data": {}}, "verdict"),
    "a platform that nobody knows": ({"type": "raw.sap", "data": {}}, "raw.sap is not a platform"),
    "a platform's event that is a text": ({"type": "raw.okta", "data": "x"}, "data of raw.okta must be"),
    "an Okta event that nobody maps": ({"type": "raw.okta", "data": {"eventType": "moon.rise"}}, "moon.rise is mapped"),
    "an endless line": (b'{"a":"' + b"x" * (LINE_BYTES_MAX + 10) + b'"}', "longer than 1 MiB"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_line_is_named_with_its_place_and_reason_and_the_others_are_taken(kind: str, tmp_path: Path) -> None:
    line, reason = BAD[kind]
    path = written(tmp_path / "events.jsonl", [PROMPT, line, events("approved.jsonl")[3]])
    heard = hear_files((path,))
    assert len(heard.facts) == 2
    assert [bad.place for bad in heard.bad] == [f"{path}:2"]
    assert reason in heard.bad[0].reason


def test_a_half_written_last_line_is_named_as_such(tmp_path: Path) -> None:
    whole = Path(example("approved.jsonl")).read_bytes()
    path = tmp_path / "half.jsonl"
    path.write_bytes(whole[: len(whole) - 40])
    heard = hear_files((str(path),))
    assert len(heard.facts) == 9
    assert str(heard.bad[0]) == f"{path}:10: The file ends in the middle of this event; it was only half written."


def test_a_last_line_without_a_newline_is_taken(tmp_path: Path) -> None:
    assert hear_files((written(tmp_path / "e.jsonl", [PROMPT], end=b""),)) == Heard(
        facts=hear_files((example("approved.jsonl"),)).facts[:1]
    )


def test_blank_lines_and_a_byte_order_mark_are_let_pass(tmp_path: Path) -> None:
    path = written(tmp_path / "e.jsonl", [b"\xef\xbb\xbf" + b"", b"", PROMPT, b"   ", PROMPT])
    assert [line.number for line in read_lines((path,))] == [3, 5]


def test_a_missing_file_is_a_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no such file"):
        hear_files((str(tmp_path / "nothing.jsonl"),))


def test_a_directory_is_a_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="is a directory"):
        hear_files((str(tmp_path),))


def test_platform_events_go_through_their_adapters() -> None:
    heard = hear_files((example("platforms.jsonl"),))
    assert not heard.bad
    assert {fact.source for fact in heard.facts if hasattr(fact, "source")} >= {"okta", "cloudtrail", "otel"}
