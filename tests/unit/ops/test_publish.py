"""What is published is addressed and framed as the topics want it; of a bad line nothing is sent."""

from pathlib import Path

import orjson
import pytest

from streams.codec.avro import AvroCodec
from streams.codec.cloudevents import Tick, parse
from streams.core.time import Millis
from streams.ops.errors import NotThere
from streams.ops.lines import BadLine
from streams.ops.parcels import Packing, Parcel, opened, parcels
from streams.ops.publish import hushed, publish
from streams.settings import Settings
from tests.unit.ops.files import EXAMPLES, events, example, written

SETTINGS = Settings(topic_prefix="test.")
NOW = Millis(1_795_470_000_000)


def packed(*names: str) -> list[Parcel | Tick | BadLine]:
    return list(parcels(opened(tuple(example(name) for name in names)), Packing(SETTINGS), NOW))


def test_evidence_goes_to_the_topic_of_its_kind_under_its_decision() -> None:
    sent = [parcel for parcel in packed("approved.jsonl") if isinstance(parcel, Parcel)]
    assert {parcel.topic for parcel in sent} == {
        "test.ai.prompts.v1", "test.ai.contexts.v1", "test.identity.approvals.v1", "test.identity.changes.v1",
    }  # fmt: skip
    assert {parcel.key for parcel in sent} == {b"joiner-142", b"elevate-7731", b"leaver-88"}
    codec = AvroCodec()
    lines = Path(example("approved.jsonl")).read_bytes().splitlines()
    assert [codec.decode(parcel.value) for parcel in sent] == [parse(line) for line in lines]
    assert all(dict(parcel.headers)["ce_id"] for parcel in sent)


def test_agents_go_under_their_own_id() -> None:
    (first, *_) = packed("agents.jsonl")
    assert isinstance(first, Parcel)
    assert (first.topic, first.key) == ("test.agents.v1", b"onboarding-copilot")


def test_platform_events_go_out_as_the_platform_wrote_them() -> None:
    raw = [parcel for parcel in packed("platforms.jsonl") if isinstance(parcel, Parcel) and "raw." in parcel.topic]
    assert [orjson.loads(parcel.value) for parcel in raw] == [
        event["data"] for event in events("platforms.jsonl") if event["type"].startswith("raw.")
    ]


def test_a_bad_line_is_not_sent_and_named_and_the_rest_is_sent(tmp_path: Path) -> None:
    path = written(tmp_path / "e.jsonl", [events("approved.jsonl")[0], b"{", events("approved.jsonl")[1]])
    done = publish((path,), SETTINGS, now=NOW, check=True)
    assert done.delivered.total() == 2
    assert [str(bad).startswith(f"{path}:2: ") for bad in done.bad] == [True]


def test_what_claims_to_come_from_the_future_is_not_sent(tmp_path: Path) -> None:
    event = {**events("approved.jsonl")[0], "time": "2031-01-01T00:00:00Z"}
    done = publish((written(tmp_path / "e.jsonl", [event]),), SETTINGS, now=NOW, check=True)
    assert "ahead of our clock" in done.bad[0].reason


def test_old_events_are_sent_redated_to_a_time_that_is_given() -> None:
    files = tuple(str(path) for path in sorted(EXAMPLES.glob("*.jsonl")))
    done = publish(files, SETTINGS, now=Millis(NOW - 40 * 86_400_000), redate=True, check=True)
    assert not done.bad
    assert done.ticks == 3
    assert done.plain["total"] == done.delivered.total() == 67


def test_a_registry_that_is_not_there_is_said_so() -> None:
    away = Settings(schema_registry_url="http://127.0.0.1:9")
    with pytest.raises(NotThere, match=r"schema registry at http://127.0.0.1:9 does not answer"):
        publish((example("approved.jsonl"),), away, now=NOW, check=True)


def test_the_kafka_library_is_told_to_keep_quiet_and_nothing_else() -> None:
    told = hushed(Settings(kafka_options="security.protocol=SSL"))
    assert told.kafka_client()["log_level"] == "0"
    assert told.kafka_client()["security.protocol"] == "SSL"
