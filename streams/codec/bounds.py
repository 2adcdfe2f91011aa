"""THE table of bounds: how much of anything a record may carry. They only ever grow, for stored state obeys them."""

from collections.abc import Iterator

from streams.codec.errors import Malformed
from streams.core.chain import CHAIN_LINKS_MAX
from streams.core.evidence import Approval, Change, Context, Outcome, Prompt
from streams.core.registry import Agent
from streams.core.time import DAY_MS, EARLIEST, Millis, span, utc

ID_CHARS_MAX = 256
"""Ids of real platforms (ARNs, URNs, distinguished names) stay below 200; a longer one is a text in the wrong field."""

NAME_CHARS_MAX = 256
"""Names of models, methods, operations and sources: what an analyst groups by."""

URI_CHARS_MAX = 2_048
"""What browsers and proxies reliably carry."""

TEXT_CHARS_MAX = 16 * 1024
"""A prompt or a rationale: several pages. Whole conversations belong with the AI platform, under the session id."""

EXCERPT_CHARS_MAX = 8 * 1024
"""An excerpt of a context; the digest stands for the whole of it."""

DETAIL_CHARS_MAX = 4 * 1024
"""A responder's report, or a reason: a stack trace of ordinary size."""

ITEMS_MAX = 64
"""Tool calls, contexts, entitlements, roles, environments: a record with more of them is a bulk job in disguise."""

CITED_MAX = CHAIN_LINKS_MAX
"""Event ids and changes that a finding or a verdict names: no more than a chain can hold."""

FINDINGS_MAX = 32 * CHAIN_LINKS_MAX
"""Findings of one verdict: every change of the longest chain under every rule there is, with room for new rules."""

VALUE_BYTES_MAX = 1024 * 1024
"""One encoded value: what a Kafka broker takes in its default configuration (`message.max.bytes`)."""

QUARANTINED_BYTES_MAX = 256 * 1024
"""How much of an original the quarantine keeps: a quarter of a value, so that its own record always fits in one."""

KEY_BYTES_MAX = 4 * 1024
"""How much of an original key the quarantine keeps; ours are ids."""

INTEGER_MAX = 2**63 - 1
"""The largest Avro `long`."""

LATEST_EVENT = Millis(4_102_444_800_000)
"""2100-01-01: what claims to have happened later has the wrong unit."""

LATEST_END = Millis(253_402_300_799_999)
"""The last millisecond of the year 9999, which many platforms write for `never`: ends may be as late as that."""

DURATION_MS_MAX = 36_525 * DAY_MS
"""A hundred years: a longer approval is a unit error."""

EARLIEST_EVENT = EARLIEST
"""See streams.core.time: before 2000-01-01 there is a broken clock or the wrong unit."""

FUTURE_MS = 300_000
"""How far ahead of our clock an honest one may be, where no setting says otherwise: five minutes, as in Kerberos."""


def check_time(record: object, now: Millis, future_ms: int = FUTURE_MS) -> None:
    """Refuse an input that says it happened more than `future_ms` after `now` (ms; `now` since 1970, UTC).

    All times of things that have happened are checked: a change "executed" in ten years would be judged in ten years.
    Ends (`valid_until`, `grant_expires_at`) lie in the future as they please; our own outputs are not checked.

    Raises:
        Malformed: it does.
    """
    for name, at in _happened(record):
        if at > now + future_ms:
            raise Malformed(f"{name} is {utc(at)}, {span(at - now)} ahead of our clock; a clock is wrong.")


def _happened(record: object) -> Iterator[tuple[str, Millis]]:
    match record:
        case Prompt():
            yield "prompt.occurred_at", record.occurred_at
        case Context():
            yield "context.occurred_at", record.occurred_at
        case Approval():
            yield "approval.occurred_at", record.occurred_at
            yield "approval.decided_at", record.decided_at
        case Change():
            yield "change.occurred_at", record.occurred_at
            yield "change.executed_at", record.executed_at
            if record.policy_decision is not None:
                yield "change.policy_decision.decided_at", record.policy_decision.decided_at
        case Outcome():
            yield "outcome.occurred_at", record.occurred_at
            yield "outcome.completed_at", record.completed_at
        case Agent():
            yield "agent.occurred_at", record.occurred_at
            yield "agent.registered_at", record.registered_at
        case _:
            return
