"""Does the codec work with a schema registry, and say clearly what is wrong when it cannot."""

import json
import socket
import time
from collections.abc import Iterator

import pytest

from streams.codec.avro import READERS_MAX, AvroCodec
from streams.codec.errors import Malformed, RegistryError
from streams.codec.records import KINDS, to_plain
from streams.codec.registry import RegistryIds, connect
from streams.codec.released import Releases, text_of
from streams.ops.schemas import COMPATIBILITY, register
from streams.topics import by_record
from tests.unit.codec.examples import record
from tests.unit.codec.registry_server import Server, registry_server

CHANGE = record("change")


@pytest.fixture
def empty() -> Iterator[Server]:
    with registry_server() as server:
        yield server


@pytest.fixture
def registry(empty: Server) -> Server:
    register(empty.url)
    empty.asked.clear()
    return empty


def test_registering_puts_every_schema_under_its_topic_with_transitive_compatibility(empty: Server) -> None:
    done = register(empty.url)
    subjects = {f"{by_record(kind).name}-value" for kind in KINDS}
    assert {entry.subject for entry in done} == set(empty.subjects) == subjects
    assert empty.levels == dict.fromkeys(subjects, COMPATIBILITY)
    assert [(entry.kind, entry.version) for entry in done] == [(r.kind, r.version) for r in Releases.load().releases]


def test_registering_again_changes_nothing(registry: Server) -> None:
    before = (list(registry.schemas), dict(registry.subjects))
    assert register(registry.url) == register(registry.url)
    assert (registry.schemas, registry.subjects) == before


def test_registering_at_a_registry_in_memory() -> None:
    client = connect("mock://memory")
    done = register("mock://memory", client=client)
    assert {entry.subject for entry in done} == set(client.get_subjects())
    codec = AvroCodec(ids=RegistryIds("mock://memory", Releases.load(), client=client))
    assert codec.decode(codec.encode(CHANGE), "change") == CHANGE


def test_a_registry_that_finds_a_schema_incompatible_is_quoted(empty: Server) -> None:
    empty.refusing = (409, "Schema being registered is incompatible with an earlier schema")
    with pytest.raises(
        RegistryError, match=r"refuses prompt under ai.prompts.v1-value: Schema being registered is inc"
    ):
        register(empty.url)


def test_records_travel_under_the_ids_of_the_registry(registry: Server) -> None:
    codec = AvroCodec(registry.url)
    value = codec.encode(CHANGE)
    assert int.from_bytes(value[1:5], "big") == registry.subjects["identity.changes.v1-value"][0] > 100
    assert AvroCodec(registry.url).decode(value, "change") == CHANGE


def test_a_prefix_of_topics_is_a_prefix_of_subjects(empty: Server) -> None:
    register(empty.url, topic_prefix="blue.")
    assert all(subject.startswith("blue.") for subject in empty.subjects)
    AvroCodec(empty.url, topic_prefix="blue.").encode(CHANGE)
    with pytest.raises(
        RegistryError, match=r"lacks our schema of identity.changes.v1-value; run `clawback schemas reg"
    ):
        AvroCodec(empty.url).encode(CHANGE)


def test_the_registry_is_asked_once(registry: Server) -> None:
    codec = AvroCodec(registry.url)
    assert registry.asked == []
    for _ in range(3):
        codec.decode(codec.encode(CHANGE))
    assert [line.partition(" ")[0] for line in registry.asked] == ["POST", "GET"]


def test_an_id_that_the_registry_does_not_know_is_malformed_and_not_asked_again(registry: Server) -> None:
    codec = AvroCodec(registry.url)
    for _ in range(3):
        with pytest.raises(Malformed, match="Schema id 7 is unknown: the schema registry does not know it"):
            codec.decode(b"\x00\x00\x00\x00\x07body")
    assert registry.asked == ["GET /schemas/ids/7"]


def test_an_id_that_was_unknown_is_asked_for_again_after_a_while(
    registry: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec, later = AvroCodec(registry.url), time.monotonic() + 31
    unknown = 101 + len(registry.schemas)
    value = b"\x00" + unknown.to_bytes(4, "big") + AvroCodec().encode(CHANGE)[5:]
    with pytest.raises(Malformed, match="is unknown"):
        codec.decode(value)
    registry.id_of(text_of({**Releases.load().current("change").schema, "doc": "written by a newer version"}))
    monkeypatch.setattr("streams.codec.registry.monotonic", lambda: later)
    assert codec.decode(value) == CHANGE


def test_what_a_newer_version_writes_is_read_as_far_as_we_know_it(registry: Server) -> None:
    newer = json.loads(text_of(Releases.load().current("change").schema))
    newer["fields"].append({"name": "approved_in", "type": "string", "doc": "A field of the future."})
    value = b"\x00" + registry.id_of(text_of(newer)).to_bytes(4, "big") + AvroCodec().encode(CHANGE)[5:] + b"\x04EU"
    assert AvroCodec(registry.url).decode(value, "change") == CHANGE


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "record", "name": "Change", "namespace": "acme", "fields": []}, "is acme.Change, which is no record"),
        ({"type": "record", "name": "Change", "namespace": "clawback.v1", "fields": [{"name": "x"}]}, "cannot be used"),
        ("string", "is unknown"),
    ],
)
def test_a_schema_of_somebody_else_is_malformed(registry: Server, schema: object, reason: str) -> None:
    schema_id = registry.id_of(json.dumps(schema))
    with pytest.raises(Malformed, match=reason):
        AvroCodec(registry.url).decode(b"\x00" + schema_id.to_bytes(4, "big") + b"body")


def test_only_so_many_schemas_are_kept_ready(registry: Server) -> None:
    codec, schema = AvroCodec(registry.url), Releases.load().current("change").schema
    body = AvroCodec().encode(CHANGE)[5:]
    for number in range(READERS_MAX + 5):
        schema_id = registry.id_of(text_of({**schema, "doc": f"Version {number}."}))
        assert codec.decode(b"\x00" + schema_id.to_bytes(4, "big") + body) == CHANGE
    assert len(codec._readers) == READERS_MAX


def closed_port() -> int:
    """Find a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_a_registry_that_does_not_answer_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    url = f"http://user:s3cret@127.0.0.1:{closed_port()}"
    codec = AvroCodec(url)
    attempts = (
        lambda: codec.encode(CHANGE),
        lambda: codec.decode(b"\x00\x00\x00\x00\x07body"),
        lambda: register(url),
    )
    for attempt in attempts:
        with pytest.raises(RegistryError) as refused:
            attempt()
        assert "does not answer" in str(refused.value)
        assert "unset SCHEMA_REGISTRY_URL" in str(refused.value)
        assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "message"),
    [(401, r"refuses us \(HTTP 401\); put the user"), (403, "refuses us"), (500, "fails: broken"), (422, "cannot say")],
)
def test_a_registry_that_refuses_says_so(
    registry: Server, monkeypatch: pytest.MonkeyPatch, status: int, message: str
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    registry.refusing = (status, "broken")
    with pytest.raises(RegistryError, match=message):
        AvroCodec(registry.url).decode(b"\x00\x00\x00\x00\x07body")


@pytest.mark.parametrize("url", ["localhost:8081", "ftp://registry", "registry"])
def test_an_address_that_makes_no_sense_is_refused_at_once(url: str) -> None:
    with pytest.raises(RegistryError, match="SCHEMA_REGISTRY_URL must be http"):
        AvroCodec(url)


def test_without_a_registry_nothing_is_asked() -> None:
    assert to_plain(AvroCodec().decode(AvroCodec().encode(CHANGE))) == to_plain(CHANGE)
