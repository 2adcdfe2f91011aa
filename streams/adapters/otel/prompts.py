"""Prompts: a span in which a model or an agent was asked something."""

from streams.adapters.base import Adapted, assigned
from streams.adapters.names import cut
from streams.adapters.otel.messages import declared_contexts, rationale, shown, tool_calls
from streams.adapters.otel.span import Span
from streams.codec.bounds import ITEMS_MAX, TEXT_CHARS_MAX
from streams.core.evidence import Prompt
from streams.core.parties import Authority

AUTHORITY = "clawback.authority"


def prompt(span: Span) -> Adapted:
    """Make a prompt. Where content is not recorded its text is empty: still evidence that something was asked.

    Raises:
        Unrecognised: an attribute is malformed, or more tools are called for than a record can hold.
    """
    given = span.attributes
    asked = given.content("gen_ai.input.messages", "gen_ai.prompt")
    answered = given.content("gen_ai.output.messages", "gen_ai.completion")
    told = given.content("gen_ai.system_instructions")
    calls = tool_calls(answered)
    if len(calls) > ITEMS_MAX:
        span.node.refuse("attribute gen_ai.output.messages", f"calls for more than {ITEMS_MAX} tools")
    text = "\n".join(filter(None, (shown(told, "system"), shown(asked))))
    made = Prompt(
        tenant=span.tenant,
        event_id=span.event_id,
        decision_id=span.decision_id,
        source=span.node.source,
        occurred_at=span.begun,
        trace_id=span.trace_id,
        span_id=span.span_id,
        agent_id=span.agent_id,
        agent_version=given.first("gen_ai.agent.version") or "",
        model=given.first("gen_ai.request.model", "gen_ai.response.model") or "",
        session_id=given.first("gen_ai.conversation.id", "session.id") or "",
        on_behalf_of=given.first("user.id", "enduser.id"),
        authority=_authority(span),
        tool_calls=calls,
        text=cut(text, TEXT_CHARS_MAX),
        rationale=cut(rationale(answered), TEXT_CHARS_MAX),
        contexts=declared_contexts(asked),
    )
    return assigned(made, span.agent_id)


def _authority(span: Span) -> Authority:
    """Read what the agent was sent to do; a word that is none of ours must not pass for `none`."""
    said = span.attributes.first(AUTHORITY)
    if said is None:
        return Authority.NONE
    if said not in {authority.value for authority in Authority}:
        span.node.refuse(f"attribute {AUTHORITY}", f"must be one of {', '.join(Authority)}")
    return Authority(said)
