"""Identifiers: the digest of content."""

from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from streams.core.ids import MANY, Content, digest

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


def plainly(content: Content) -> bytes:
    """Frame content byte by byte, as it is defined, without a thought for speed."""
    match content:
        case None:
            return b"n;"
        case bool():
            return b"b%d;" % content
        case int():
            return b"i%d;" % content
        case str():
            raw = content.encode("utf-8", "surrogatepass")
            return b"s%d:%b" % (len(raw), raw)
        case _:
            parts = [plainly(part) for part in content]
            return b"l%d:%b" % (len(parts), b"".join(parts))


ALIKE = st.integers(0, 3).flatmap(lambda size: st.text("abcé", min_size=size, max_size=size))
LONG = st.lists(ALIKE, min_size=MANY - 1, max_size=MANY + 1) | st.builds(
    lambda text, times, other: [text] * times + other,
    ALIKE,
    st.integers(MANY - 1, MANY + 1),
    st.lists(SCALARS, max_size=1),
)


@given(st.lists(CONTENTS | LONG, max_size=3))
def test_every_shortcut_leads_to_the_digest_that_is_defined(parts: list[Content]) -> None:
    framed = b"".join(map(plainly, parts))
    assert digest("x", *parts) == "x_" + blake2b(framed, digest_size=16, person=b"x").hexdigest()
