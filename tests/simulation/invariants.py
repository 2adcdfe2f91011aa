"""Invariants: what must be so in every world, whatever happened in it; functions of traces that name the seed."""

from streams.core.command import Action, Command, undoing
from streams.core.evidence import Change
from streams.core.requirement import Response
from streams.core.verdict import Verdict
from tests.simulation.trace import Committed, Decided, Delivered, Fell, Noted, Trace


def the_same_is_said_as_in_calm(trace: Trace, calm: Trace) -> None:
    """Every verdict and every command of every decision, byte for byte and in order, as if nothing had gone wrong."""
    for decision in calm.decisions:
        assert repr(trace.verdicts[decision]) == repr(calm.verdicts[decision]), where(trace, decision)
        assert repr(trace.commands[decision]) == repr(calm.commands[decision]), where(trace, decision)


def the_end_is_the_same_as_in_calm(trace: Trace, calm: Trace) -> None:
    """The last word on every decision is what it is when nothing goes wrong."""
    for decision in calm.decisions:
        assert last_word(trace.verdicts[decision]) == last_word(calm.verdicts[decision]), where(trace, decision)


def every_change_is_judged(trace: Trace) -> None:
    """No change is passed over but those that carry out a command, and nothing is left that is due."""
    assert trace.unjudged == (), where(trace, str(trace.unjudged))
    commands = {command.command_id for issued in trace.commands.values() for command in issued}
    for fact in trace.evidence:
        if isinstance(fact, Change) and fact.command_id not in commands:
            last = trace.verdicts[fact.decision_id][-1:]
            assert any(fact.change_id in verdict.changes for verdict in last), where(trace, fact.decision_id)


def every_judgement_is_acted_upon(trace: Trace) -> None:
    """In the end, what must be taken back is revoked, and what is in order is not."""
    changes = {fact.change_id: fact for fact in trace.evidence if isinstance(fact, Change)}
    for decision, verdicts in trace.verdicts.items():
        revoked = in_force(trace.commands[decision])
        for change_id in verdicts[-1].changes if verdicts else ():
            responses = {f.response.rank for f in verdicts[-1].findings if f.change_id == change_id}
            if max(responses, default=0) >= Response.REVOKE.rank and undoing(changes[change_id]) is not None:
                assert change_id in revoked, where(trace, decision)
            if not responses and not verdicts[-1].reasons:
                assert change_id not in revoked, where(trace, decision)


def one_id_for_one_thing(trace: Trace) -> None:
    """No id is delivered with two contents, and no command under two ids."""
    contents: dict[str, str] = {}
    ids: dict[tuple[object, ...], str] = {}
    for output in trace.outputs:
        name = output.verdict_id if isinstance(output, Verdict) else output.command_id
        assert contents.setdefault(name, repr(output)) == repr(output), where(trace, output.decision_id)
        if isinstance(output, Command):
            order = (output.decision_id, output.action, output.target, output.ordinal)
            assert ids.setdefault(order, name) == name, where(trace, output.decision_id)


def nothing_delivered_is_unsaid(trace: Trace) -> None:
    """Whatever was delivered is part of the history that the decision itself remembers in the end."""
    for decision, verdicts in trace.verdicts.items():
        if not verdicts:
            continue
        state = trace.states[decision]
        by_id = {verdict.verdict_id: verdict for verdict in verdicts}
        remembered = []
        at = state.said.verdict_id if state.said is not None else None
        while at is not None:
            assert at in by_id, where(trace, decision)
            remembered.append(at)
            at = by_id[at].supersedes
        assert sorted(remembered) == sorted(by_id), where(trace, decision)
        assert {c.command_id for c in trace.commands[decision]} == {i.command_id for i in state.issued}


def versions_follow_each_other(trace: Trace) -> None:
    """The verdicts on a decision are one line: each names the one before, none is left out or said twice."""
    for decision, verdicts in trace.verdicts.items():
        assert [v.version for v in verdicts] == list(range(1, len(verdicts) + 1)), where(trace, decision)
        before = [None, *(v.verdict_id for v in verdicts)]
        assert [v.supersedes for v in verdicts] == before[:-1], where(trace, decision)


def everything_is_delivered_once(trace: Trace) -> None:
    """No verdict and no command is delivered again, for what was delivered is remembered with it or not at all."""
    ids = [o.verdict_id if isinstance(o, Verdict) else o.command_id for o in trace.outputs]
    assert len(ids) == len(set(ids)), where(trace, str([name for name in ids if ids.count(name) > 1][:1]))


def offsets_wait_for_outputs(trace: Trace) -> None:
    """When offsets move, everything that was decided up to there is out."""
    pending: dict[str, set[str]] = {}
    noted: dict[str, frozenset[str]] = {}
    for event in trace.events:
        waiting = pending.setdefault(event.worker, set())
        match event:
            case Decided(_, output):
                waiting.add(repr(output))
            case Delivered(_, output):
                waiting.discard(repr(output))
            case Fell():
                waiting.clear()
            case Noted():
                noted[event.worker] = frozenset(waiting)
            case Committed():
                assert not waiting & noted[event.worker], where(trace, event.worker)


def last_word(verdicts: list[Verdict]) -> object:
    """Give what the last verdict says, without its place in history."""
    last = max(verdicts, key=lambda verdict: verdict.version, default=None)
    return last and (last.judgement, last.findings, last.reasons, last.changes, last.response)


def in_force(commands: list[Command]) -> set[str]:
    """Name the changes whose last command was to revoke them."""
    latest: dict[str, Action] = {}
    for command in commands:
        if command.action is not Action.SUSPEND_AGENT:
            latest[command.target] = command.action
    return {target for target, action in latest.items() if action is Action.REVOKE}


def where(trace: Trace, what: str) -> str:
    """Say how to see it again."""
    return f"seed {trace.seed}: {what}"
