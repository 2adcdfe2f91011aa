"""CloudEvents 1.0 JSON (structured mode), one event a line: how records travel in files and over HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from streams.codec.bounds import ID_CHARS_MAX, VALUE_BYTES_MAX, check_time
from streams.codec.errors import Malformed
from streams.codec.fields import NAMES, Fields
from streams.codec.instants import from_text, to_text
from streams.codec.records import KINDS, Record, from_plain, kind_of, to_plain
from streams.core.time import Millis

SPECVERSION = "1.0"
PRODUCT = "clawback"
"""`source` of what we say ourselves."""

TICK = "clawback.tick.v1"
TICK_FIELDS = frozenset({"at"})


@dataclass(frozen=True, slots=True)
class Tick:
    """Not evidence: the statement that the watermark reaches `at` (ms since 1970, UTC) at this place in a file.

    What stands behind it and is older is heard late. Stories and `replay` need it; nobody publishes it.
    """

    at: Millis


@dataclass(frozen=True, slots=True)
class Envelope:
    """Which fields of a kind's data are also CloudEvents attributes: `id`, `source` and `time`.

    None: the attribute is made from the record by us, and not looked at when it is read.
    """

    id: str | None
    source: str | None
    time: str


EVIDENCE = Envelope("event_id", "source", "occurred_at")
ENVELOPES: Mapping[str, Envelope] = {
    **dict.fromkeys(("prompt", "context", "approval", "change", "outcome", "agent", "uncorrelated"), EVIDENCE),
    "verdict": Envelope("verdict_id", None, "judged_at"),
    "revocation": Envelope("command_id", None, "issued_at"),
    "quarantined": Envelope(None, None, "quarantined_at"),
}
TYPES = {f"clawback.{kind}.v1": kind for kind in KINDS}


def parse(line: bytes | str, *, now: Millis | None = None) -> Record | Tick:
    """Read one line. `now` (ms since 1970, UTC): also refuse what claims to come from the future.

    Raises:
        Malformed: it is no JSON object, or not an event as `read` takes it.
    """
    return read(_object(line), now=now)


def read(event: Mapping[str, Any], *, now: Millis | None = None) -> Record | Tick:
    """Read one event that is JSON already.

    `id`, `source` and `time` of the envelope stand in for the fields of `data` that say the same and are not there;
    where both are there they must agree. Times in `data` are milliseconds since 1970 (UTC) or RFC 3339 text. Other
    attributes of the envelope are extensions and are let pass.

    Raises:
        Malformed: it is no event of ours, or its record is not in order.
    """
    version, type_, data = event.get("specversion"), event.get("type"), event.get("data")
    if version is None and type_ != TICK:
        raise Malformed("specversion is missing; a line is a CloudEvents 1.0 event with the record under data.")
    if version not in (SPECVERSION, None):
        raise Malformed(f"specversion must be {SPECVERSION!r}, not {_shown(version)}.")
    if not isinstance(type_, str) or (type_ != TICK and type_ not in TYPES):
        raise Malformed(f"type is {_shown(type_)}; it must be one of {', '.join((*TYPES, TICK))}.")
    if "data_base64" in event:
        raise Malformed("The record must be a JSON object under data, not data_base64.")
    if not isinstance(data, dict):
        raise Malformed(f"data must be an object, not {NAMES.get(type(data), type(data).__name__)}.")
    if type_ == TICK:
        return Tick(Fields(data, "tick", TICK_FIELDS).instant("at"))
    kind = TYPES[type_]
    record = from_plain(kind, _completed(event, data, kind))
    if now is not None:
        check_time(record, now)
    return record


def write(record: Record | Tick) -> bytes:
    """Write one event as one canonical line (sorted keys, no white space, no line end); `parse` reads it back."""
    if isinstance(record, Tick):
        tick = {"specversion": SPECVERSION, "id": f"tick-{record.at}", "type": TICK, "source": PRODUCT}
        return orjson.dumps({**tick, "data": {"at": record.at}}, option=orjson.OPT_SORT_KEYS)
    event = {**attributes(record), "data": to_plain(record)}
    return orjson.dumps(event, option=orjson.OPT_SORT_KEYS)


def attributes(record: Record) -> dict[str, str]:
    """Give the CloudEvents attributes of a record: specversion, id, type, source, time (RFC 3339)."""
    kind = kind_of(record)
    envelope = ENVELOPES[kind]
    return {
        "specversion": SPECVERSION,
        "id": getattr(record, envelope.id or "id"),
        "type": f"clawback.{kind}.v1",
        "source": getattr(record, envelope.source) if envelope.source else PRODUCT,
        "time": to_text(getattr(record, envelope.time)),
    }


def _object(line: bytes | str) -> dict[str, Any]:
    """Read a line as one JSON object of bearable size and depth."""
    if len(line) > VALUE_BYTES_MAX:
        raise Malformed(f"The line is {len(line)} long; the bound is {VALUE_BYTES_MAX}.")
    if not line.strip():
        raise Malformed("The line is empty; it must be one CloudEvents JSON object.")
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        if "depth limit" in str(error) or "ecursion" in str(error):
            raise Malformed("The line is JSON that is nested too deep.") from None
        if isinstance(line, bytes) and not _is_utf8(line):
            raise Malformed("The line is not UTF-8.") from None
        raise Malformed(f"The line is not JSON: {error}.") from None
    if not isinstance(event, dict):
        raise Malformed(f"The line must be one JSON object, not {NAMES.get(type(event), type(event).__name__)}.")
    return event


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _completed(event: Mapping[str, Any], data: dict[str, Any], kind: str) -> dict[str, Any]:
    """Let the envelope's `id`, `source` and `time` stand in for what data does not say, and agree with what it says."""
    envelope, data = ENVELOPES[kind], dict(data)
    pairs: tuple[tuple[str, str | None, Callable[[Any, str], Any]], ...] = (
        ("id", envelope.id, _same),
        ("source", envelope.source, _same),
        ("time", envelope.time, _instant),
    )
    for attribute, field, reading in pairs:
        said = event.get(attribute)
        if said is None:
            continue
        if not isinstance(said, str) or not 0 < len(said) <= ID_CHARS_MAX:
            raise Malformed(f"{attribute} must be a text of 1 to {ID_CHARS_MAX} characters.")
        said = reading(said, attribute)
        if field is None:
            continue
        if field not in data:
            data[field] = said
        elif reading(data[field], f"{kind}.{field}") != said:
            raise Malformed(f"{attribute} of the event and {kind}.{field} differ; give one, or twice the same.")
    return data


def _same(value: Any, _where: str) -> Any:
    return value


def _instant(value: Any, where: str) -> Any:
    return from_text(value, where) if isinstance(value, str) else value


def _shown(value: Any) -> str:
    return repr(value[:60]) if isinstance(value, str) else NAMES.get(type(value), type(value).__name__)
