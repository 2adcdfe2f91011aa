"""Strategies for records as the wire allows them: every field drawn, any Unicode, every bound reachable."""

from typing import Any

from hypothesis import strategies as st

from streams.codec.bounds import EARLIEST_EVENT, LATEST_END, LATEST_EVENT
from streams.codec.quarantined import Quarantined
from streams.codec.records import Record
from streams.codec.uncorrelated import Uncorrelated
from streams.core.chain import Chain, Link
from streams.core.command import Action, Command, Issued
from streams.core.evidence import (
    Approval,
    Change,
    Consent,
    Context,
    ContextKind,
    DeclaredContext,
    Evidence,
    Outcome,
    PolicyDecision,
    Prompt,
    Result,
    Rollback,
    Scope,
    Status,
    ToolCall,
    Trust,
)
from streams.core.finding import Finding, Severity
from streams.core.ids import DecisionId, TenantId
from streams.core.parties import Actor, Approver, Assurance, Authority, Entitlement, Kind, Subject
from streams.core.registry import Agent, AgentStatus, Owner
from streams.core.requirement import Mode, Response
from streams.core.step import Said, State
from streams.core.time import EVER, NEVER, Millis
from streams.core.verdict import Judgement, Verdict
from tests.altered import replace

CHARACTERS = st.characters(codec="utf-8")
TEXTS = st.text(CHARACTERS, max_size=40)
IDS = st.text(CHARACTERS, min_size=1, max_size=256)
MAYBE = st.none() | TEXTS
INSTANTS = st.integers(EARLIEST_EVENT, LATEST_EVENT)
ENDS = st.integers(EARLIEST_EVENT, LATEST_END)
MAYBE_ENDS = st.none() | ENDS
COUNTS = st.integers(1, 2**63 - 1)


def tuples(of: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    """A few of something."""
    return st.lists(of, max_size=most).map(tuple)


def kinds() -> st.SearchStrategy[Kind]:
    """What somebody is."""
    return st.sampled_from(Kind)


FACT = {
    "tenant": IDS, "event_id": IDS, "decision_id": IDS, "source": IDS, "occurred_at": INSTANTS, "trace_id": MAYBE,
    "span_id": MAYBE,
}  # fmt: skip
ENTITLEMENTS = tuples(
    st.builds(Entitlement, id=IDS, application=TEXTS, privileged=st.booleans(), environment=TEXTS), most=4
)
SUBJECTS = st.builds(Subject, id=IDS, kind=kinds())

PROMPTS = st.builds(
    Prompt,
    **FACT,
    agent_id=IDS,
    agent_version=TEXTS,
    model=TEXTS,
    session_id=TEXTS,
    on_behalf_of=MAYBE,
    authority=st.sampled_from(Authority),
    tool_calls=tuples(st.builds(ToolCall, name=IDS, arguments_digest=TEXTS, subject=MAYBE, entitlement=MAYBE)),
    text=st.text(CHARACTERS, max_size=400),
    rationale=TEXTS,
    contexts=tuples(st.builds(DeclaredContext, context_id=IDS, digest=TEXTS)),
)
CONTEXTS = st.builds(
    Context,
    **FACT,
    context_id=IDS,
    prompt_id=TEXTS,
    kind=st.sampled_from(ContextKind),
    uri=TEXTS,
    trust=st.sampled_from(Trust),
    digest=TEXTS,
    excerpt=TEXTS,
)
APPROVALS = st.builds(
    Approval,
    **FACT,
    approval_id=IDS,
    approver=st.builds(Approver, id=IDS, kind=kinds(), roles=tuples(IDS)),
    requester=MAYBE,
    outcome=st.sampled_from(Consent),
    scope=st.builds(
        Scope,
        operation=MAYBE,
        subject=MAYBE,
        entitlements=tuples(IDS),
        max_duration_ms=st.none() | st.integers(0, 10**12),
        action_digest=MAYBE,
    ),
    decided_at=INSTANTS,
    valid_until=MAYBE_ENDS,
    assurance=st.sampled_from(Assurance),
    method=TEXTS,
    ticket=TEXTS,
)
CHANGES = st.builds(
    Change,
    **FACT,
    change_id=IDS,
    operation=IDS,
    process=TEXTS,
    actor=st.builds(Actor, id=IDS, kind=kinds(), on_behalf_of=MAYBE),
    subject=SUBJECTS,
    entitlements=ENTITLEMENTS,
    executed_at=INSTANTS,
    grant_expires_at=MAYBE_ENDS,
    rollback=st.none() | st.builds(Rollback, operation=IDS, reference=TEXTS),
    result=st.sampled_from(Result),
    policy_decision=st.none() | st.builds(PolicyDecision, pdp=IDS, verdict=IDS, version=TEXTS, decided_at=INSTANTS),
    break_glass=st.booleans(),
    command_id=st.none() | IDS,
)
OUTCOMES = st.builds(
    Outcome,
    **FACT,
    command_id=IDS,
    responder=IDS,
    status=st.sampled_from(Status),
    completed_at=INSTANTS,
    detail=TEXTS,
)
AGENTS = st.builds(
    Agent,
    tenant=IDS,
    event_id=IDS,
    source=IDS,
    occurred_at=INSTANTS,
    agent_id=IDS,
    owner=st.none() | st.builds(Owner, id=IDS, kind=kinds()),
    status=st.sampled_from(AgentStatus),
    registered_at=INSTANTS,
    authority=st.lists(st.tuples(IDS, st.sampled_from(Authority)), max_size=4, unique_by=lambda pair: pair[0]).map(
        tuple
    ),
    environments=tuples(IDS),
)
VERDICTS = st.builds(
    Verdict,
    tenant=IDS,
    decision_id=IDS,
    verdict_id=IDS,
    version=COUNTS,
    supersedes=st.none() | IDS,
    judged_at=ENDS,
    judgement=st.sampled_from(Judgement),
    findings=tuples(
        st.builds(
            Finding,
            finding_id=IDS,
            code=IDS,
            severity=st.sampled_from(Severity),
            change_id=IDS,
            message=TEXTS,
            cites=tuples(IDS),
            response=st.sampled_from(Response),
            agent_id=MAYBE,
        )
    ),
    reasons=tuples(IDS),
    changes=tuples(IDS),
    classes=tuples(IDS),
    response=st.sampled_from(Response),
    mode=st.sampled_from(Mode),
    policy_version=TEXTS,
    policy_digest=TEXTS,
)
REVOCATIONS = st.builds(
    Command,
    tenant=IDS,
    decision_id=IDS,
    command_id=IDS,
    verdict_id=IDS,
    change_id=IDS,
    action=st.sampled_from(Action),
    target=IDS,
    ordinal=COUNTS,
    operation=TEXTS,
    subject=SUBJECTS,
    entitlements=ENTITLEMENTS,
    source=TEXTS,
    rollback_reference=TEXTS,
    reason=TEXTS,
    compensates=st.none() | IDS,
    issued_at=ENDS,
)
QUARANTINED = st.builds(
    Quarantined,
    topic=IDS,
    partition=st.integers(0, 2**31),
    offset=st.integers(0, 2**63 - 1),
    key=st.none() | st.binary(max_size=40),
    value=st.binary(max_size=400),
    original_size=st.integers(0, 2**40),
    sha256=IDS,
    stage=IDS,
    reason=TEXTS,
    quarantined_at=INSTANTS,
)
UNCORRELATED = st.builds(
    Uncorrelated,
    tenant=IDS,
    event_id=IDS,
    source=IDS,
    occurred_at=INSTANTS,
    actor_id=IDS,
    kind=IDS,
    evidence=TEXTS,
)

EVIDENCE: st.SearchStrategy[Evidence] = st.one_of(PROMPTS, CONTEXTS, APPROVALS, CHANGES, OUTCOMES)
RECORDS: st.SearchStrategy[Record] = st.one_of(EVIDENCE, AGENTS, VERDICTS, REVOCATIONS, QUARANTINED, UNCORRELATED)

MOMENTS = st.integers(NEVER, EVER + 1)
"""Instants of the core, which knows a before and an after of all time."""

LINKS = tuples(st.builds(Link, evidence=EVIDENCE, counts_from=MOMENTS))


def _chain(tenant: TenantId, decision_id: DecisionId, links: tuple[Link, ...], overflow_from: Millis | None) -> Chain:
    """Make a chain whose facts are about its decision, as every chain is."""
    own = (replace(link, evidence=replace(link.evidence, tenant=tenant, decision_id=decision_id)) for link in links)
    return Chain(tenant, decision_id, (), overflow_from).with_links(own)


STATES: st.SearchStrategy[State] = st.builds(
    State,
    chain=st.builds(_chain, IDS, IDS, LINKS, st.none() | MOMENTS),
    judged_until=MOMENTS,
    said=st.none() | st.builds(Said, verdict_id=IDS, version=COUNTS, content=IDS),
    issued=tuples(st.builds(Issued, command_id=IDS, action=st.sampled_from(Action), target=IDS, ordinal=COUNTS)),
    beyond_horizon=st.booleans(),
)

JSON_SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20)
)
JSON = st.recursive(
    JSON_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
"""Anything that JSON can say."""
