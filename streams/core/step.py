"""Step: the whole product in one function. Evidence and a watermark in; verdicts, commands and the next wake-up out."""

from collections.abc import Iterable

from msgspec.structs import replace

from streams.core.chain import Chain, Link
from streams.core.command import Command, Issued, carries_out, oblige
from streams.core.evidence import Change, Evidence, essence
from streams.core.ids import DecisionId, TenantId, VerdictId
from streams.core.law import Law
from streams.core.opinion import Opinions
from streams.core.time import NEVER, Millis
from streams.core.value import Value
from streams.core.verdict import Verdict, assess, content_of, pronounce


class Said(Value, frozen=True, kw_only=True):
    """The last verdict on a decision: enough to supersede it, and not to repeat it."""

    verdict_id: VerdictId
    version: int
    content: str


class State(Value, frozen=True, kw_only=True):
    """All that is remembered of one decision between steps.

    `judged_until`: every instant up to here has been judged (ms since 1970, UTC). `beyond_horizon`: the first evidence
    was already older than the horizon when it came.
    """

    chain: Chain
    judged_until: Millis = NEVER
    said: Said | None = None
    issued: tuple[Issued, ...] = ()
    beyond_horizon: bool = False


class Step(Value, frozen=True, kw_only=True):
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
    verdicts: list[Verdict] = []
    commands: list[Command] = []
    opinions = Opinions(law)
    # First judge, then listen: what a decision said up to here must not depend on how late the timer was.
    pending = instants(state, law.policy.timing.grace_ms)
    due = [instant for instant in pending if instant <= watermark]
    for instant in due:
        state, verdict, ordered = _judged(state, instant, law, opinions)
        verdicts += [verdict] if verdict is not None else []
        commands += ordered
    # Judging adds no moment, so what was not due before is what is left.
    wake_at = pending[len(due)] if len(due) < len(pending) else _closes_at(state, watermark, law)
    heard = tuple(evidence)
    if heard:
        if wake_at is None:
            state = opened(state.chain.tenant, state.chain.decision_id)
        state = _folded(state, heard, watermark, law)
        wake_at = next_wake(state, watermark, law)
    return Step(
        state=state if wake_at is not None else None,
        verdicts=tuple(verdicts),
        commands=tuple(commands),
        wake_at=wake_at,
    )


def counted_from(fact: Evidence, passed: Millis) -> Millis:
    """Tell since when a fact counts: its own time; if that had passed when it came, then from now, with its grace."""
    return fact.occurred_at if fact.occurred_at > passed else Millis(passed + 1)


def due_at(change: Change, counts_from: Millis, grace_ms: int) -> Millis:
    """Tell the instant at which a change is judged for the first time."""
    return Millis(max(counts_from, change.executed_at) + grace_ms)


def _folded(state: State, heard: tuple[Evidence, ...], watermark: Millis, law: Law) -> State:
    """Add facts."""
    first, passed = not state.chain.links, max(watermark, state.judged_until)
    beyond = first and any(fact.occurred_at <= passed - law.policy.timing.horizon_ms for fact in heard)
    links = (Link(evidence=essence(fact), counts_from=counted_from(fact, passed)) for fact in heard)
    return replace(state, chain=state.chain.with_links(links), beyond_horizon=state.beyond_horizon or beyond)


def instants(state: State, grace_ms: int) -> tuple[Millis, ...]:
    """List the instants still to be judged: one grace after each moment at which the chain changed.

    Before the first change is due there is nothing to be said, unless there is too much.
    """
    chain = state.chain
    due = [due_at(change, counts_from, grace_ms) for change, counts_from in chain.dated_changes]
    since = min(due, default=None)
    if chain.overflow_from is not None:
        since = chain.overflow_from if since is None else min(since, chain.overflow_from)
    if since is None:
        return ()
    after = max(since - 1, state.judged_until)
    moments = {moment + grace_ms for moment in chain.moments}
    return tuple(sorted(Millis(m) for m in moments.union(due) if m > after))


def _judged(
    state: State, instant: Millis, law: Law, opinions: Opinions
) -> tuple[State, Verdict | None, tuple[Command, ...]]:
    """Judge the chain as it stood at one instant, and say it if it is news."""
    view = state.chain.as_of(instant)
    grace_ms = law.policy.timing.grace_ms
    due = tuple(
        change
        for change, counts_from in view.dated_changes
        if due_at(change, counts_from, grace_ms) <= instant and not carries_out(change, state.issued, view)
    )
    if not due and view.overflow_from is None:
        return replace(state, judged_until=instant), None, ()
    assessment = assess(view, due, law, opinions, beyond_horizon=state.beyond_horizon)
    content = content_of(assessment, law)
    before = state.said
    if before is not None and before.content == content:
        return replace(state, judged_until=instant), None, ()
    verdict = pronounce(
        view,
        assessment,
        law,
        content=content,
        judged_at=instant,
        version=before.version + 1 if before is not None else 1,
        supersedes=before.verdict_id if before is not None else None,
    )
    # Whoever hears a fact again after its decision was forgotten must not take back what had been agreed to then.
    commands = () if state.beyond_horizon else oblige(verdict, assessment, view, law, state.issued)
    said = Said(verdict_id=verdict.verdict_id, version=verdict.version, content=content)
    issued = (*state.issued, *(command.issued for command in commands))
    return replace(state, judged_until=instant, said=said, issued=issued), verdict, commands


def next_wake(state: State, watermark: Millis, law: Law) -> Millis | None:
    """Find the next instant worth looking at: something to judge, else the end of the horizon; None: it is over."""
    pending = instants(state, law.policy.timing.grace_ms)
    return pending[0] if pending else _closes_at(state, watermark, law)


def _closes_at(state: State, watermark: Millis, law: Law) -> Millis | None:
    last = state.chain.last_moment
    closes_at = Millis(last + law.policy.timing.horizon_ms) if last is not None else NEVER
    return closes_at if closes_at > watermark else None
