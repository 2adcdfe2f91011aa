"""What time does to a verdict: nothing by itself; what comes late is heard, and does not rewrite what was said."""

from hypothesis import assume, given
from hypothesis import strategies as st

from streams.core.evidence import Evidence
from streams.core.law import Law
from streams.core.step import opened, step
from streams.core.time import EVER, NEVER, Millis
from streams.core.verdict import assess
from streams.testkit.telling import Heard, tell
from tests.cast import DECISION
from tests.strategies import WATERMARKS, facts, hearings, laws, recent, tellings


@given(tellings(), st.lists(WATERMARKS, max_size=6))
def test_sparse_and_dense_ticks_agree(telling: tuple[tuple[Heard, ...], Law], ticks: list[Millis]) -> None:
    heard, law = telling
    dense: list[Heard] = []
    left = sorted(ticks)
    for hearing in heard:
        while left and left[0] <= hearing.watermark:
            dense.append(Heard((), left.pop(0)))
        dense.append(hearing)
    dense += [Heard((), tick) for tick in left]
    seldom, often = tell(heard, law, decision_id=DECISION), tell(dense, law, decision_id=DECISION)
    assert often.verdicts == seldom.verdicts
    assert often.commands == seldom.commands


@given(facts(), laws(), st.data())
def test_what_comes_in_time_counts_the_same_whenever_it_is_heard(
    evidence: tuple[Evidence, ...], law: Law, data: st.DataObject
) -> None:
    by_time = sorted(evidence, key=lambda fact: fact.occurred_at)
    heard: list[Heard] = []
    for fact, following in zip(by_time, [*by_time[1:], by_time[-1]], strict=True):
        heard.append(Heard((fact,), heard[-1].watermark if heard else NEVER))
        # Time passes, but not beyond what is still to be heard.
        passed = Millis(min(following.occurred_at - 1, data.draw(WATERMARKS)))
        heard.append(Heard((), max(passed, heard[-1].watermark)))
    bit_by_bit, at_once = tell(heard, law, decision_id=DECISION), tell([Heard(evidence)], law, decision_id=DECISION)
    assert bit_by_bit.verdicts == at_once.verdicts
    assert bit_by_bit.commands == at_once.commands


@given(tellings(), st.data())
def test_late_truth_supersedes_never_overwrites(telling: tuple[tuple[Heard, ...], Law], data: st.DataObject) -> None:
    heard, law = telling
    cut = data.draw(st.integers(0, len(heard) - 1))
    now = heard[cut].watermark
    before = tell((*heard[:cut], Heard((), now)), law, decision_id=DECISION, until=None)
    after = tell(heard, law, decision_id=DECISION)
    assert after.verdicts[: len(before.verdicts)] == before.verdicts
    assert after.commands[: len(before.commands)] == before.commands
    assert all(v.judged_at > now for v in after.verdicts[len(before.verdicts) :])
    assume(recent(heard) == heard)
    whole = assess(after.chain, after.chain.changes, law)
    last = after.verdicts[-1]
    assert (last.judgement, last.findings, last.reasons) == (whole.judgement, whole.findings, whole.reasons)


@given(hearings(), laws())
def test_nothing_is_due_after_the_watermark_passed_it(heard: tuple[Heard, ...], law: Law) -> None:
    state = opened(heard[0].evidence[0].tenant, DECISION)
    for hearing in (*heard, Heard((), EVER)):
        made = step(state, hearing.evidence, hearing.watermark, law)
        assert made.wake_at is None or made.wake_at > hearing.watermark
        assert (made.wake_at is None) == (made.state is None)
        state = made.state or opened(state.chain.tenant, DECISION)
