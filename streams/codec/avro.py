"""Avro in the Confluent wire format: a zero byte, the schema id (4 bytes, big-endian), the body."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from struct import Struct
from threading import Lock
from typing import Any, Protocol

from fastavro import parse_schema, schemaless_reader, schemaless_writer

from streams.codec.bounds import VALUE_BYTES_MAX
from streams.codec.errors import Malformed, RegistryError
from streams.codec.records import BY_KIND, BY_RECORD, KINDS, Form, Record
from streams.codec.released import Releases
from streams.codec.shortcut import BYTES_MAX, UNUSUAL, ReadValue, compiled
from streams.codec.shorthand import UNUSUAL_TO_WRITE, WriteValue, compiled_writer
from streams.codec.weight import check_weight

MAGIC = 0
"""The first byte of version 0 of the wire format, the only one that carries the id in front of the body."""

PREFIX = Struct(">BI")

NAMESPACE = "clawback.v1"
KIND_OF_NAME = {f"{NAMESPACE}.{kind.capitalize()}": kind for kind in KINDS}
"""Full name of a schema's record, and the kind that it is."""

READERS_MAX = 256
"""Writers' schemas kept ready at a time: every version of every kind, many times over."""


class Ids(Protocol):
    """Where schema ids come from: the ledger that clawback brings along, or a registry."""

    def id_of(self, kind: str) -> int:
        """Give the id of the schema that we write."""

    def schema_of(self, schema_id: int) -> Mapping[str, Any] | None:
        """Find the schema behind an id; None when nobody knows it."""

    def scope(self) -> str:
        """Say which ids are known, for a complaint."""


@dataclass(frozen=True, slots=True)
class Writer:
    """What is needed to write a kind: the five bytes in front, the schema, parsed once, and its compiled writer."""

    prefix: bytes
    schema: Any
    write: WriteValue | None


@dataclass(frozen=True, slots=True)
class Reader:
    """What is needed to read an id: the kind that it is, its schema, and ours where it is another version."""

    kind: str
    written: Any
    ours: Any


@dataclass(frozen=True, slots=True)
class Shortcut:
    """The compiled reader of the values that begin with a prefix."""

    kind: str
    read: ReadValue


class AvroCodec:
    """Records to values of topics and back. One per process, for as many threads as there are.

    Without `registry_url` the ids are those of `schemas/released.json`; with it, the registry's, asked on first use.
    """

    def __init__(self, registry_url: str = "", *, topic_prefix: str = "", ids: Ids | None = None) -> None:
        """Load the released schemas. `topic_prefix`: put before every topic, and so part of a registry's subjects."""
        releases = Releases.load()
        self._releases = releases
        self._ours = {kind: prepared(releases.current(kind).schema) for kind in KINDS}
        self._own_text = {kind: unannotated(releases.current(kind).schema) for kind in KINDS}
        self._ids = ids or (_registry(registry_url, releases, topic_prefix) if registry_url else releases)
        self._writers: dict[str, Writer] = {}
        self._readers: dict[int, Reader] = {}
        self._shortcuts: dict[bytes, Shortcut] = {}
        self._learning = Lock()

    def encode(self, record: Record) -> bytes:
        """Write a record as the value of its topic.

        Raises:
            Malformed: the value would be too large for a topic, or a text is none (a lone surrogate).
            RegistryError: the registry does not answer or does not know our schema.
        """
        form = BY_RECORD[type(record)]
        writer = self._writers.get(form.kind) or self._writer(form.kind)
        if writer.write is not None:
            try:
                value = writer.write(record)
            except UNUSUAL_TO_WRITE:
                pass
            else:
                if len(value) <= VALUE_BYTES_MAX:
                    return value
        return self._encode_carefully(record, form, writer)

    def _encode_carefully(self, record: Record, form: Form, writer: Writer) -> bytes:
        """Write a record by way of its plain form; what is wrong with it is said here, and nowhere else."""
        plain = form.to_plain(record)
        if form.kind == "quarantined":
            plain = with_bytes(plain)
        out = BytesIO()
        out.write(writer.prefix)
        try:
            schemaless_writer(out, writer.schema, plain)
        except UnicodeEncodeError as error:
            raise Malformed(f"{form.kind} has a text that is no Unicode: {error.reason}.") from None
        value = out.getvalue()
        if len(value) > VALUE_BYTES_MAX:
            raise Malformed(f"{form.kind} takes {len(value)} bytes; the bound is {VALUE_BYTES_MAX}.")
        return value

    def decode(self, value: bytes | None, expected: str | None = None) -> Record:
        """Read the value of a topic; one written with an earlier version of its schema comes as the current one.

        `expected`: the kind that the topic carries.

        Raises:
            Malformed: it is no record of ours, or of another kind; with the precise reason.
            RegistryError: the registry does not answer.
        """
        if type(value) is bytes and len(value) <= BYTES_MAX:
            shortcut = self._shortcuts.get(value[: PREFIX.size])
            if shortcut is not None and (shortcut.kind == expected or expected is None):
                try:
                    record: Record = shortcut.read(value)
                    return record
                except UNUSUAL:
                    pass
        return self._decode_carefully(value, expected)

    def _decode_carefully(self, value: bytes | None, expected: str | None) -> Record:
        """Read a value field by field; what is wrong with it is said here, and nowhere else."""
        if not value:
            raise Malformed("The value is empty.")
        if len(value) > VALUE_BYTES_MAX:
            raise Malformed(f"The value has {len(value)} bytes; the bound is {VALUE_BYTES_MAX}.")
        if value[0] != MAGIC:
            raise Malformed(_unframed(value))
        if len(value) < PREFIX.size:
            raise Malformed(f"The value has {len(value)} bytes; the Confluent wire format begins with {PREFIX.size}.")
        schema_id = PREFIX.unpack_from(value)[1]
        reader = self._readers.get(schema_id) or self._reader(schema_id)
        if expected is not None and reader.kind != expected:
            raise Malformed(f"Schema id {schema_id} is of {reader.kind}; this topic carries {expected}.")
        plain = _body(value, schema_id, reader)
        record: Record = BY_KIND[reader.kind].from_plain(with_text(plain) if reader.kind == "quarantined" else plain)
        check_weight(record)
        return record

    def _writer(self, kind: str) -> Writer:
        # two threads at once make the same writer twice
        prefix = PREFIX.pack(MAGIC, self._ids.id_of(kind))
        write = compiled_writer(self._releases.current(kind).schema, prefix)
        writer = Writer(prefix, self._ours[kind], write)
        self._writers[kind] = writer
        return writer

    def _reader(self, schema_id: int) -> Reader:
        schema = self._ids.schema_of(schema_id)
        if schema is None:
            raise Malformed(f"Schema id {schema_id} is unknown: {self._ids.scope()}.")
        name = f"{schema.get('namespace', '')}.{schema.get('name', '')}"
        kind = KIND_OF_NAME.get(name)
        if kind is None:
            raise Malformed(f"Schema id {schema_id} is {name[:80]}, which is no record of ours.")
        same = unannotated(schema) == self._own_text[kind]
        # somebody else's schema: whatever is wrong with it, we cannot read by it
        try:
            reader = Reader(kind, prepared(schema), None if same else self._ours[kind])
        except Exception as error:
            raise Malformed(f"Schema id {schema_id} cannot be used: {type(error).__name__}: {error}"[:500]) from None
        with self._learning:
            if len(self._readers) >= READERS_MAX:
                forgotten = next(iter(self._readers))
                del self._readers[forgotten]
                self._shortcuts.pop(PREFIX.pack(MAGIC, forgotten), None)
            self._readers[schema_id] = reader
            # made from our own release, which says the same: what a registry answers never becomes source
            read = compiled(self._releases.current(kind).schema, PREFIX.size) if same else None
            if read is not None:
                self._shortcuts[PREFIX.pack(MAGIC, schema_id)] = Shortcut(kind, read)
        return reader


def prepared(schema: Mapping[str, Any]) -> Any:
    """Parse a schema once for fastavro, so that times stay the integers that they are on the wire."""
    return parse_schema(unannotated(schema))


def unannotated(schema: Any) -> Any:
    """Drop logical types: they would turn every time into a `datetime`, which costs more than the rest of the field."""
    if isinstance(schema, Mapping):
        return {name: unannotated(part) for name, part in schema.items() if name != "logicalType"}
    if isinstance(schema, list):
        return [unannotated(part) for part in schema]
    return schema


def with_bytes(plain: dict[str, Any]) -> dict[str, Any]:
    """Turn the base64 of a quarantined record's plain form into the bytes of its Avro form."""
    key = plain["key"]
    return plain | {"key": None if key is None else b64decode(key), "value": b64decode(plain["value"])}


def with_text(plain: dict[str, Any]) -> dict[str, Any]:
    """Turn the bytes of a quarantined record's Avro form into the base64 of its plain form."""
    key = plain["key"]
    return plain | {
        "key": None if key is None else b64encode(key).decode(),
        "value": b64encode(plain["value"]).decode(),
    }


def _body(value: bytes, schema_id: int, reader: Reader) -> dict[str, Any]:
    """Read what stands behind the prefix, all of it."""
    body = BytesIO(value)
    body.seek(PREFIX.size)
    try:
        plain: Any = schemaless_reader(body, reader.written, reader.ours)
    except EOFError:
        raise Malformed(f"The {reader.kind} is truncated: its body ends before its last field.") from None
    except Exception as error:
        # the library raises many kinds of error on bytes that are no Avro
        what = f"{type(error).__name__}: {error}"[:200]
        raise Malformed(f"The body does not read as a {reader.kind} (schema id {schema_id}): {what}.") from None
    rest = len(value) - body.tell()
    if rest:
        raise Malformed(f"There are bytes after the end of the {reader.kind}: {rest} of them.")
    if not isinstance(plain, dict):
        raise Malformed(f"The body does not read as a {reader.kind} (schema id {schema_id}).")
    return plain


def _unframed(value: bytes) -> str:
    """Say what a value without the prefix looks like."""
    begins = f"The value is not in the Confluent wire format: its first byte is 0x{value[0]:02x}"
    if value.lstrip()[:1] in (b"{", b"["):
        return (
            f"{begins} and it looks like JSON; "
            "publish JSON through `clawback publish`, or Avro with its schema id in front."
        )
    return f"{begins}, not 0x00."


def _registry(url: str, releases: Releases, topic_prefix: str) -> Ids:
    """Use a registry; its client is an extra of the installation."""
    try:
        from streams.codec.registry import RegistryIds  # noqa: PLC0415 - needs the extra `registry`
    except ImportError as error:
        raise RegistryError(
            f"SCHEMA_REGISTRY_URL is set, and the client for it is not installed ({error}); "
            "run: pip install 'clawback[registry]'."
        ) from None
    return RegistryIds(url, releases, topic_prefix)
