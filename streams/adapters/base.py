"""Base: what an adapter is, what it gives back, and how it refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from typing import Any

from streams.codec.records import kind_of, to_plain
from streams.codec.uncorrelated import Uncorrelated
from streams.core.evidence import Evidence
from streams.core.ids import DecisionId, EventId, digest

NO_DECISION = DecisionId("")
"""Stands where evidence has no decision yet; such evidence leaves an adapter only as `Uncorrelated`."""


class Unrecognised(ValueError):
    """An event that its adapter cannot read.

    `reason` is one sentence that names the source, the field and what is wrong with it. It quotes names of event types
    and of fields, never their contents, so that it may stand in a log.
    """

    def __init__(self, source: str, what: str) -> None:
        """Say what is wrong with an event of a source."""
        self.reason = f"{source}: {what}."
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One record that was not understood.

    `index`: its place in the batch, from 0. `original`: its bytes as received; a record out of the middle of a batch is
    written anew as JSON, alone, because that is what somebody has to read and send again.
    """

    index: int
    reason: str
    original: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapted:
    """What came of one message.

    `undecided`: evidence that no decision claims yet. `ignored`: why (a part of) the message is no evidence, when that
    is known and in order. `failures`: the records that were not understood; they never take others with them.
    """

    evidence: tuple[Evidence, ...] = ()
    undecided: tuple[Uncorrelated, ...] = ()
    ignored: str | None = None
    failures: tuple[Failure, ...] = ()


Adapter = Callable[[Mapping[str, Any], str], Adapted]
"""One event of a source and its tenant in, evidence out; raises Unrecognised. The same event always gives the same."""

Unwrap = Callable[[Mapping[str, Any]], list[Any]]
"""The events within one document of a source, in order; raises Unrecognised when the envelope itself is broken."""


def canonical(plain: Any) -> str:
    """Write JSON the one way that does not depend on order or spacing: sorted keys, no blanks, as in RFC 8785."""
    return dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_digest(plain: Any) -> str:
    """Digest content: SHA-256 (hex) of a text, or of the canonical JSON of anything else."""
    text = plain if isinstance(plain, str) else canonical(plain)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def event_id(source: str, own: str | None, record: Mapping[str, Any]) -> EventId:
    """Name an event `<source>:<its own id>`; one without an id is named by its content."""
    return EventId(f"{source}:{own or digest('raw', canonical(record)).removeprefix('raw_')}")


def numbered(event: EventId, place: int, count: int) -> EventId:
    """Name the n-th of several changes that one event reports; the only one keeps the name of the event."""
    return event if count == 1 else EventId(f"{event}#{place + 1}")


def assigned(evidence: Evidence, actor_id: str) -> Adapted:
    """Give back one piece of evidence: as it is when a decision claims it, else as uncorrelated.

    `actor_id`: who did it, which is all that whoever correlates later has to go by.
    """
    if evidence.decision_id != NO_DECISION:
        return Adapted(evidence=(evidence,))
    plain = {name: value for name, value in to_plain(evidence).items() if name != "decision_id"}
    undecided = Uncorrelated(
        tenant=evidence.tenant,
        event_id=evidence.event_id,
        source=evidence.source,
        occurred_at=evidence.occurred_at,
        actor_id=actor_id,
        kind=kind_of(evidence),
        evidence=canonical(plain),
    )
    return Adapted(undecided=(undecided,))
