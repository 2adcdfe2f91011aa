"""Whether a record claims to come from the future: the one check that needs a clock, and so the shell."""

from collections.abc import Iterator

from streams.codec.errors import Malformed
from streams.codec.records import Record, kind_of
from streams.core.evidence import Approval, Change, Context, Outcome, Prompt
from streams.core.registry import Agent
from streams.core.time import Millis, span, utc

FUTURE_MS = 300_000
"""How far ahead of our clock an honest one may be, where no setting says otherwise: five minutes, as in Kerberos."""


def check_time(record: Record, now: Millis, future_ms: int = FUTURE_MS) -> None:
    """Refuse an input that says it happened more than `future_ms` after `now` (both ms; `now` since 1970, UTC).

    All times of things that have happened are checked: a change "executed" in ten years would be judged in ten years.
    Ends (`valid_until`, `grant_expires_at`) lie in the future as they please; our own outputs are not checked.

    Raises:
        Malformed: it does.
    """
    for name, at in _happened(record):
        if at > now + future_ms:
            ahead = span(at - now)
            raise Malformed(f"{kind_of(record)}.{name} is {utc(at)}, {ahead} ahead of our clock; a clock is wrong.")


def _happened(record: Record) -> Iterator[tuple[str, Millis]]:
    match record:
        case Prompt() | Context():
            yield "occurred_at", record.occurred_at
        case Approval():
            yield "occurred_at", record.occurred_at
            yield "decided_at", record.decided_at
        case Change():
            yield "occurred_at", record.occurred_at
            yield "executed_at", record.executed_at
            if record.policy_decision is not None:
                yield "policy_decision.decided_at", record.policy_decision.decided_at
        case Outcome():
            yield "occurred_at", record.occurred_at
            yield "completed_at", record.completed_at
        case Agent():
            yield "occurred_at", record.occurred_at
            yield "registered_at", record.registered_at
        case _:
            return
