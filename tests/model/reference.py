"""The catalogue in its plainest form: which codes a change gets, and what they amount to.

Written from the conditions of the catalogue, not from the product's code, and with no thought of speed. It shares the
types of evidence and requirement with the product, and nothing that decides.
"""

from streams.core.chain import Chain
from streams.core.evidence import Approval, Change, Prompt
from streams.core.law import Law
from streams.core.registry import Agent, Registry
from streams.core.requirement import ApprovalsRequired, Requirement

ASSURANCE = ["none", "asserted", "verified", "signed"]
AUTHORITY = ["none", "recommend", "approve", "execute"]
NOTHING_ASKED = ApprovalsRequired(count=0, human=False, independent=False)


def judge(chain: Chain, law: Law) -> tuple[str, set[tuple[str, str]]]:
    """Judge every change of a chain: the judgement, and pairs of change id and code."""
    found: set[tuple[str, str]] = set()
    for change in chain.changes:
        if change.result.value != "failed":
            asked = law.policy.requirement(change, ai=True)
            codes = codes_of(change, chain, asked, law.registry, law.policy.timing.skew_ms)
            found |= {(change.change_id, code) for code in codes - set(asked.waived)}
    ids = [e.event_id for e in chain.evidence]
    deeds = {(c.change_id, c.operation, c.subject.id, frozenset(c.entitlements)) for c in chain.changes}
    contradicted = len(ids) != len(set(ids)) or len(deeds) != len({c.change_id for c in chain.changes})
    doubtful = chain.overflow_from is not None or contradicted
    return "violated" if found else "indeterminate" if doubtful else "upheld", found


def codes_of(change: Change, chain: Chain, asked: Requirement, registry: Registry, skew: int) -> set[str]:
    """Name every way in which one change falls short."""
    codes = consent_codes(change, chain, asked.approvals or NOTHING_ASKED, registry, skew)
    codes |= agent_codes(change, chain, asked, registry, skew)
    if asked.expiry_required and change.grant_expires_at is None:
        codes.add("NO_EXPIRY")
    return codes


def votes_on(change: Change, chain: Chain, skew: int) -> tuple[list[Approval], list[Approval], list[Approval]]:
    """Sort out who agreed in time and did not take it back, who agreed too late, and all that was said in time."""
    at = change.executed_at
    ordered = sorted(chain.approvals, key=lambda a: (a.decided_at, a.event_id))
    agreed = [a for a in ordered if a.outcome.value == "approved"]
    refused = [a for a in ordered if a.outcome.value != "approved" and a.decided_at <= at]
    votes = [a for a in agreed if a.decided_at <= at + skew and not taken_back(a, refused, ordered)]
    late = [a for a in agreed if a.decided_at > at + skew]
    return votes, late, [a for a in ordered if a in refused or (a in agreed and a not in late)]


def is_agreed(change: Change, chain: Chain, required: ApprovalsRequired, registry: Registry, skew: int) -> bool:
    """Had everybody agreed who had to, with nothing wrong about it?"""
    votes, _, _ = votes_on(change, chain, skew)
    return enough([vote for vote in votes if not faults_of(vote, change, required, registry)], required)


def is_refused(change: Change, chain: Chain, skew: int) -> bool:
    """Did a refusal stand against it?"""
    return last_process_refused(votes_on(change, chain, skew)[2])


def consent_codes(change: Change, chain: Chain, required: ApprovalsRequired, registry: Registry, skew: int) -> set[str]:
    """Name what is wrong with the consent."""
    votes, late, said = votes_on(change, chain, skew)
    codes: set[str] = set()
    if (required.count or required.roles) and not votes:
        codes.add("APPROVAL_MISSING")
    if last_process_refused(said):
        codes.add("EXECUTED_AFTER_DENIAL")
    faults = {vote.event_id: faults_of(vote, change, required, registry) for vote in votes}
    if not enough([vote for vote in votes if not faults[vote.event_id]], required):
        codes |= set().union(*faults.values())
    people, needed = {a.approver.id for a in votes}, required.count or len(required.roles[:1])
    if len(people) < needed <= len(people | {a.approver.id for a in late}):
        codes.add("APPROVAL_AFTER_EXECUTION")
    humans = [a for a in votes if not required.human or is_human(a, registry)]
    if votes and (required.count >= 2 or required.roles) and not enough(humans, required):
        codes.add("QUORUM_NOT_MET")
    return codes


def agent_codes(change: Change, chain: Chain, asked: Requirement, registry: Registry, skew: int) -> set[str]:
    """Name what is wrong with the part that AIs had in it."""
    at = change.executed_at
    votes, _, _ = votes_on(change, chain, skew)
    prompts = [p for p in chain.prompts if p.occurred_at <= at + skew]
    acting = change.actor.kind.value == "ai_agent" or known(registry, change.actor.id, change, at) is not None
    codes: set[str] = set()
    deeds = [(change.actor.id, "execute")] if acting else []
    for vote in votes:
        if vote.approver.kind.value == "ai_agent" or known(registry, vote.approver.id, change, at):
            deeds.append((vote.approver.id, "approve"))
    deeds += [
        (p.agent_id, "recommend") for p in prompts if recommends(p) and not (acting and p.agent_id == change.actor.id)
    ]
    for agent_id, deed in deeds:
        agent = known(registry, agent_id, change, at)
        limits = [asked.authority.value, *([granted(agent, asked.operation_class)] if agent else [])]
        if AUTHORITY.index(deed) > min(AUTHORITY.index(limit) for limit in limits):
            codes.add("AUTHORITY_EXCEEDED")
    involved = [p.agent_id for p in prompts] + ([change.actor.id] if acting else [])
    if any(known(registry, agent_id, change, at) is None for agent_id in involved):
        codes.add("AGENT_UNREGISTERED")
    if acting and asked.prompt_required and not prompts:
        codes.add("UNEXPLAINED_ACTION")
    return codes


def taken_back(vote: Approval, refused: list[Approval], ordered: list[Approval]) -> bool:
    """Did the same approver take it back, in the same process, by the time of execution?"""
    after = ordered[ordered.index(vote) :]
    same = [a for a in refused if (a.approval_id, a.approver.id) == (vote.approval_id, vote.approver.id)]
    return any(a in after for a in same)


def refusers(said: list[Approval]) -> set[str]:
    """Whose last word in this process is a refusal?"""
    last = {a.approver.id: a.outcome.value for a in said}
    return {person for person, outcome in last.items() if outcome != "approved"}


def last_process_refused(said: list[Approval]) -> bool:
    """Does a refusal stand in the process in which something was last said that could still matter?"""
    last = None
    for n, a in enumerate(said):
        against = refusers([b for b in said[:n] if b.approval_id == a.approval_id])
        if a.outcome.value != "approved" or not against or a.approver.id in against:
            last = a.approval_id
    return bool(refusers([a for a in said if a.approval_id == last]))


def faults_of(vote: Approval, change: Change, required: ApprovalsRequired, registry: Registry) -> set[str]:
    """Why does this vote not count?"""
    faults = set()
    if required.human and not is_human(vote, registry):
        faults.add("APPROVER_NOT_HUMAN")
    elif ASSURANCE.index(vote.assurance.value) < ASSURANCE.index(required.assurance.value):
        faults.add("APPROVER_UNVERIFIED")
    if required.independent and vote.approver.id in {vote.requester, change.subject.id}:
        faults.add("SELF_APPROVAL")
    if vote.valid_until is not None and change.executed_at > vote.valid_until:
        faults.add("APPROVAL_EXPIRED")
    if required.valid_for_ms is not None and change.executed_at > vote.decided_at + required.valid_for_ms:
        faults.add("APPROVAL_EXPIRED")
    if not covers(vote, change):
        faults.add("APPROVAL_SCOPE_MISMATCH")
    return faults


def covers(vote: Approval, change: Change) -> bool:
    """Is this what was agreed to?"""
    scope, ends = vote.scope, change.grant_expires_at
    if scope.max_duration_ms is not None and (ends is None or ends > change.executed_at + scope.max_duration_ms):
        return False
    if scope.action_digest is not None:
        return scope.action_digest == change.action_digest
    same_operation = scope.operation is None or scope.operation == change.operation
    within = all(e.id in scope.entitlements for e in change.entitlements)
    return same_operation and scope.subject == change.subject.id and within


def enough(votes: list[Approval], required: ApprovalsRequired) -> bool:
    """Do these people, and the roles they hold, suffice?"""
    roles = {role for a in votes for role in a.approver.roles}
    return len({a.approver.id for a in votes}) >= required.count and set(required.roles) <= roles


def is_human(vote: Approval, registry: Registry) -> bool:
    """Is the approver a person, and not an agent that says so?"""
    return vote.approver.kind.value == "human" and known(registry, vote.approver.id, vote, vote.decided_at) is None


def known(registry: Registry, agent_id: str, about: Approval | Change, at: int) -> Agent | None:
    """Look through all entries for the agent as it was registered at an instant."""
    entries = [v for versions in registry.versions.values() for v in versions]
    mine = [v for v in entries if (v.tenant, v.agent_id) == (about.tenant, agent_id)]
    holding = [v for v in mine if v.occurred_at <= at]
    if holding:
        return max(holding, key=lambda v: (v.occurred_at, v.event_id, v.registered_at))
    before = [v for v in mine if v.registered_at <= at]
    return min(before, key=lambda v: (v.occurred_at, v.event_id, v.registered_at)) if before else None


def granted(agent: Agent, operation_class: str) -> str:
    """Look up what the registration allows in a class of operations."""
    pairs = dict(agent.authority)
    return pairs[operation_class].value if operation_class in pairs else pairs["*"].value if "*" in pairs else "none"


def recommends(prompt: Prompt) -> bool:
    """Did this prompt set out to recommend?"""
    return prompt.authority.value == "recommend"
