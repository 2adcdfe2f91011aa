"""Workload: decisions of every kind of story, in bursts, many of which have to be judged a second time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from streams.core.command import Action
from streams.core.evidence import Change, Consent, Context, Evidence, Outcome, Scope, Status
from streams.core.ids import DEFAULT_TENANT, ChangeId, DecisionId, EventId
from streams.core.law import Law
from streams.core.parties import Actor, Approver, Assurance, Authority, Kind
from streams.core.registry import Registry
from streams.core.requirement import ApprovalsRequired, Requirement, Response
from streams.core.time import Millis
from streams.testkit.policy import FixedPolicy
from tests.altered import replace
from tests.cast import AGREED, ASKED, GRANTED, IN_SCOPE, NOON, REGISTERED, SUBJECTS, TIMING
from tests.simulation.trace import Trace

DECISIONS = 14
SPAN_MS = 240_000
"""The first facts of all decisions fall into these four minutes: dense enough that they meet in batches."""

LAW = Law(
    FixedPolicy(
        otherwise=Requirement(
            operation_class="grant",
            approvals=ApprovalsRequired(assurance=Assurance.VERIFIED, valid_for_ms=86_400_000),
            prompt_required=True,
            on_violation=Response.SUSPEND_AGENT,
        ),
        by_operation=(
            (
                "elevate",
                Requirement(
                    operation_class="privilege-elevation",
                    authority=Authority.RECOMMEND,
                    approvals=ApprovalsRequired(count=2, roles=("owner",)),
                    expiry_required=True,
                    on_violation=Response.REVOKE,
                ),
            ),
        ),
        timing=TIMING,
    ),
    Registry().with_agents(REGISTERED),
)
BOT = Actor(id="helpdesk-bot", kind=Kind.AI_AGENT, on_behalf_of="alice")
SERVICE = Actor(id="iga", kind=Kind.SERVICE)
ROGUE = Actor(id="rogue-bot", kind=Kind.AI_AGENT)
OWNER = Approver(id="carol", kind=Kind.HUMAN, roles=("owner",))
SECURITY = Approver(id="bob", kind=Kind.HUMAN, roles=("security",))


@dataclass(frozen=True, slots=True)
class Plot:
    """One decision: facts are placed in seconds around its first change."""

    decision: DecisionId
    zero: Millis

    def at(self, seconds: float) -> Millis:
        return Millis(self.zero + round(seconds * 1_000))

    def asked(self, seconds: float = -30, agent_id: str = "helpdesk-bot") -> Evidence:
        return replace(ASKED, occurred_at=self.at(seconds), agent_id=agent_id)

    def said(
        self,
        seconds: float,
        outcome: Consent = Consent.APPROVED,
        approver: Approver = OWNER,
        *,
        known: float | None = None,
        scope: Scope = IN_SCOPE,
        requester: str = "alice",
    ) -> Evidence:
        """Let somebody speak at some second; `known` when their system tells it only later."""
        return replace(
            AGREED,
            occurred_at=self.at(seconds if known is None else known),
            decided_at=self.at(seconds),
            outcome=outcome,
            approver=approver,
            scope=scope,
            requester=requester,
        )

    def done(
        self, seconds: float = 0, actor: Actor = BOT, operation: str = "grant", ends: float | None = None
    ) -> Change:
        return replace(
            GRANTED,
            change_id=ChangeId(f"{self.decision}-change-{seconds:g}"),
            occurred_at=self.at(seconds),
            executed_at=self.at(seconds),
            actor=actor,
            operation=operation,
            grant_expires_at=None if ends is None else self.at(ends),
        )


Story = Callable[[Plot], list[Evidence]]
OPEN = replace(IN_SCOPE, operation=None)
BY_BOT = Approver(id="helpdesk-bot", kind=Kind.AI_AGENT)
UNWELL = Scope(operation="grant", subject="alice", entitlements=("payroll-reader",))

STORIES: dict[str, Story] = {
    "approved": lambda p: [p.asked(), p.said(-10), p.done()],
    "unapproved": lambda p: [p.asked(), p.done()],
    "self-approved": lambda p: [p.asked(), p.said(-10, requester="carol"), p.done()],
    "approved by a bot": lambda p: [p.asked(), p.said(-10, approver=BY_BOT), p.done()],
    "approved afterwards": lambda p: [p.asked(), p.done(), p.said(20)],
    "approved long afterwards": lambda p: [p.asked(), p.done(), p.said(100)],
    "approved for something else": lambda p: [p.asked(), p.said(-10, scope=UNWELL), p.done()],
    "denied": lambda p: [p.asked(), p.said(-10, Consent.DENIED), p.done()],
    "agreed after a denial": lambda p: [p.asked(), p.said(-10, Consent.DENIED), p.said(-5), p.done()],
    "withdrawn": lambda p: [p.asked(), p.said(-10), p.said(-5, Consent.WITHDRAWN), p.done()],
    "withdrawal that becomes known later": lambda p: [
        p.asked(), p.said(-10), p.done(), p.said(-5, Consent.WITHDRAWN, known=150),
    ],
    "approval that becomes known later": lambda p: [p.asked(), p.done(), p.said(-10, known=130)],
    "changes of mind that become known later": lambda p: [
        p.asked(), p.done(), p.said(-10, known=90), p.said(-8, Consent.WITHDRAWN, known=160), p.said(-6, known=230),
    ],
    "one of two": lambda p: [p.said(-10, scope=OPEN), p.done(actor=SERVICE, operation="elevate", ends=600)],
    "two of two": lambda p: [
        p.said(-10, scope=OPEN), p.said(-9, approver=SECURITY, scope=OPEN),
        p.done(actor=SERVICE, operation="elevate", ends=600),
    ],
    "elevated by an agent, for ever": lambda p: [p.asked(), p.done(operation="elevate")],
    "unregistered": lambda p: [p.asked(agent_id="rogue-bot"), p.said(-10), p.done(actor=ROGUE)],
    "unexplained": lambda p: [p.said(-10), p.done()],
    "explained a little later": lambda p: [p.asked(4), p.said(-10), p.done()],
    "a second change without approval": lambda p: [
        p.asked(), p.said(-10), p.done(), replace(p.done(150), subject=SUBJECTS[1]),
    ],
    "many changes at once": lambda p: [p.asked(), p.said(-10), *(p.done(n / 8) for n in range(6)), p.done(130)],
    "a change that failed, and its second try": lambda p: [p.asked(), p.done(), p.said(30), p.done(80)],
}  # fmt: skip


def workload(seed: int) -> tuple[Evidence, ...]:
    """Make the evidence of some decisions, ordered by time; every kind of story comes up in a few seeds."""
    random = Random(f"workload {seed}")
    bursts = [random.randrange(SPAN_MS) for _ in range(5)]
    facts: list[Evidence] = []
    for number in range(DECISIONS):
        title = random.choice(sorted(STORIES))
        zero = Millis(NOON + random.choice((*bursts, random.randrange(SPAN_MS))))
        plot = Plot(DecisionId(f"decision-{number:02}"), zero)
        told = [*STORIES[title](plot), *noise(plot, random)]
        named = [
            replace(fact, decision_id=plot.decision, event_id=EventId(f"{plot.decision}-event-{n}"))
            for n, fact in enumerate(told)
        ]
        if random.random() < 0.1:
            named.append(replace(named[0], source="somebody else"))
        facts += named
    return tuple(sorted(facts, key=lambda fact: (fact.occurred_at, fact.event_id, fact.source)))


def noise(plot: Plot, random: Random) -> Iterator[Evidence]:
    """Add what is in every chain and decides nothing."""
    for number in range(random.randrange(3)):
        yield Context(
            tenant=DEFAULT_TENANT,
            event_id=EventId("named later"),
            decision_id=plot.decision,
            source="ai",
            occurred_at=plot.at(random.uniform(-60, 200)),
            context_id=f"context-{number}",
        )


def responses(trace: Trace) -> tuple[Evidence, ...]:
    """Let a responder carry out every command of a world, and report it: what Clawback ordered is evidence as well."""
    changes = {fact.change_id: fact for fact in trace.evidence if isinstance(fact, Change)}
    answered: list[Evidence] = []
    for commands in trace.commands.values():
        for command in commands:
            at = Millis(command.issued_at + 15_000)
            common = replace(
                changes[command.change_id],
                event_id=EventId(f"done-{command.command_id}"),
                change_id=ChangeId(f"done-{command.command_id}"),
                occurred_at=at,
                executed_at=at,
                actor=SERVICE,
                operation=command.operation,
                command_id=command.command_id,
            )
            answered.append(
                Outcome(
                    tenant=DEFAULT_TENANT,
                    event_id=EventId(f"outcome-{command.command_id}"),
                    decision_id=command.decision_id,
                    source="scim",
                    occurred_at=at,
                    command_id=command.command_id,
                    responder="scim",
                    status=Status.SUCCEEDED,
                    completed_at=at,
                )
            )
            if command.action is not Action.SUSPEND_AGENT:
                answered.append(common)
    return tuple(answered)
