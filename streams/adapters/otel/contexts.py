"""Contexts: a span in which a tool answered, or something was retrieved."""

from typing import Any

from streams.adapters.base import Adapted, assigned, canonical
from streams.adapters.names import cut
from streams.adapters.otel.messages import arguments_digest
from streams.adapters.otel.span import Span
from streams.codec.bounds import EXCERPT_CHARS_MAX
from streams.core.evidence import Context, ContextKind

RESULTS = ("gen_ai.tool.call.result", "gen_ai.retrieval.documents", "gen_ai.tool.output")


def context(span: Span, kind: ContextKind) -> Adapted:
    """Make a context: the digest of all that was shown, and an excerpt. It counts from when the answer was there.

    A tool's answer has the id of the call, under which prompts declare what they were shown.

    Raises:
        Unrecognised: an attribute is malformed.
    """
    given = span.attributes
    result = given.content(*RESULTS)
    tool = given.first("gen_ai.tool.name")
    made = Context(
        tenant=span.tenant,
        event_id=span.event_id,
        decision_id=span.decision_id,
        source=span.node.source,
        occurred_at=span.ended,
        trace_id=span.trace_id,
        span_id=span.span_id,
        context_id=given.first("gen_ai.tool.call.id") or span.event_id,
        prompt_id=span.parent_event,
        kind=kind,
        uri=given.first("gen_ai.data_source.id") or (f"tool:{tool}" if tool else ""),
        digest=arguments_digest(result),
        excerpt=cut(_excerpt(result), EXCERPT_CHARS_MAX),
    )
    return assigned(made, span.agent_id)


def _excerpt(result: Any) -> str:
    if result is None:
        return ""
    return result if isinstance(result, str) else canonical(result)
