"""Identifiers: the digest of content."""

from hypothesis import given
from hypothesis import strategies as st

from streams.core.ids import Content, digest

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
CONTENTS: st.SearchStrategy[Content] = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=6)


def typed(content: object) -> object:
    """Tell apart what Python takes for equal: 1 and True."""
    return tuple(map(typed, content)) if isinstance(content, list | tuple) else (type(content).__name__, content)


def test_a_digest_is_the_same_in_every_version_for_ever() -> None:
    said = digest("vrd", "default", "decision-1", 1, None, True, ["a", "b"], "Zoë 🔑")
    assert said == "vrd_746888e06d0949861c5c5c88c95dc7c2"


def test_a_digest_begins_with_its_kind_and_is_of_32_digits() -> None:
    prefix, _, digits = digest("cmd", "x").partition("_")
    assert prefix == "cmd"
    assert len(digits) == 32
    assert int(digits, 16) >= 0


@given(st.lists(CONTENTS, max_size=4), st.lists(CONTENTS, max_size=4))
def test_two_contents_share_a_digest_only_if_they_are_the_same(a: list[Content], b: list[Content]) -> None:
    assert (digest("x", *a) == digest("x", *b)) == (typed(a) == typed(b))


def test_where_one_part_ends_and_the_next_begins_matters() -> None:
    assert digest("x", "ab", "c") != digest("x", "a", "bc")
    assert digest("x", ["a"], "b") != digest("x", ["a", "b"])
    assert digest("x", "1") != digest("x", 1)
    assert digest("x", "s1:a") != digest("x", ["a"])


def test_the_kind_of_id_is_part_of_what_is_digested() -> None:
    assert digest("fnd", "a").removeprefix("fnd_") != digest("cmd", "a").removeprefix("cmd_")


def test_half_a_surrogate_pair_is_no_reason_to_stop() -> None:
    assert digest("x", "\ud800") != digest("x", "\ud801")
