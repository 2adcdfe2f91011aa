"""Are schema, record, codec and examples of one mind."""

from typing import Any

import pytest

from streams.codec.errors import Malformed
from streams.codec.fields import MISSING
from streams.codec.records import BY_KIND, KINDS, from_plain, kind_of, to_plain
from streams.codec.released import Releases
from tests.altered import fields_of
from tests.unit.codec.examples import CASES, IDS, PLAIN, plain, record

RELEASES = Releases.load()
SCHEMAS: dict[str, Any] = {kind: RELEASES.current(kind).schema for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_shown_by_two_examples_at_least(kind: str) -> None:
    assert len([case for k, case in CASES if k == kind]) >= 2


@pytest.mark.parametrize(("kind", "case"), CASES, ids=IDS)
def test_an_example_is_exactly_the_plain_form_of_its_record(kind: str, case: str) -> None:
    found = record(kind, case)
    assert kind_of(found) == kind
    assert to_plain(found) == PLAIN[kind, case]


def test_the_examples_of_a_kind_use_every_field_that_may_be_left_out() -> None:
    unused = {
        (kind, name)
        for kind in KINDS
        for name in plain(kind)
        if not any(example[name] not in (None, "", []) for (k, _), example in PLAIN.items() if k == kind)
    }
    assert unused == set()


@pytest.mark.parametrize("kind", KINDS)
def test_schema_and_record_have_the_same_fields(kind: str) -> None:
    named = {field["name"] for field in SCHEMAS[kind]["fields"]}
    assert named == set(fields_of(BY_KIND[kind].record))


@pytest.mark.parametrize(("kind", "case"), CASES, ids=IDS)
def test_what_may_be_left_out_is_what_has_a_default_in_the_schema(kind: str, case: str) -> None:
    whole = plain(kind, case)
    for path, default in _places(SCHEMAS[kind], whole, {}):
        shortened = plain(kind, case)
        inner: Any = shortened
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]
        if default is MISSING:
            with pytest.raises(Malformed, match=rf"\.{path[-1]} is missing"):
                from_plain(kind, shortened)
        else:
            inner[path[-1]] = default
            expected = from_plain(kind, shortened)
            del inner[path[-1]]
            assert from_plain(kind, shortened) == expected, path


@pytest.mark.parametrize("kind", KINDS)
def test_every_record_field_and_enum_is_documented(kind: str) -> None:
    assert list(_undocumented(SCHEMAS[kind], kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_time_is_in_milliseconds_and_says_so(kind: str) -> None:
    for node in _nodes(SCHEMAS[kind]):
        if node.get("name", "").endswith(("_at", "valid_until")):
            assert "timestamp-millis" in str(node["type"]), node["name"]
            assert "since 1970, UTC" in node["doc"], node["name"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_the_schema_are_the_words_of_the_core(kind: str) -> None:
    for path, node in _enums(SCHEMAS[kind], kind):
        with pytest.raises(Malformed) as refused:
            from_plain(kind, _with(plain(kind), path, "no-such-word"))
        assert refused.value.reason.endswith(f"must be one of {', '.join(node['symbols'])}."), path


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "quarantined"])
def test_schemas_that_others_read_fast_have_no_type_that_a_fast_reader_lacks(kind: str) -> None:
    text = str(SCHEMAS[kind])
    assert not any(word in text for word in ("'bytes'", "'fixed'", "'uuid'"))


def _places(schema: Any, whole: Any, names: dict[str, Any]) -> list[tuple[tuple[Any, ...], Any]]:
    """List every field of a record and of what is within it, as far as the example goes, with its default."""
    found: list[tuple[tuple[Any, ...], Any]] = []
    if isinstance(schema, list):
        return [] if whole is None else _places(schema[1], whole, names)
    if isinstance(schema, str):
        return _places(names[schema], whole, names) if schema in names else []
    names[schema.get("name", "")] = schema
    if schema["type"] == "array":
        return [((i, *path), d) for i, item in enumerate(whole) for path, d in _places(schema["items"], item, names)]
    if schema["type"] != "record":
        return []
    for field in schema["fields"]:
        name = field["name"]
        found.append(((name,), field.get("default", MISSING)))
        found += [((name, *path), default) for path, default in _places(field["type"], whole[name], names)]
    return found


def _nodes(schema: Any) -> list[dict[str, Any]]:
    """List every object in a schema."""
    if isinstance(schema, list):
        return [node for part in schema for node in _nodes(part)]
    if not isinstance(schema, dict):
        return []
    return [schema, *(node for part in schema.values() for node in _nodes(part))]


def _undocumented(schema: Any, where: str) -> list[str]:
    named = [node for node in _nodes(schema) if "name" in node]
    return [f"{where}: {node['name']}" for node in named if not node.get("doc", "").endswith(".")]


def _enums(schema: Any, where: str) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """List the enums that stand directly in a record, or in a record within it."""
    found: list[tuple[tuple[str, ...], dict[str, Any]]] = []
    for field in schema["fields"]:
        for node in field["type"] if isinstance(field["type"], list) else [field["type"]]:
            if isinstance(node, dict) and node["type"] == "enum":
                found.append(((field["name"],), node))
            if isinstance(node, dict) and node["type"] == "record":
                found += [((field["name"], *path), inner) for path, inner in _enums(node, where)]
    return found


def _with(example: dict[str, Any], path: tuple[str, ...], word: str) -> dict[str, Any]:
    inner = example
    for step in path[:-1]:
        inner[step] = inner[step] or {}
        inner = inner[step]
    inner[path[-1]] = word
    return example
