"""Step: the whole product in one function. Evidence and a watermark in; verdicts, commands and the next wake-up out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from streams.core.chain import Chain
from streams.core.command import Command, Issued, carries_out, oblige
from streams.core.evidence import Change, Evidence, essence
from streams.core.ids import DecisionId, TenantId, VerdictId
from streams.core.law import Law
from streams.core.time import NEVER, Millis
from streams.core.verdict import Verdict, assess, content_of, pronounce


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The last verdict on a decision: enough to supersede it, and not to repeat it."""

    verdict_id: VerdictId
    version: int
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that is remembered of one decision between steps.

    `judged_until`: every instant up to here has been judged; `promised_until`: what is here will be judged up to there
    before anything else is heard (both ms since 1970, UTC; see `promised`). `beyond_horizon`: the first evidence was
    already older than the horizon when it came.
    """

    chain: Chain
    judged_until: Millis = NEVER
    promised_until: Millis = NEVER
    said: Said | None = None
    issued: tuple[Issued, ...] = ()
    beyond_horizon: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What came of a step. `state` None: the decision is closed and may be forgotten.

    `wake_at`: the watermark at which this decision wants to be looked at again, None when it is closed.
    """

    state: State | None
    verdicts: tuple[Verdict, ...] = ()
    commands: tuple[Command, ...] = ()
    wake_at: Millis | None = None


def opened(tenant: TenantId, decision_id: DecisionId) -> State:
    """Open a decision of which nothing is known yet."""
    return State(chain=Chain(tenant, decision_id))


def promised(state: State, watermark: Millis) -> State:
    """Bind a decision to be judged up to a watermark before it hears anything new, even if it is restored lower.

    Save this before an output of `step(state, …, watermark, …)` leaves. What `step` says depends only on the state
    and the watermark; without the note, a worker that fell between delivery and saving would begin again below that
    watermark, hear in time what had been late, and say under the same version something else than was delivered.
    """
    return replace(state, promised_until=max(watermark, state.promised_until))


def step(state: State, evidence: Iterable[Evidence], watermark: Millis, law: Law) -> Step:
    """Judge a decision at every instant that the watermark has passed, then fold in what was heard at that watermark.

    The verdicts are a function of the evidence and of what the watermark was when each fact was heard; how often this
    is called in between makes no difference. Every instant in (`judged_until`, `watermark`] at which the chain may say
    something new is judged in order, on the chain as it stood at that instant; what says the same as before is silent.

    `watermark`: ms since 1970, UTC, over all inputs of the partition, as it was when this evidence was heard (before
    the evidence itself moved it: otherwise whatever comes would be late); it must not go back between two calls.

    Raises:
        ValueError: evidence of another decision.
    """
    until = max(watermark, state.promised_until)
    # First judge, then listen: what a decision said up to here must not depend on how late the timer was.
    state, verdicts, commands = _settled(state, until, law)
    if next_wake(state, until, law) is None:
        state = opened(state.chain.tenant, state.chain.decision_id)
    state = _folded(state, evidence, until, law)
    wake_at = next_wake(state, until, law)
    return Step(
        state=state if wake_at is not None else None,
        verdicts=verdicts,
        commands=commands,
        wake_at=wake_at,
    )


def _settled(state: State, until: Millis, law: Law) -> tuple[State, tuple[Verdict, ...], tuple[Command, ...]]:
    """Judge every instant up to a watermark, in order."""
    verdicts: list[Verdict] = []
    commands: list[Command] = []
    for instant in _instants(state, law):
        if instant > until:
            break
        state, verdict, ordered = _judged(state, instant, law)
        verdicts += [verdict] if verdict is not None else []
        commands += ordered
    return state, tuple(verdicts), tuple(commands)


def _folded(state: State, evidence: Iterable[Evidence], watermark: Millis, law: Law) -> State:
    """Add facts. One that the watermark had already passed counts from now on, so that it gets its grace as well."""
    passed = max(watermark, state.judged_until)
    chain, beyond, first = state.chain, state.beyond_horizon, not state.chain.links
    for fact in evidence:
        late = fact.occurred_at <= passed
        beyond = beyond or (first and fact.occurred_at <= passed - law.policy.timing.horizon_ms)
        chain = chain.with_evidence(essence(fact), Millis(passed + 1) if late else fact.occurred_at)
    return replace(state, chain=chain, beyond_horizon=beyond)


def _instants(state: State, law: Law) -> tuple[Millis, ...]:
    """List the instants still to be judged: one grace after each moment at which the chain changed."""
    grace = law.policy.timing.grace_ms
    moments = {moment + grace for moment in state.chain.moments}
    moments |= {_due_at(change, counts_from, grace) for change, counts_from in _changes(state.chain)}
    return tuple(sorted(Millis(m) for m in moments if m > state.judged_until))


def _changes(chain: Chain) -> tuple[tuple[Change, Millis], ...]:
    return tuple((link.evidence, link.counts_from) for link in chain.links if isinstance(link.evidence, Change))


def _due_at(change: Change, counts_from: Millis, grace_ms: int) -> int:
    return max(counts_from, change.executed_at) + grace_ms


def _judged(state: State, instant: Millis, law: Law) -> tuple[State, Verdict | None, tuple[Command, ...]]:
    """Judge the chain as it stood at one instant, and say it if it is news."""
    state = replace(state, judged_until=instant)
    view = state.chain.as_of(instant)
    grace = law.policy.timing.grace_ms
    due = tuple(
        change
        for change, counts_from in _changes(view)
        if _due_at(change, counts_from, grace) <= instant and not carries_out(change, state.issued, view)
    )
    if not due and view.overflow_from is None:
        return state, None, ()
    assessment = assess(view, due, law, beyond_horizon=state.beyond_horizon)
    content = content_of(assessment, law)
    before = state.said
    if before is not None and before.content == content:
        return state, None, ()
    verdict = pronounce(
        view,
        assessment,
        law,
        judged_at=instant,
        version=before.version + 1 if before is not None else 1,
        supersedes=before.verdict_id if before is not None else None,
    )
    # Whoever hears a fact again after its decision was forgotten must not take back what had been agreed to then.
    commands = () if state.beyond_horizon else oblige(verdict, assessment, view, law, state.issued)
    said = Said(verdict_id=verdict.verdict_id, version=verdict.version, content=content)
    issued = (*state.issued, *(command.issued for command in commands))
    return replace(state, said=said, issued=issued), verdict, commands


def next_wake(state: State, watermark: Millis, law: Law) -> Millis | None:
    """Find the next instant worth looking at: something to judge, else the end of the horizon; None: it is over."""
    instants = _instants(state, law)
    if instants:
        return instants[0]
    moments = state.chain.moments
    closes_at = Millis(moments[-1] + law.policy.timing.horizon_ms) if moments else NEVER
    return closes_at if closes_at > watermark else None
