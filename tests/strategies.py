"""One hypothesis strategy per core type: plausible enough to reach every rule, hostile enough to hurt.

Parties, scopes and times come from the small pools of `tests/cast.py`, so that approvals meet the changes they are
for, the same person shows up in several roles, and every time is at a boundary of some rule or a millisecond beside it.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from typing import Any

from hypothesis import strategies as st

from streams.core.chain import Chain
from streams.core.evidence import (
    Approval,
    Change,
    Consent,
    Context,
    Evidence,
    Outcome,
    Prompt,
    Result,
    Rollback,
    Scope,
    Status,
)
from streams.core.ids import DEFAULT_TENANT, ChangeId, CommandId, EventId
from streams.core.law import Law
from streams.core.parties import Assurance, Authority
from streams.core.registry import Agent, AgentStatus, Registry
from streams.core.requirement import ApprovalsRequired, Mode, Requirement, Response
from streams.core.rules import RULES
from streams.core.time import DAY_MS, HOUR_MS, MINUTE_MS, Millis
from streams.testkit.policy import FixedPolicy
from streams.testkit.telling import Heard
from tests.altered import replace
from tests.cast import (
    ACTORS,
    AGENTS,
    AGREED,
    APPROVERS,
    ASKED,
    DECISION,
    FOR_AN_HOUR,
    GRANTED,
    HELD,
    IN_SCOPE,
    NOON,
    OFFSETS,
    OPERATIONS,
    REGISTERED,
    SUBJECTS,
    TIMING,
)

Draw = st.DrawFn

CHOICES_MAX = 2**24
"""Above this, hypothesis prefers small numbers, and most of the pools would never be seen."""


def choices(*pools: Sequence[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Choose one of each pool with a single draw: drawing is what generated tests spend their time on."""
    size = prod(len(pool) for pool in pools)
    assert size <= CHOICES_MAX, f"{size} combinations are too many for one draw"

    def chosen(number: int) -> tuple[Any, ...]:
        values = []
        for pool in pools:
            number, place = divmod(number, len(pool))
            values.append(pool[place])
        return tuple(values)

    return st.integers(0, size - 1).map(chosen)


AT = [Millis(NOON + offset) for offset in OFFSETS]
MAYBE_AT = [*[None] * 8, *AT]
"""An instant, or none: no end, or no other time than that of the event."""

SCOPES = [
    Scope(operation=operation, subject=subject, entitlements=held, max_duration_ms=longest, action_digest=digest)
    for operation, subject, held, longest, digest in product(
        ("grant", None, "elevate"),
        ("svc-ci", "alice", None),
        (("Domain Admin", "payroll-reader"), ("Domain Admin",), ()),
        (None, HOUR_MS),
        (None, None, None, "0" * 64, GRANTED.action_digest),
    )
]
"""All of it, too little, something else, or nothing in particular."""

DEEDS = [*[("grant", SUBJECTS[0], HELD[0], Result.SUCCEEDED)] * 512, *product(OPERATIONS, SUBJECTS, HELD, Result)]
"""What was done to whom, and whether it worked: an ordinary grant in four of nine."""

TIMES = st.sampled_from(AT)
ASKINGS = choices(AT, (*AGENTS, "rogue-bot"), tuple(Authority))
SAYINGS = choices(AT, MAYBE_AT, APPROVERS, (None, "alice", "helpdesk-bot"), (*[Consent.APPROVED] * 5, *Consent))
TERMS = choices(
    (*[IN_SCOPE] * len(SCOPES), *SCOPES), MAYBE_AT, tuple(Assurance), ("request-1", "request-1", "request-2")
)
DOINGS = choices(AT, MAYBE_AT, ACTORS, MAYBE_AT, (None, Rollback(operation="remove-member", reference="42")))
NAMED_DEEDS = choices(
    DEEDS, [ChangeId(f"change-{n}") for n in (1, 2, 3, 4)], (None, None, None, CommandId("cmd_guessed"))
)


@st.composite
def prompts(draw: Draw) -> Prompt:
    """A prompt to one of the agents, which intends any part."""
    at, agent_id, authority = draw(ASKINGS)
    return replace(ASKED, occurred_at=at, agent_id=agent_id, authority=authority)


def contexts() -> st.SearchStrategy[Context]:
    """A piece of context: no rule of the catalogue may be moved by it yet."""
    return TIMES.map(
        lambda at: Context(
            tenant=DEFAULT_TENANT,
            event_id=EventId("context"),
            decision_id=DECISION,
            source="ai",
            occurred_at=at,
            context_id="context-1",
        )
    )


@st.composite
def approvals(draw: Draw) -> Approval:
    """Something said in an approval process, mostly consent; the system may hear of it at another time."""
    at, decided_at, approver, requester, outcome = draw(SAYINGS)
    scope, valid_until, assurance, approval_id = draw(TERMS)
    return replace(
        AGREED,
        occurred_at=at,
        decided_at=decided_at or at,
        approver=approver,
        requester=requester,
        outcome=outcome,
        scope=scope,
        valid_until=valid_until,
        assurance=assurance,
        approval_id=approval_id,
    )


@st.composite
def changes(draw: Draw) -> Change:
    """A change, mostly a grant to svc-ci that took effect."""
    at, executed_at, actor, grant_expires_at, rollback = draw(DOINGS)
    (operation, subject, entitlements, result), change_id, command_id = draw(NAMED_DEEDS)
    return replace(
        GRANTED,
        occurred_at=at,
        executed_at=executed_at or at,
        actor=actor,
        grant_expires_at=grant_expires_at,
        rollback=rollback,
        operation=operation,
        subject=subject,
        entitlements=entitlements,
        result=result,
        change_id=change_id,
        command_id=command_id,
    )


def outcomes() -> st.SearchStrategy[Outcome]:
    """What a responder says of a command that nobody gave."""
    return choices(AT, tuple(Status)).map(
        lambda said: Outcome(
            tenant=DEFAULT_TENANT,
            event_id=EventId("outcome"),
            decision_id=DECISION,
            source="responder",
            occurred_at=said[0],
            command_id=CommandId("cmd_guessed"),
            responder="scim",
            status=said[1],
            completed_at=said[0],
        )
    )


CHANGES = changes()
APPROVALS = approvals()
EVIDENCE: st.SearchStrategy[Evidence] = st.one_of(
    APPROVALS, CHANGES, APPROVALS, prompts(), APPROVALS, contexts(), APPROVALS, outcomes()
)
FACTS = st.lists(EVIDENCE, max_size=7)
PLACES = choices(range(8), range(10))


@st.composite
def facts(draw: Draw) -> tuple[Evidence, ...]:
    """The evidence of one decision as it is heard: a change at least; now and then two facts claim to be one event."""
    drawn = draw(FACTS)
    place, luck = draw(PLACES)
    drawn.insert(place % (len(drawn) + 1), draw(CHANGES))
    named = [replace(fact, event_id=EventId(f"event-{n}")) for n, fact in enumerate(drawn)]
    if luck == 9:
        named[-1] = replace(named[-1], event_id=named[0].event_id)
    return tuple(named)


def folded(evidence: Iterable[Evidence]) -> Chain:
    """Fold facts that all came in time."""
    chain = Chain(DEFAULT_TENANT, DECISION)
    for fact in evidence:
        chain = chain.with_evidence(fact, fact.occurred_at)
    return chain


def chains() -> st.SearchStrategy[Chain]:
    """The chain of some evidence."""
    return facts().map(folded)


ASKED_FOR = choices(
    (1, 1, 2, 3, 0),
    ((), (), ("owner",), ("owner", "security")),
    (True, True, False),
    (True, True, False),
    (Assurance.NONE, *Assurance),
    (None, HOUR_MS),
)


@st.composite
def approvals_required(draw: Draw) -> ApprovalsRequired:
    """How much consent is asked for: from none at all to three verified people of two roles."""
    count, roles, human, independent, assurance, valid_for_ms = draw(ASKED_FOR)
    return ApprovalsRequired(
        count=count, roles=roles, human=human, independent=independent, assurance=assurance, valid_for_ms=valid_for_ms
    )


CONSENT = approvals_required()
RESPONSES = (Response.REVOKE, Response.SUSPEND_AGENT, Response.REVOKE, *Response)
WAIVED = ((), (), (), ("NO_EXPIRY",), ("APPROVAL_MISSING",))
ASKED_OF_ALL = choices(
    (True, False, False), tuple(Authority), (True, True, False), (True, False), (True, False), RESPONSES, WAIVED
)


@st.composite
def requirements(draw: Draw) -> Requirement:
    """What a policy asks of a change: in one of three, nothing but consent; sometimes with an exception."""
    simple, authority, consent, expiry, prompt, on_violation, waived = draw(ASKED_OF_ALL)
    if simple:
        return Requirement(operation_class="privilege-elevation", approvals=draw(CONSENT), on_violation=Response.REVOKE)
    return Requirement(
        operation_class="privilege-elevation",
        authority=authority,
        approvals=draw(CONSENT) if consent else None,
        expiry_required=expiry,
        prompt_required=prompt,
        on_violation=on_violation,
        waived=waived,
    )


ENTRIES = st.lists(
    choices((*AGENTS, "bob"), AT, tuple(AgentStatus), (0, DAY_MS), ("*", "privilege-elevation"), tuple(Authority)),
    max_size=3,
)


@st.composite
def registries(draw: Draw) -> Registry:
    """Agents that may have been registered before, at, or after what they did."""
    return Registry().with_agents(
        Agent(
            tenant=DEFAULT_TENANT,
            event_id=EventId(f"agent-{number}"),
            source="registry",
            occurred_at=since,
            agent_id=agent_id,
            status=status,
            registered_at=Millis(since - earlier),
            authority=((operation_class, authority),),
        )
        for number, (agent_id, since, status, earlier, operation_class, authority) in enumerate(draw(ENTRIES))
    )


REQUIREMENTS = requirements()
POLICIES = choices((False, False, True), (Mode.ENFORCE, Mode.ENFORCE, Mode.OBSERVE), ((), (), ("svc-ci",), AGENTS[:1]))


@st.composite
def policies(draw: Draw) -> FixedPolicy:
    """One requirement for every change, with another one for elevations now and then."""
    another, mode, protected = draw(POLICIES)
    return FixedPolicy(
        otherwise=draw(REQUIREMENTS),
        by_operation=(("elevate", draw(REQUIREMENTS)),) if another else (),
        mode=mode,
        timing=TIMING,
        protected=protected,
    )


def laws() -> st.SearchStrategy[Law]:
    """A policy and a registry, under the whole catalogue."""
    return st.builds(Law, policies(), registries(), st.just(RULES))


STATEMENTS = choices(
    (APPROVERS[0], APPROVERS[1], APPROVERS[3]),
    (Consent.APPROVED, Consent.DENIED, Consent.APPROVED, Consent.WITHDRAWN),
    [Millis(NOON + offset) for offset in (-2, -1, 0, 1, TIMING.skew_ms, TIMING.skew_ms + 1)],
    (IN_SCOPE, IN_SCOPE, FOR_AN_HOUR, Scope(subject="alice")),
    ("request-1", "request-1", "request-1", "request-2"),
)
DEBATED = choices((None, Millis(NOON + HOUR_MS), Millis(NOON + HOUR_MS + 1)), (1, 2), ((), ("owner",)))


@st.composite
def debates(draw: Draw) -> tuple[tuple[Evidence, ...], Law]:
    """One change, and two people who agree, refuse and change their minds within seconds of it; and what was asked."""
    said = [
        replace(
            AGREED,
            event_id=EventId(f"said-{n}"),
            approver=approver,
            outcome=outcome,
            decided_at=decided_at,
            scope=scope,
            approval_id=approval_id,
        )
        for n, (approver, outcome, decided_at, scope, approval_id) in enumerate(
            draw(st.lists(STATEMENTS, min_size=2, max_size=6))
        )
    ]
    ends, count, roles = draw(DEBATED)
    asked = Requirement(operation_class="privilege-elevation", approvals=ApprovalsRequired(count=count, roles=roles))
    policy = FixedPolicy(otherwise=asked, timing=TIMING)
    return (*said, replace(GRANTED, grant_expires_at=ends)), Law(policy, Registry())


WATERMARKS = st.sampled_from(
    sorted(
        {
            Millis(NOON + offset + grace)
            for offset in (*OFFSETS, -DAY_MS, *(TIMING.horizon_ms + n * HOUR_MS for n in range(5)))
            for grace in (0, MINUTE_MS)
        },
        key=lambda at: abs(at - NOON + HOUR_MS),
    )
)
"""Watermarks around the moments at which something falls due, and far beyond the horizon."""


@st.composite
def hearings(draw: Draw) -> tuple[Heard, ...]:
    """Evidence as it was heard: in batches, each at a watermark that never goes back, so that some of it is late."""
    left = draw(facts())
    watermark, heard = Millis(NOON - DAY_MS), []
    while left:
        size = draw(st.integers(1, len(left)))
        watermark = max(watermark, draw(WATERMARKS))
        heard.append(Heard(left[:size], watermark))
        left = left[size:]
    return tuple(heard)


TURNS = st.lists(st.sampled_from((Consent.APPROVED, Consent.WITHDRAWN)), min_size=1, max_size=4)
RECONSIDERED = choices(
    (True, False),
    (Response.REVOKE, Response.SUSPEND_AGENT),
    (Authority.EXECUTE, Authority.EXECUTE, Authority.NONE),
    ACTORS[:4],
    (False, True),
    ((), (), ("svc-ci",)),
)


@st.composite
def reconsiderations(draw: Draw) -> tuple[tuple[Heard, ...], Law]:
    """A change that nobody seems to have agreed to, and then, one late statement after the other, changes of mind.

    Every statement was made before the execution and is heard only after the change was judged without it.
    """
    prompted, on_violation, authority, actor, another, protected = draw(RECONSIDERED)
    asked = Requirement(
        operation_class="privilege-elevation",
        authority=authority,
        approvals=ApprovalsRequired(),
        prompt_required=True,
        on_violation=on_violation,
    )
    done: list[Evidence] = [ASKED] if prompted else []
    done.append(replace(GRANTED, actor=actor))
    if another:
        done.append(replace(draw(CHANGES), event_id=EventId("other"), change_id=ChangeId("change-2"), command_id=None))
    heard = [Heard(tuple(done), Millis(NOON - DAY_MS))]
    for n, outcome in enumerate(draw(TURNS)):
        decided_at = Millis(NOON - HOUR_MS + n)
        said = replace(AGREED, event_id=EventId(f"said-{n}"), outcome=outcome, decided_at=decided_at)
        heard.append(Heard((said,), Millis(NOON + (n + 2) * HOUR_MS)))
    policy = FixedPolicy(otherwise=asked, timing=TIMING, protected=protected)
    return tuple(heard), Law(policy, Registry().with_agents(REGISTERED), RULES)


def tellings() -> st.SearchStrategy[tuple[tuple[Heard, ...], Law]]:
    """What was heard and what it is held to: anything at all, or a case that is looked at again and again."""
    return st.one_of(st.tuples(hearings(), laws()), reconsiderations())


def recent(heard: tuple[Heard, ...]) -> tuple[Heard, ...]:
    """Leave out what is heard when the decision may have been forgotten, and begins anew."""
    return tuple(hearing for hearing in heard if hearing.watermark < NOON + DAY_MS)
