"""Prompts, to plain values and back."""

from typing import Any

from streams.codec.bounds import ID_CHARS_MAX, TEXT_CHARS_MAX
from streams.codec.fact import FACT, fact_from, fact_to_plain
from streams.codec.fields import Fields
from streams.codec.parties import AUTHORITIES
from streams.core.evidence import DeclaredContext, Prompt, ToolCall
from streams.core.parties import Authority

PROMPT = FACT | {
    "agent_id", "agent_version", "model", "session_id", "on_behalf_of", "authority", "tool_calls", "text", "rationale",
    "contexts",
}  # fmt: skip
TOOL_CALL = frozenset({"name", "arguments_digest", "subject", "entitlement"})
DECLARED_CONTEXT = frozenset({"context_id", "digest"})


def to_plain(prompt: Prompt) -> dict[str, Any]:
    """Write a prompt."""
    return fact_to_plain(prompt) | {
        "agent_id": prompt.agent_id,
        "agent_version": prompt.agent_version,
        "model": prompt.model,
        "session_id": prompt.session_id,
        "on_behalf_of": prompt.on_behalf_of,
        "authority": str(prompt.authority),
        "tool_calls": [
            {
                "name": call.name,
                "arguments_digest": call.arguments_digest,
                "subject": call.subject,
                "entitlement": call.entitlement,
            }
            for call in prompt.tool_calls
        ],
        "text": prompt.text,
        "rationale": prompt.rationale,
        "contexts": [{"context_id": c.context_id, "digest": c.digest} for c in prompt.contexts],
    }


def from_plain(plain: Any) -> Prompt:
    """Read a prompt."""
    fields = Fields(plain, "prompt", PROMPT)
    return Prompt(
        **fact_from(fields),
        agent_id=fields.id("agent_id"),
        agent_version=fields.text("agent_version"),
        model=fields.text("model"),
        session_id=fields.text("session_id", ID_CHARS_MAX),
        on_behalf_of=fields.optional("on_behalf_of"),
        authority=fields.choice("authority", AUTHORITIES, Authority.NONE),
        tool_calls=tuple(
            ToolCall(
                name=call.id("name"),
                arguments_digest=call.text("arguments_digest"),
                subject=call.optional("subject"),
                entitlement=call.optional("entitlement"),
            )
            for call in fields.objects("tool_calls", TOOL_CALL)
        ),
        text=fields.text("text", TEXT_CHARS_MAX),
        rationale=fields.text("rationale", TEXT_CHARS_MAX),
        contexts=tuple(
            DeclaredContext(context_id=declared.id("context_id"), digest=declared.text("digest"))
            for declared in fields.objects("contexts", DECLARED_CONTEXT)
        ),
    )
