"""Can a schema only change in ways in which everything that was ever written stays readable."""

import json
import re
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from avro.io import BinaryDecoder, DatumReader
from avro.schema import parse
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from fastavro.read import SchemaResolutionError

from streams import resources
from streams.codec.avro import AvroCodec, unannotated, with_bytes
from streams.codec.records import KINDS, from_plain
from streams.codec.released import Release, Releases
from streams.ops.compatibility import incompatibilities
from streams.ops.schemas import FILES, NotReleasable, check, main, release
from tests.golden.schemas.write import path_of

RELEASES = Releases.load()
CHANGE = RELEASES.current("change").id

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def schemas(tmp_path: Path) -> Path:
    """A copy of the schemas, to be edited."""
    return Path(shutil.copytree(resources.resource("schemas"), tmp_path / "schemas"))


def edited(directory: Path, kind: str, edit: Edit) -> dict[str, Any]:
    """Change the current schema of a kind."""
    path = directory / FILES[kind]
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    edit(schema)
    path.write_text(json.dumps(schema), encoding="utf-8")
    return schema


def field(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """Find a field of a record."""
    found: dict[str, Any] = next(f for f in schema["fields"] if f["name"] == name)
    return found


def with_field(**new: Any) -> Edit:
    """Add a field at the end."""
    return lambda schema: schema["fields"].append({"name": "approved_in", "doc": "Where it was agreed to.", **new})


def without(name: str) -> Edit:
    """Take a field away."""
    return lambda schema: schema["fields"].remove(field(schema, name))


def renamed(name: str, **more: Any) -> Edit:
    """Give a field another name."""
    return lambda schema: field(schema, name).update(name=f"the_{name}", **more)


def retyped(name: str, new: Any) -> Edit:
    """Give a field another type."""
    return lambda schema: field(schema, name).update(type=new)


def words(name: str, *symbols: str, default: str | None = None) -> Edit:
    """Give an enum other symbols."""

    def edit(schema: dict[str, Any]) -> None:
        enum = field(schema, name)["type"]
        enum["symbols"] = list(symbols)
        enum.pop("default", None)
        enum |= {"default": default} if default else {}

    return edit


def test_the_schemas_are_their_released_versions() -> None:
    assert check() == []


def test_the_table_of_schemas_covers_every_kind_and_every_file() -> None:
    directory = resources.resource("schemas")
    assert set(FILES) == set(KINDS)
    assert {str(p.relative_to(directory)) for p in directory.rglob("*.avsc")} == set(FILES.values())


@pytest.mark.parametrize("entry", RELEASES.releases, ids=lambda e: f"{e.kind}-v{e.version}")
def test_bytes_of_every_released_version_are_read_by_both_readers(entry: Release) -> None:
    path = path_of(entry)
    assert path.exists(), "run: python -m tests.golden.schemas.write"
    ours = unannotated(RELEASES.current(entry.kind).schema)
    theirs = unannotated(entry.schema)
    for case, kept in json.loads(path.read_text(encoding="utf-8")).items():
        value = bytes.fromhex(kept["value"])
        expected = from_plain(entry.kind, kept["plain"])
        assert int.from_bytes(value[1:5], "big") == entry.id
        assert AvroCodec().decode(value, entry.kind) == expected, case
        by_fastavro = schemaless_reader(BytesIO(value[5:]), parse_schema(theirs), parse_schema(ours))
        by_avro = DatumReader(parse(json.dumps(theirs)), parse(json.dumps(ours))).read(
            BinaryDecoder(BytesIO(value[5:]))
        )
        assert by_fastavro == by_avro
        plain = with_bytes(kept["plain"]) if entry.kind == "quarantined" else kept["plain"]
        assert plain.items() <= dict(by_avro).items()  # type: ignore[call-overload]


INCOMPATIBLE: dict[str, Edit] = {
    "a field without a default": with_field(type="string"),
    "a field renamed": renamed("operation"),
    "a field renamed with an alias, which one of the readers does not follow": renamed(
        "operation", aliases=["operation"]
    ),
    "a number where a text was": retyped("operation", "long"),
    "a text where null was allowed": lambda schema: field(schema, "command_id").update(type="string", default=""),
    "a shorter number": retyped("executed_at", "int"),
    "a word taken away": words("result", "succeeded", "failed"),
    "the record renamed": lambda schema: schema.update(name="Alteration"),
    "a field within a field": lambda schema: field(schema, "actor")["type"]["fields"].append(
        {"name": "session", "type": "string", "doc": "Which session."}
    ),
    "a list where one was": retyped("subject", {"type": "array", "items": "string"}),
}


@pytest.mark.parametrize("edit", INCOMPATIBLE.values(), ids=INCOMPATIBLE)
def test_a_version_that_does_not_read_what_was_written_is_refused(schemas: Path, edit: Edit) -> None:
    edited(schemas, "change", edit)
    assert [problem for problem in check(schemas) if "cannot read what version 1 wrote" in problem]
    before = (schemas / "released.json").read_text(encoding="utf-8")
    with pytest.raises(NotReleasable, match=r"evidence/change\.avsc cannot read what version 1 wrote: "):
        release(schemas)
    assert (schemas / "released.json").read_text(encoding="utf-8") == before


COMPATIBLE: dict[str, Edit] = {
    "a field with a default": with_field(type="string", default="EU"),
    "a field that may be null": with_field(type=["null", "string"], default=None),
    "a field taken away": without("process"),
    "a wider type": retyped("operation", ["null", "string"]),
    "a new word": words("result", "succeeded", "failed", "partial", "unknown", "reverted", default="unknown"),
    "a better explanation": lambda schema: schema.update(doc="One change."),
}


@pytest.mark.parametrize("edit", COMPATIBLE.values(), ids=COMPATIBLE)
def test_a_version_that_reads_what_was_written_is_released(schemas: Path, edit: Edit) -> None:
    schema = edited(schemas, "change", edit)
    (problem,) = check(schemas)
    assert problem.startswith("evidence/change.avsc is not version 1, the last released; run `make released`")
    (entry,) = release(schemas)
    assert (entry.id, entry.kind, entry.version, entry.schema) == (len(RELEASES.releases) + 1, "change", 2, schema)
    assert check(schemas) == []
    assert release(schemas) == []
    assert Releases.load(schemas).releases[:-1] == RELEASES.releases


def test_old_bytes_get_the_default_of_a_new_field_from_both_readers(schemas: Path) -> None:
    new = unannotated(edited(schemas, "change", with_field(type="string", default="EU")))
    release(schemas)
    old = unannotated(RELEASES.current("change").schema)
    for kept in json.loads(path_of(RELEASES.releases[CHANGE - 1]).read_text(encoding="utf-8")).values():
        body = BytesIO(bytes.fromhex(kept["value"])[5:])
        expected = kept["plain"] | {"approved_in": "EU"}
        assert schemaless_reader(body, parse_schema(old), parse_schema(new)) == expected
        body.seek(0)
        assert DatumReader(parse(json.dumps(old)), parse(json.dumps(new))).read(BinaryDecoder(body)) == expected


def test_a_version_must_read_not_only_the_one_before_it(schemas: Path) -> None:
    edited(schemas, "change", with_field(type="string", default="EU"))
    release(schemas)
    edited(schemas, "change", lambda schema: field(schema, "approved_in").pop("default"))
    problems = check(schemas)
    assert any("cannot read what version 1 wrote" in problem for problem in problems)
    assert not any("cannot read what version 2 wrote" in problem for problem in problems)


def test_both_readers_have_a_say(monkeypatch: pytest.MonkeyPatch) -> None:
    old = RELEASES.current("change").schema
    new = json.loads(json.dumps(old))
    with_field(type="string")(new)
    reasons = list(incompatibilities(old, new))
    assert reasons[0].startswith("fastavro does not read it: SchemaResolutionError")
    monkeypatch.setattr("streams.ops.compatibility.schemaless_reader", lambda *_: {})
    assert next(incompatibilities(old, new)).startswith("avro does not read it: SchemaResolutionException")
    reworded = {**old, "doc": "The same again."}
    assert next(incompatibilities(old, reworded)).startswith("fastavro and avro read different values: {} and {'tena")


def tampered(schemas: Path, edit: Callable[[list[dict[str, Any]]], object]) -> list[str]:
    """Change the ledger by hand, and check."""
    path = schemas / "released.json"
    ledger = json.loads(path.read_text(encoding="utf-8"))
    edit(ledger["released"])
    path.write_text(json.dumps(ledger), encoding="utf-8")
    return [problem for problem in check(schemas) if problem.startswith("released.json")]


def test_a_ledger_that_is_only_laid_out_anew_is_the_same_ledger(schemas: Path) -> None:
    assert tampered(schemas, lambda _: None) == []


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda r: r[0].update(kind="promt"), "entry 2 (context version 1) does not follow from the entry before it"),
        (lambda r: r[0]["schema"].update(doc="Nothing."), "entry 2 (context version 1) does not follow from the entry"),
        (
            lambda r: r[0]["schema"].update(name="Promt"),
            "entry 1 (prompt version 1) does not have the fingerprint of its",
        ),
        (lambda r: r.pop(3), "entry 4 (outcome version 1) has id 5; ids count up from 1 without a gap."),
        (lambda r: r.pop(3), "entry 4 (outcome version 1) does not follow from the entry before it"),
        (
            lambda r: r.pop(),
            "the last entry is not the one that was released last; it was changed, or one was removed.",
        ),
        (lambda r: r[-1]["schema"].update(doc="Nothing."), "the last entry is not the one that was released last"),
        (lambda r: r[4].update(version=2), "entry 5 (outcome version 2) is not the next version of outcome."),
    ],
)
def test_an_entry_of_the_ledger_that_changed_is_noticed(
    schemas: Path, edit: Callable[[list[dict[str, Any]]], object], problem: str
) -> None:
    found = tampered(schemas, edit)
    assert [p for p in found if p.startswith(f"released.json: {problem}")], found
    with pytest.raises(NotReleasable):
        release(schemas)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", r"released\.json is not a ledger of schemas: JSONDecodeError"),
        ("[]", r"released\.json is not a ledger of schemas: TypeError"),
        ('{"released": [{"id": 1}], "head": ""}', r"released\.json is not a ledger of schemas: TypeError"),
    ],
)
def test_a_ledger_that_is_none_is_one_clear_problem(schemas: Path, text: str, problem: str) -> None:
    (schemas / "released.json").write_text(text, encoding="utf-8")
    (found,) = check(schemas)
    assert re.search(problem, found)


def test_a_ledger_that_is_not_there_is_one_clear_problem_and_can_be_begun(schemas: Path) -> None:
    (schemas / "released.json").unlink()
    assert len(check(schemas)) == 1
    assert [entry.kind for entry in release(schemas)] == list(KINDS)
    assert Releases.load(schemas).releases == RELEASES.releases or len(RELEASES.releases) > len(KINDS)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{", "verdict.avsc is not an Avro schema"), ('{"type": "recrd"}', "verdict.avsc is not an Avro schema")],
)
def test_a_file_that_is_no_schema_is_named(schemas: Path, text: str, problem: str) -> None:
    (schemas / "verdict.avsc").write_text(text, encoding="utf-8")
    assert any(found.startswith(problem) for found in check(schemas))
    with pytest.raises(NotReleasable, match=problem):
        release(schemas)


def test_a_schema_that_is_not_there_is_named(schemas: Path) -> None:
    (schemas / "verdict.avsc").unlink()
    assert "verdict.avsc cannot be read: No such file or directory." in check(schemas)


def test_an_installed_wheel_finds_its_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(resources.resource("schemas"), tmp_path / "site-packages/streams/_resources/schemas")
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "site-packages/streams")
    assert resources.resource("schemas") == tmp_path / "site-packages/streams/_resources/schemas"
    assert check() == []
    with pytest.raises(FileNotFoundError, match="lacks its examples; install it again"):
        resources.resource("examples")


@pytest.mark.parametrize(
    ("kind", "name", "fallback"),
    [
        ("change", "result", "unknown"),
        ("outcome", "status", "unknown"),
        ("context", "trust", "untrusted"),
        ("approval", "assurance", "none"),
        ("verdict", "judgement", "indeterminate"),
        ("prompt", "authority", None),
        ("approval", "outcome", None),
        ("agent", "status", None),
        ("verdict", "mode", None),
    ],
)
def test_a_word_of_the_future_is_read_as_the_honest_default_or_not_at_all(
    kind: str, name: str, fallback: str | None
) -> None:
    ours = unannotated(RELEASES.current(kind).schema)
    theirs = json.loads(json.dumps(ours))
    field(theirs, name)["type"]["symbols"].append("unheard_of")
    example = next(iter(json.loads(path_of(RELEASES.current(kind)).read_text(encoding="utf-8")).values()))["plain"]
    out = BytesIO()
    schemaless_writer(out, parse_schema(theirs), example | {name: "unheard_of"})

    # only fastavro, which the product reads with: Apache's Python reader does not follow the defaults of enums
    def read() -> Any:
        return schemaless_reader(BytesIO(out.getvalue()), parse_schema(theirs), parse_schema(ours))

    if fallback is None:
        with pytest.raises(SchemaResolutionError, match="unheard_of"):
            read()
    else:
        assert read()[name] == fallback


def test_make_released_says_what_it_released_and_what_it_refused(
    schemas: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("streams.ops.schemas.resource", lambda _: schemas)
    assert (main("release"), main("check")) == (0, 0)
    edited(schemas, "change", with_field(type="string", default="EU"))
    assert (main("check"), main("release"), main("check")) == (1, 0, 0)
    assert capsys.readouterr().out == f"released change version 2 under id {len(RELEASES.releases) + 1}\n"
    edited(schemas, "change", without("approved_in"))
    edited(schemas, "change", renamed("operation"))
    assert main("release") == 1
    assert "evidence/change.avsc cannot read what version 1 wrote" in capsys.readouterr().err
