"""Operations: THE table of what GenAI spans are evidence of, by `gen_ai.operation.name`."""

from streams.adapters.otel.attributes import Attributes, pairs
from streams.adapters.read import Node
from streams.core.evidence import ContextKind

PROMPTS = frozenset({"chat", "generate_content", "text_completion", "invoke_agent"})
"""A model or an agent was asked something."""

CONTEXTS: dict[str, ContextKind] = {
    "execute_tool": ContextKind.TOOL_RESULT,
    "retrieval": ContextKind.RETRIEVAL,
}
"""A model was shown something."""

IGNORED: dict[str, str] = {
    "embeddings": "an embedding, which decides nothing",
    "create_agent": "the making of an agent, which is the agent registry's to tell",
    "invoke_workflow": "a workflow around spans that speak for themselves",
    "plan": "a plan within an agent's run, which is a span of its own",
}

IMPLIED = (
    ("gen_ai.tool.name", "execute_tool"),
    ("gen_ai.input.messages", "chat"),
    ("gen_ai.prompt", "chat"),
    ("gen_ai.request.model", "chat"),
    ("gen_ai.agent.name", "invoke_agent"),
    ("gen_ai.agent.id", "invoke_agent"),
)
"""What a span of older instrumentation does that names no operation, by an attribute that it has."""

OTHERS = ("openinference.span.kind", "traceloop.span.kind", "langfuse.observation.type")
"""Marks of other vocabularies for the same thing: what they say is not read, and must not vanish like nothing."""


def operation_of(node: Node) -> str | None:
    """Read or infer the operation of a span; None when it is not about generative AI.

    Raises:
        Unrecognised: its attributes are malformed.
    """
    found = pairs(node, "attributes")
    named = Attributes(node, found).first("gen_ai.operation.name", limit=None)
    implied = named or next((operation for name, operation in IMPLIED if found.get(name)), None)
    other = next((name for name in OTHERS if name in found), None)
    if implied is None and other is not None:
        node.refuse(f"attribute {other}", "belongs to a vocabulary that is not read; send gen_ai.* attributes as well")
    return implied
