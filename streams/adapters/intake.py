"""Intake: the bytes of one message, taken apart into events, each adapted on its own."""

from collections.abc import Iterator, Mapping
from typing import Any

from orjson import JSONDecodeError, dumps, loads

from streams.adapters.base import Adapted, Adapter, Failure, Unrecognised, Unwrap
from streams.adapters.read import DEPTH_MAX, Node, is_too_deep
from streams.codec.uncorrelated import Uncorrelated
from streams.core.evidence import Evidence

RAW_BYTES_MAX = 16 * 1024 * 1024
"""A message: sixteen times what a broker takes by default, room for whole files that somebody publishes as they are."""

RECORDS_MAX = 20_000
"""Events of one message: far more than any platform puts into a batch."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Some tools write it before UTF-8; RFC 8259 lets a reader ignore it."""


def take_in(source: str, adapter: Adapter, unwrap: Unwrap, raw: bytes, tenant: str) -> Adapted:
    """Adapt everything in a message: one event, a JSON array of them, or a platform's own envelope.

    What is not understood comes back as failures; nothing about the bytes raises.
    """
    try:
        document = _parsed(source, raw)
        records = list(_records(source, document, unwrap))
    except Unrecognised as refusal:
        return Adapted(failures=(Failure(index=0, reason=refusal.reason, original=raw),))
    if not records:
        return Adapted(ignored="an empty batch")
    alone = len(records) == 1
    evidence: list[Evidence] = []
    undecided: list[Uncorrelated] = []
    ignored: dict[str, None] = {}
    failures: list[Failure] = []
    for index, record in enumerate(records):
        try:
            adapted = adapter(Node(source, record).plain, tenant)
        except Unrecognised as refusal:
            original = raw if alone else dumps(record)
            failures.append(Failure(index=index, reason=refusal.reason, original=original))
            continue
        evidence += adapted.evidence
        undecided += adapted.undecided
        if adapted.ignored is not None:
            ignored[adapted.ignored] = None
    return Adapted(
        evidence=tuple(evidence),
        undecided=tuple(undecided),
        ignored="; ".join(ignored) or None,
        failures=tuple(failures),
    )


def _parsed(source: str, raw: bytes) -> Any:
    if len(raw) > RAW_BYTES_MAX:
        raise Unrecognised(source, f"the message has {len(raw)} bytes; the bound is {RAW_BYTES_MAX}")
    if not raw.strip():
        raise Unrecognised(source, "the message is empty")
    try:
        document = loads(raw.removeprefix(BYTE_ORDER_MARK).decode())
    except UnicodeDecodeError as error:
        raise Unrecognised(source, f"the message is not UTF-8 (byte {error.start})") from None
    except JSONDecodeError as error:
        raise Unrecognised(source, f"the message is no JSON (line {error.lineno}, column {error.colno})") from None
    if is_too_deep(document):
        raise Unrecognised(source, f"the message is nested more than {DEPTH_MAX} levels deep")
    return document


def _records(source: str, document: Any, unwrap: Unwrap) -> Iterator[Any]:
    """Walk the events of a document. An item of an array may be an envelope of its own."""
    documents = document if isinstance(document, list) else [document]
    count = 0
    for item in documents:
        if not isinstance(document, list) and not isinstance(item, Mapping):
            raise Unrecognised(source, "the message is JSON, but no object and no array of objects")
        for record in _unwrapped(item, unwrap, strict=document is item):
            count += 1
            if count > RECORDS_MAX:
                raise Unrecognised(source, f"the message has more than {RECORDS_MAX} events; publish it in parts")
            yield record


def _unwrapped(item: Any, unwrap: Unwrap, *, strict: bool) -> list[Any]:
    """Open one envelope; a broken one among others is left closed, for the adapter to refuse alone."""
    if not isinstance(item, Mapping):
        return [item]
    try:
        return unwrap(item)
    except Unrecognised:
        if strict:
            raise
        return [item]
