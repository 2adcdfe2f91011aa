"""Contexts, to plain values and back."""

from typing import Any

from streams.codec.bounds import EXCERPT_CHARS_MAX, ID_CHARS_MAX, URI_CHARS_MAX
from streams.codec.fact import FACT, fact_from, fact_to_plain
from streams.codec.fields import Fields, members
from streams.core.evidence import Context, ContextKind, Trust

CONTEXT = FACT | {"context_id", "prompt_id", "kind", "uri", "trust", "digest", "excerpt"}
CONTEXT_KINDS = members(ContextKind)
TRUSTS = members(Trust)


def to_plain(context: Context) -> dict[str, Any]:
    """Write a context."""
    return fact_to_plain(context) | {
        "context_id": context.context_id,
        "prompt_id": context.prompt_id,
        "kind": str(context.kind),
        "uri": context.uri,
        "trust": str(context.trust),
        "digest": context.digest,
        "excerpt": context.excerpt,
    }


def from_plain(plain: Any) -> Context:
    """Read a context."""
    fields = Fields(plain, "context", CONTEXT)
    return Context(
        **fact_from(fields),
        context_id=fields.id("context_id"),
        prompt_id=fields.text("prompt_id", ID_CHARS_MAX),
        kind=fields.choice("kind", CONTEXT_KINDS, ContextKind.RETRIEVAL),
        uri=fields.text("uri", URI_CHARS_MAX),
        trust=fields.choice("trust", TRUSTS, Trust.UNTRUSTED),
        digest=fields.text("digest"),
        excerpt=fields.text("excerpt", EXCERPT_CHARS_MAX),
    )
