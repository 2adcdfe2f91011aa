"""Watermark: how far we have heard, over all inputs of a partition."""

from hypothesis import given
from hypothesis import strategies as st

from streams.core.time import NEVER, Millis
from streams.core.watermark import Watermark

TOPICS = ("approvals", "changes")
LATENESS_MS = 10
BEGIN = Watermark.over(TOPICS, LATENESS_MS)


def test_nothing_is_known_until_every_topic_has_spoken() -> None:
    assert BEGIN.at == NEVER
    assert BEGIN.heard("changes", Millis(100), Millis(200)).at < 0


def test_the_topic_that_lags_most_decides() -> None:
    both = BEGIN.heard("changes", Millis(100), Millis(200)).heard("approvals", Millis(60), Millis(200))
    assert both.at == 50


def test_a_topic_read_to_its_end_has_told_everything_up_to_now() -> None:
    quiet = BEGIN.heard("changes", Millis(100), Millis(200)).idle("approvals", Millis(200))
    assert quiet.at == 90
    assert quiet.idle("changes", Millis(200)).at == 190


def test_a_topic_with_more_to_read_holds_the_others_back() -> None:
    waiting = BEGIN.idle("changes", Millis(200)).idle("approvals", Millis(100)).busy("approvals")
    assert waiting.at == 90
    assert waiting.idle("changes", Millis(500)).at == 90


def test_an_event_from_the_future_tells_no_more_than_the_clock() -> None:
    ahead = BEGIN.idle("approvals", Millis(200)).heard("changes", Millis(9_999), Millis(200))
    assert ahead.at == 190


def test_an_old_event_does_not_turn_it_back() -> None:
    late = BEGIN.idle("approvals", Millis(200)).heard("changes", Millis(200), Millis(200))
    assert late.heard("changes", Millis(1), Millis(200)).at == 190


@given(st.lists(st.tuples(st.sampled_from(TOPICS), st.integers(0, 99), st.integers(0, 99), st.integers(0, 2))))
def test_it_never_goes_back_and_never_beyond_the_clock(moves: list[tuple[str, int, int, int]]) -> None:
    watermark, now = BEGIN, 0
    for topic, occurred_at, passed, what in moves:
        now += passed
        before = watermark.at
        if what == 0:
            watermark = watermark.heard(topic, Millis(occurred_at * 10), Millis(now))
        elif what == 1:
            watermark = watermark.idle(topic, Millis(now))
        else:
            watermark = watermark.busy(topic)
        assert watermark.at >= before
        assert watermark.at <= now - LATENESS_MS
