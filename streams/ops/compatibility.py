"""Whether a new schema reads what an old one wrote: sample values, written by the old, read by two libraries."""

import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from avro.errors import AvroException
from avro.io import BinaryDecoder, BinaryEncoder, DatumReader, DatumWriter
from avro.schema import parse
from fastavro import parse_schema, schemaless_reader

from streams.codec.avro import unannotated

VARIANTS = 60
"""Samples of a schema: the least common multiple of 3, 4 and 5, so that lists of every length meet every symbol."""

LENGTHS = 3
"""Lists of no, one and two items."""

PRIMITIVES: Mapping[str, tuple[Any, ...]] = {
    "null": (None,),
    "boolean": (False, True),
    "int": (0, 1, -1, 2**31 - 1),
    "long": (0, 1, -1, 1_795_428_245_120, 2**63 - 1),
    "float": (0.0, 1.5),
    "double": (0.0, -2.25),
    "string": ("", "svc-ci", "Zoë Müller ✓"),
    "bytes": (b"", b"\x00\xff"),
}

Names = dict[str, Any]


def incompatibilities(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Say why the new schema does not read what the old one wrote; nothing when it does.

    Both `fastavro` and Apache's own `avro` must read every sample, and must read the same. A field renamed with an
    alias is therefore refused: Apache's Python reader does not follow aliases.
    """
    written, read = unannotated(old), unannotated(new)
    if written == read:
        return
    apache_written, apache_read = parse(json.dumps(written)), parse(json.dumps(read))
    fast_written, fast_read = parse_schema(written), parse_schema(read)
    for value in samples(written):
        out = BytesIO()
        DatumWriter(apache_written).write(value, BinaryEncoder(out))
        try:
            by_fastavro = schemaless_reader(BytesIO(out.getvalue()), fast_written, fast_read)
        except Exception as error:
            yield f"fastavro does not read it: {_said(error)}"
            return
        try:
            by_avro = DatumReader(apache_written, apache_read).read(BinaryDecoder(BytesIO(out.getvalue())))
        except (AvroException, ValueError, TypeError, KeyError) as error:
            yield f"avro does not read it: {_said(error)}"
            return
        if by_fastavro != by_avro:
            yield f"fastavro and avro read different values: {by_fastavro!r} and {by_avro!r}"[:500]
            return


def samples(schema: Any) -> Iterator[Any]:
    """Make values of a schema that together use every symbol, every branch of a union and lists of several lengths."""
    return (_sample(schema, variant, {}) for variant in range(VARIANTS))


def _sample(schema: Any, variant: int, names: Names, space: str = "") -> Any:
    if isinstance(schema, list):
        return _sample(schema[variant % len(schema)], variant // len(schema), names, space)
    if isinstance(schema, str):
        if schema in PRIMITIVES:
            return PRIMITIVES[schema][variant % len(PRIMITIVES[schema])]
        return _sample(names[_full(schema, space)], variant, names, space)
    kind = schema["type"]
    if kind in ("record", "enum", "fixed"):
        space = schema.get("namespace", space)
        names[_full(schema["name"], space)] = schema
    if kind == "record":
        fields = enumerate(schema["fields"])
        return {field["name"]: _sample(field["type"], variant + place, names, space) for place, field in fields}
    if kind == "enum":
        return schema["symbols"][variant % len(schema["symbols"])]
    if kind == "fixed":
        return bytes(schema["size"])
    if kind == "array":
        return [_sample(schema["items"], variant + item, names, space) for item in range(variant % LENGTHS)]
    if kind == "map":
        return {
            f"key-{item}": _sample(schema["values"], variant + item, names, space) for item in range(variant % LENGTHS)
        }
    return _sample(kind, variant, names, space)


def _full(name: str, space: str) -> str:
    return name if "." in name or not space else f"{space}.{name}"


def _said(error: Exception) -> str:
    # Apache's errors go on with both schemas, whole
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"[:400]
