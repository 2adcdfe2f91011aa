"""The wheel: everything is woken when it is due, once, and nobody before."""

from hypothesis import given
from hypothesis import strategies as st

from streams.agents.wheel import Wheel
from streams.core.time import Millis

KEYS = [str(number).encode() for number in range(12)]


def turn(wheel: Wheel, wanted: dict[bytes, Millis], at: int, limit: int = 100) -> list[bytes]:
    """Wake what is due; whoever was woken wants nothing more."""
    woken = wheel.due(Millis(at), limit)
    for key in woken:
        wanted.pop(key, None)
    return woken


def wheel_with(**wakes: int) -> tuple[Wheel, dict[bytes, Millis]]:
    wanted: dict[bytes, Millis] = {}
    wheel = Wheel(wanted.get)
    for name, at in wakes.items():
        wanted[name.encode()] = Millis(at)
        wheel.add(Millis(at), name.encode())
    return wheel, wanted


def test_who_is_due_is_woken_once() -> None:
    wheel, wanted = wheel_with(early=10, late=30)
    assert turn(wheel, wanted, 9) == []
    assert turn(wheel, wanted, 10) == [b"early"]
    assert turn(wheel, wanted, 10) == []
    assert turn(wheel, wanted, 1_000) == [b"late"]


def test_who_wants_another_time_is_woken_at_that_time_only() -> None:
    wheel, wanted = wheel_with(moved=10)
    wanted[b"moved"] = Millis(5_000)
    wheel.add(Millis(5_000), b"moved")
    assert turn(wheel, wanted, 4_999) == []
    assert turn(wheel, wanted, 5_000) == [b"moved"]


def test_who_wants_nothing_any_more_is_not_woken() -> None:
    wheel, wanted = wheel_with(closed=10)
    del wanted[b"closed"]
    assert turn(wheel, wanted, 1_000) == []


def test_a_burst_is_taken_in_portions() -> None:
    wheel, wanted = wheel_with(**{str(number): number for number in range(10)})
    assert [len(turn(wheel, wanted, 1_000, limit=4)) for _ in range(4)] == [4, 4, 2, 0]


@given(
    st.lists(st.tuples(st.sampled_from(KEYS), st.integers(0, 400)), max_size=40),
    st.lists(st.integers(0, 500), max_size=8),
    st.integers(1, 5),
)
def test_nobody_is_forgotten_and_nobody_comes_early(
    moves: list[tuple[bytes, int]], watermarks: list[int], limit: int
) -> None:
    wanted: dict[bytes, Millis] = {}
    wheel = Wheel(wanted.get)
    for key, at in moves:
        if wanted.get(key) != at:
            wanted[key] = Millis(at)
            wheel.add(Millis(at), key)
    left = dict(wanted)
    for watermark in sorted(watermarks):
        due = {key for key, at in left.items() if at <= watermark}
        woken: set[bytes] = set()
        while some := turn(wheel, wanted, watermark, limit):
            woken |= set(some)
        assert woken == due
        left = {key: at for key, at in left.items() if key not in due}
