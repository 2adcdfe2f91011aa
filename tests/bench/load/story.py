"""Story: one decision before it is bent: when each of its facts happens, and who takes part."""

from dataclasses import dataclass
from random import Random
from typing import TypedDict

from streams.core.evidence import (
    Approval,
    Change,
    Consent,
    Context,
    ContextKind,
    DeclaredContext,
    Evidence,
    Outcome,
    Prompt,
    Result,
    Rollback,
    Scope,
    Status,
    ToolCall,
    Trust,
)
from streams.core.ids import DEFAULT_TENANT, ChangeId, CommandId, DecisionId, EventId, TenantId
from streams.core.parties import Actor, Approver, Assurance, Authority, Kind
from streams.core.time import HOUR_MS, MINUTE_MS, SECOND_MS, Millis
from tests.bench.load import cast
from tests.bench.load.texts import Texts

PROMPTS = ((1, 0.40), (2, 0.77), (3, 1.0))
"""How many prompts lead to a change, and up to which number between 0 and 1 that is the answer (1.83 on average)."""

CONTEXTS_MAX = 5
"""One to five contexts, three on average, are shown to a model in the course of a decision."""


class Common(TypedDict):
    """What every fact says about itself."""

    tenant: TenantId
    event_id: EventId
    decision_id: DecisionId
    source: str
    occurred_at: Millis
    trace_id: str
    span_id: str


@dataclass(slots=True)
class Story:
    """A decision in the making. `changed_at`: when its change is executed; None: nothing is changed."""

    random: Random
    texts: Texts
    decision_id: DecisionId
    begins_at: Millis
    changed_at: Millis | None
    agent_id: str
    count: int = 0

    def common(self, kind: str, source: str, at: int) -> Common:
        """Say what every fact says about itself."""
        self.count += 1
        name = f"{self.decision_id}-{kind}-{self.count}"
        return Common(
            tenant=DEFAULT_TENANT,
            event_id=EventId(name),
            decision_id=self.decision_id,
            source=source,
            occurred_at=Millis(at),
            trace_id=f"{self.random.getrandbits(128) | 1:032x}",
            span_id=f"{self.random.getrandbits(64) | 1:016x}",
        )

    def between(self, low_ms: int, high_ms: int) -> int:
        """Choose a duration."""
        return low_ms + int(self.random.random() * (high_ms - low_ms))

    def one(self, choices: tuple[str, ...]) -> str:
        """Choose a name."""
        return choices[int(self.random.random() * len(choices))]

    def talk(self, authority: Authority) -> list[Evidence]:
        """Tell of prompts and contexts: one prompt where nothing comes of it, else one to three; contexts for all."""
        roll = self.random.random() if self.changed_at is not None else 0.0
        prompts = next(count for count, up_to in PROMPTS if roll <= up_to)
        contexts = [self._context() for _ in range(1 + int(self.random.random() * CONTEXTS_MAX))]
        declared = tuple(DeclaredContext(context_id=c.context_id, digest=c.digest) for c in contexts)
        return [*(self._prompt(n, authority, declared) for n in range(prompts)), *contexts]

    def _prompt(self, n: int, authority: Authority, declared: tuple[DeclaredContext, ...]) -> Prompt:
        at = self.begins_at + n * 8 * SECOND_MS + self.between(0, 5 * SECOND_MS)
        person = self.one(cast.PEOPLE)
        calls = tuple(
            ToolCall(
                name=f"iga.{name}",
                arguments_digest=f"sha256:{self.random.getrandbits(256):064x}",
                subject=person,
                entitlement=cast.ORDINARY[int(self.random.random() * len(cast.ORDINARY))].id,
            )
            for name in ("lookup", "request")[: 1 + n % 2]
        )
        return Prompt(
            **self.common("prompt", "ai-platform", at),
            agent_id=self.agent_id,
            agent_version="4.2.0",
            model=self.one(cast.MODELS),
            session_id=f"session-{self.decision_id}",
            on_behalf_of=person,
            authority=authority,
            tool_calls=calls,
            text=self.texts.cut(200, 2_000),
            rationale=self.texts.cut(60, 300),
            contexts=declared,
        )

    def _context(self) -> Context:
        common = self.common("context", "ai-platform", self.begins_at + self.between(0, 20 * SECOND_MS))
        return Context(
            **common,
            context_id=f"ctx-{common['event_id']}",
            prompt_id=f"{self.decision_id}-prompt",
            kind=ContextKind.RETRIEVAL if self.random.random() < 0.7 else ContextKind.TOOL_RESULT,
            uri=f"https://wiki.example.com/pages/{self.random.getrandbits(32):08x}",
            trust=Trust.INTERNAL,
            digest=f"sha256:{self.random.getrandbits(256):064x}",
            excerpt=self.texts.cut(300, 1_500),
        )

    def approval(self, change: Change, approver: Approver, at: int, **different: object) -> Approval:
        """Tell of consent to exactly this change; `different` says what is otherwise."""
        usual = {
            "approval_id": f"request-{self.decision_id}",
            "approver": approver,
            "requester": change.actor.on_behalf_of,
            "outcome": Consent.APPROVED,
            "scope": Scope(
                operation=change.operation,
                subject=change.subject.id,
                entitlements=tuple(entitlement.id for entitlement in change.entitlements),
                max_duration_ms=9 * HOUR_MS if change.grant_expires_at is not None else None,
            ),
            "decided_at": Millis(at),
            "valid_until": Millis(at + 12 * HOUR_MS),
            "assurance": Assurance.VERIFIED,
            "method": "mfa",
            "ticket": f"REQ-{self.decision_id}",
        }
        return Approval(**self.common("approval", "approvals", at), **(usual | different))  # type: ignore[arg-type]

    def change(self, operation: str, process: str, actor: Actor, *, privileged: bool, ends: bool) -> Change:
        """Tell of the change itself."""
        assert self.changed_at is not None
        held = cast.PRIVILEGED if privileged else cast.ORDINARY
        at = self.changed_at
        return Change(
            **self.common("change", "iga", at),
            change_id=ChangeId(f"{self.decision_id}-change"),
            operation=operation,
            process=process,
            actor=actor,
            subject=cast.SUBJECTS[int(self.random.random() * len(cast.SUBJECTS))],
            entitlements=(held[int(self.random.random() * len(held))],),
            executed_at=at,
            grant_expires_at=Millis(at + 8 * HOUR_MS) if ends else None,
            rollback=Rollback(operation="revoke", reference=f"iga:{self.decision_id}"),
            result=Result.SUCCEEDED,
        )

    def outcome(self) -> Outcome:
        """Tell what a responder reported: it comes when a verdict has been said."""
        assert self.changed_at is not None
        at = self.changed_at + 2 * MINUTE_MS + self.between(0, MINUTE_MS)
        return Outcome(
            **self.common("outcome", "responder", at),
            command_id=CommandId(f"cmd_{self.random.getrandbits(128):032x}"),
            responder="iga-responder",
            status=Status.SUCCEEDED,
            completed_at=Millis(at),
            detail=self.texts.cut(20, 120),
        )

    def by_agent(self) -> Actor:
        """Let the agent act itself, for somebody."""
        return Actor(id=self.agent_id, kind=Kind.AI_AGENT, on_behalf_of=self.one(cast.PEOPLE))

    def by_platform(self) -> Actor:
        """Let the platform carry out what people agreed to."""
        return Actor(id="iga-provisioning", kind=Kind.SERVICE, on_behalf_of=self.one(cast.PEOPLE))
