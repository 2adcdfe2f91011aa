"""Weight: how much one fact may name, so that the state of the longest chain still fits the topic that keeps it."""

from collections.abc import Iterator

from streams.codec.errors import Malformed
from streams.core.evidence import Approval, Change, Prompt

NAMED_CHARS_MAX = 8 * 1024
"""Characters in the lists of one fact: 64 entitlements by their ARNs. A chain holds 256 facts; the largest state of a
decision comes to about 12 MiB then. Texts do not count, for the state keeps their digests only."""

STATE_BYTES_MAX = 16 * 1024 * 1024
"""What the changelog takes as one value (`max.message.bytes`), and the producer of it sends (`message.max.bytes`)."""


def check_weight(record: object) -> None:
    """Refuse a fact whose lists name more than a person could ever have looked at.

    Raises:
        Malformed: it does; the reason says how much, and what to do.
    """
    named = sum(map(len, _named(record)))
    if named > NAMED_CHARS_MAX:
        raise Malformed(
            f"The lists of this {type(record).__name__.lower()} have {named} characters in all; the bound is "
            f"{NAMED_CHARS_MAX}. Split what is several changes into several records."
        )


def _named(record: object) -> Iterator[str]:
    match record:
        case Prompt():
            for call in record.tool_calls:
                yield from (call.name, call.arguments_digest, call.subject or "", call.entitlement or "")
            for context in record.contexts:
                yield from (context.context_id, context.digest)
        case Approval():
            yield from record.approver.roles
            yield from record.scope.entitlements
        case Change():
            for entitlement in record.entitlements:
                yield from (entitlement.id, entitlement.application, entitlement.environment)
        case _:
            return
