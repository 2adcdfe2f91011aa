"""Messages: what a model was asked and what it answered, out of `gen_ai.input.messages` and `gen_ai.output.messages`.

Shapes: `gen-ai-input-messages.json` and `gen-ai-output-messages.json` of the OpenTelemetry semantic conventions. Older
instrumentation writes `{role, content}` without parts, or plain text.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from streams.adapters.base import canonical, content_digest
from streams.adapters.read import json_in
from streams.codec.bounds import ID_CHARS_MAX, ITEMS_MAX, NAME_CHARS_MAX, URI_CHARS_MAX
from streams.core.evidence import DeclaredContext, ToolCall

CALLS = frozenset({"tool_call", "server_tool_call"})
RESPONSES = frozenset({"tool_call_response", "server_tool_call_response"})

Part = Mapping[str, Any]


def parts(content: Any) -> Iterator[tuple[str, Part]]:
    """Walk the parts of all messages, each with the role that said it; what has no shape we know is shown as text."""
    for message in content if isinstance(content, list) else [content]:
        if not isinstance(message, Mapping):
            if message is not None:
                yield "", {"type": "text", "content": message}
            continue
        said_by = message.get("role")
        role = said_by if isinstance(said_by, str) else ""
        inner = message.get("parts", message.get("content"))
        if inner is None and "type" in message:
            inner = [message]
        for part in inner if isinstance(inner, list) else [inner]:
            if isinstance(part, Mapping):
                yield role, part
            elif part is not None:
                yield role, {"type": "text", "content": part}


def shown(content: Any, role: str = "") -> str:
    """Write messages for a reader, one paragraph a part; `role` said what says nothing of its role.

    What is no text stands as a mark in brackets. So do answers of tools: they are contexts, with evidence of their own.
    """
    lines: list[str] = []
    for said_by, part in parts(content):
        said, by = _text(part), said_by or role
        if said:
            lines.append(f"{by}: {said}" if by else said)
    return "\n".join(lines)


def rationale(content: Any) -> str:
    """Write what a model gave as its reasons: its reasoning where it was recorded, else what it answered."""
    answered = [part for _, part in parts(content)]
    reasoned = [_plain(p.get("content")) for p in answered if p.get("type") == "reasoning"]
    said = [_plain(p.get("content", p.get("text"))) for p in answered if p.get("type", "text") == "text"]
    return "\n".join(filter(None, reasoned or said))


def tool_calls(content: Any) -> tuple[ToolCall, ...]:
    """List the tools that an answer calls for, at most ITEMS_MAX + 1, so that a reader of too many can tell."""
    calls: list[ToolCall] = []
    for _, part in parts(content):
        name = part.get("name")
        if part.get("type") in CALLS and isinstance(name, str) and name:
            given = part.get("arguments", part.get("server_tool_call"))
            calls.append(ToolCall(name=name[:NAME_CHARS_MAX], arguments_digest=arguments_digest(given)))
    return tuple(calls[: ITEMS_MAX + 1])


def arguments_digest(given: Any) -> str:
    """Digest the arguments of a call: of the JSON they are, also where they stand in a text; empty when unknown."""
    if given is None:
        return ""
    parsed = json_in(given) if isinstance(given, str) else given
    return content_digest(given if parsed is None else canonical(parsed))


def declared_contexts(content: Any) -> tuple[DeclaredContext, ...]:
    """List the answers of tools that a model was shown, by the id of the call; of many, the latest ITEMS_MAX."""
    found: dict[str, DeclaredContext] = {}
    for _, part in parts(content):
        id_ = part.get("id")
        if part.get("type") in RESPONSES and isinstance(id_, str) and 0 < len(id_) <= ID_CHARS_MAX:
            given = part.get("response", part.get("result", part.get("server_tool_call_response")))
            found[id_] = DeclaredContext(context_id=id_, digest=arguments_digest(given))
    return tuple(found.values())[-ITEMS_MAX:]


def _text(part: Part) -> str:
    kind = part.get("type", "text")
    if kind == "text":
        return _plain(part.get("content", part.get("text")))
    if kind in CALLS:
        return f"[calls {_plain(part.get('name'))}]"
    if kind in RESPONSES:
        return f"[answer of tool call {_plain(part.get('id'))}]"
    return f"[{' '.join(filter(None, (_plain(kind), _plain(part.get('uri', part.get('file_id'))))))[:URI_CHARS_MAX]}]"


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical(value)
