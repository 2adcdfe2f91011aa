"""Evidence: the closed union of immutable facts about one decision (prompt, context, approval, change, outcome)."""

from enum import StrEnum
from hashlib import blake2b, sha256
from json import dumps

from msgspec.structs import replace

from streams.core.ids import DIGEST_BYTES, ChangeId, CommandId, DecisionId, EventId, TenantId
from streams.core.parties import Actor, Approver, Assurance, Authority, Entitlement, Subject
from streams.core.time import Millis
from streams.core.value import Value


class Fact(Value, frozen=True, kw_only=True):
    """What every piece of evidence says about itself. `occurred_at`: ms since 1970, UTC."""

    tenant: TenantId
    event_id: EventId
    decision_id: DecisionId
    source: str
    occurred_at: Millis
    trace_id: str | None = None
    span_id: str | None = None


class ToolCall(Value, frozen=True, kw_only=True):
    """A tool that a model asked for: name, digest of its arguments, and whom and what it was about, where known."""

    name: str
    arguments_digest: str = ""
    subject: str | None = None
    entitlement: str | None = None


class DeclaredContext(Value, frozen=True, kw_only=True):
    """A context that a prompt says it was built from."""

    context_id: str
    digest: str = ""


class Prompt(Fact, frozen=True, kw_only=True, tag="prompt"):
    """What a model was asked, by whom, and what it set out to do."""

    agent_id: str
    agent_version: str = ""
    model: str = ""
    session_id: str = ""
    on_behalf_of: str | None = None
    authority: Authority = Authority.NONE
    tool_calls: tuple[ToolCall, ...] = ()
    text: str = ""
    rationale: str = ""
    contexts: tuple[DeclaredContext, ...] = ()


class ContextKind(StrEnum):
    """What a piece of context is."""

    RETRIEVAL = "retrieval"
    TOOL_RESULT = "tool_result"
    MEMORY = "memory"
    TICKET = "ticket"
    POLICY = "policy"


class Trust(StrEnum):
    """Where a context came from, as far as trust goes."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    UNTRUSTED = "untrusted"


class Context(Fact, frozen=True, kw_only=True, tag="context"):
    """What a model was shown besides the prompt."""

    context_id: str
    prompt_id: str = ""
    kind: ContextKind = ContextKind.RETRIEVAL
    uri: str = ""
    trust: Trust = Trust.UNTRUSTED
    digest: str = ""
    excerpt: str = ""


class Consent(StrEnum):
    """What an approver, or the approval system, said."""

    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Scope(Value, frozen=True, kw_only=True):
    """What an approval is for. A field left empty says nothing about that part of the change."""

    operation: str | None = None
    subject: str | None = None
    entitlements: tuple[str, ...] = ()
    max_duration_ms: int | None = None
    action_digest: str | None = None


class Approval(Fact, frozen=True, kw_only=True, tag="approval"):
    """Recorded consent, or its refusal. `decided_at`, `valid_until`: ms since 1970, UTC."""

    approval_id: str
    approver: Approver
    requester: str | None = None
    outcome: Consent
    scope: Scope
    decided_at: Millis
    valid_until: Millis | None = None
    assurance: Assurance = Assurance.NONE
    method: str = ""
    ticket: str = ""


class Result(StrEnum):
    """Whether a change took effect."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


class Rollback(Value, frozen=True, kw_only=True):
    """How to undo a change: the inverse operation, and the platform's reference for it."""

    operation: str
    reference: str = ""


class PolicyDecision(Value, frozen=True, kw_only=True):
    """What a policy decision point answered before the change. `decided_at`: ms since 1970, UTC."""

    pdp: str
    verdict: str
    version: str = ""
    decided_at: Millis


class Change(Fact, frozen=True, kw_only=True, tag="change"):
    """One identity change that was executed. `executed_at`, `grant_expires_at`: ms since 1970, UTC."""

    change_id: ChangeId
    operation: str
    process: str = ""
    actor: Actor
    subject: Subject
    entitlements: tuple[Entitlement, ...] = ()
    executed_at: Millis
    grant_expires_at: Millis | None = None
    rollback: Rollback | None = None
    result: Result = Result.UNKNOWN
    policy_decision: PolicyDecision | None = None
    break_glass: bool = False
    command_id: CommandId | None = None
    """The revocation command that this change carries out, when a responder made it."""

    @property
    def took_effect(self) -> bool:
        """Say whether there may be something to take back; what is not known to have failed may have happened."""
        return self.result is not Result.FAILED

    @property
    def action_digest(self) -> str:
        """SHA-256 (hex) of the RFC 8785 JSON of what an approver agrees to: operation, subject, entitlements."""
        governed = {
            "entitlements": sorted([e.application, e.environment, e.id] for e in self.entitlements),
            "operation": self.operation,
            "subject": self.subject.id,
        }
        canonical = dumps(governed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


class Status(StrEnum):
    """What became of a command."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class Outcome(Fact, frozen=True, kw_only=True, tag="outcome"):
    """What a responder reports of a command. `completed_at`: ms since 1970, UTC."""

    command_id: CommandId
    responder: str
    status: Status
    completed_at: Millis
    detail: str = ""


Evidence = Prompt | Context | Approval | Change | Outcome


def essence(fact: Evidence) -> Evidence:
    """Reduce a fact to what it is judged by: long texts become digests, which still tell two contents apart.

    Trace and span are left out: an event that comes again by another way may have others, and says the same. A worker
    remembers this much of every fact of every open decision; all of it is in the ledger.
    """
    if isinstance(fact, Context):
        return replace(fact, excerpt=_digest(fact.excerpt), trace_id=None, span_id=None)
    if isinstance(fact, Prompt):
        return replace(fact, text=_digest(fact.text), rationale=_digest(fact.rationale), trace_id=None, span_id=None)
    if isinstance(fact, Outcome):
        return replace(fact, detail=_digest(fact.detail), trace_id=None, span_id=None)
    return replace(fact, trace_id=None, span_id=None)


def _digest(text: str) -> str:
    """Digest a text as `ids.digest` would, without its detours: this is done for every prompt and context."""
    if not text:
        return text
    raw, hasher = text.encode("utf-8", "surrogatepass"), TEXTS.copy()
    hasher.update(b"s%d:%b" % (len(raw), raw))
    return "txt_" + hasher.hexdigest()


TEXTS = blake2b(digest_size=DIGEST_BYTES, person=b"txt")
"""What every digest of a text begins with; to copy it costs less than to make it."""
