"""OpenTelemetry: spans of the GenAI semantic conventions, as OTLP/JSON."""

from collections.abc import Mapping
from typing import Any

from streams.adapters.base import Adapted, Unrecognised
from streams.adapters.otel.contexts import context
from streams.adapters.otel.operations import CONTEXTS, IGNORED, PROMPTS, operation_of
from streams.adapters.otel.prompts import prompt
from streams.adapters.otel.span import SOURCE, Span
from streams.adapters.read import Node

SPANS_MAX = 20_000
"""Spans of one document; the intake has a bound of its own, this one is for callers that come another way."""


def adapt(document: Mapping[str, Any], tenant: str) -> Adapted:
    """Turn the GenAI spans of an OTLP/JSON document, or one bare span, into prompts and contexts.

    Raises:
        Unrecognised: a span is malformed, or does something of GenAI that nobody maps.
    """
    parts = [_adapt(span, resource, tenant) for span, resource in _spans(document)]
    if not parts:
        return Adapted(ignored="a document without spans")
    return Adapted(
        evidence=tuple(evidence for part in parts for evidence in part.evidence),
        undecided=tuple(undecided for part in parts for undecided in part.undecided),
        ignored="; ".join(dict.fromkeys(part.ignored for part in parts if part.ignored)) or None,
    )


def unwrap(document: Mapping[str, Any]) -> list[Any]:
    """Cut an OTLP/JSON document into documents of one span each, in order; a part that is broken stays one piece.

    Raises:
        Unrecognised: `resourceSpans` is no list.
    """
    if "resourceSpans" not in document:
        return [document]
    groups = document["resourceSpans"]
    if not isinstance(groups, list):
        raise Unrecognised(SOURCE, "resourceSpans must be a list")
    return [{"resourceSpans": [piece]} for group in groups for piece in _pieces(group, "scopeSpans", _of_scope)]


def _of_scope(scope: Any) -> list[Any]:
    return _pieces(scope, "spans", lambda span: [span])


def _pieces(whole: Any, name: str, inner: Any) -> list[Any]:
    parts = whole.get(name) if isinstance(whole, Mapping) else None
    if not isinstance(parts, list):
        return [whole]
    return [{**whole, name: [piece]} for part in parts for piece in inner(part)]


def _spans(document: Mapping[str, Any]) -> list[tuple[Node, Node]]:
    """Pair the spans of a document with their resources."""
    top = Node(SOURCE, document)
    if "traceId" in document or "spanId" in document:
        return [(top, Node(SOURCE, {}, "resource"))]
    if "resourceSpans" not in document:
        raise Unrecognised(SOURCE, "the document has neither resourceSpans nor a span; logs and metrics are not read")
    return [
        (span, group.node("resource"))
        for group in top.nodes("resourceSpans", SPANS_MAX)
        for scope in group.nodes("scopeSpans", SPANS_MAX)
        for span in scope.nodes("spans", SPANS_MAX)
    ]


def _adapt(node: Node, resource: Node, tenant: str) -> Adapted:
    operation = operation_of(node)
    if operation is None:
        return Adapted(ignored="a span that is not about generative AI")
    if operation in IGNORED:
        return Adapted(ignored=IGNORED[operation])
    if operation in PROMPTS:
        return prompt(Span.of(node, resource, tenant))
    if operation in CONTEXTS:
        return context(Span.of(node, resource, tenant), CONTEXTS[operation])
    raise Unrecognised(SOURCE, f"gen_ai.operation.name {operation[:80]} is mapped by nobody")
