"""Case: how a deed is told, and whether an AI had a part in it."""

import pytest

from streams.core.case import NAME_CHARS_MAX, VERBS, deed, involves_ai, named
from streams.core.parties import Approver, Entitlement, Kind
from streams.core.registry import Registry
from tests.altered import replace
from tests.cast import ACTORS, AGREED, APPROVERS, ASKED, GRANTED, REGISTERED
from tests.strategies import folded


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ("grant", "Granted Domain Admin to svc-ci"),
        ("revoke", "Revoked Domain Admin from svc-ci"),
        ("elevate", "Elevated svc-ci to Domain Admin"),
        ("certify", "Certified Domain Admin for svc-ci"),
        ("role-change", "Changed the role of svc-ci to Domain Admin"),
        ("something-new", "Carried out something-new of Domain Admin on svc-ci"),
    ],
)
def test_a_deed_reads_like_a_sentence(operation: str, told: str) -> None:
    assert deed(replace(GRANTED, operation=operation)) == f"{told} at 2026-11-23T12:00:00Z"


@pytest.mark.parametrize("operation", [*VERBS, "something-new"])
def test_a_deed_without_entitlements_names_whom(operation: str) -> None:
    told = deed(replace(GRANTED, operation=operation, entitlements=()))
    assert "svc-ci at 2026-11-23T12:00:00Z" in told
    assert "  " not in told
    assert "{" not in told


def test_of_many_or_long_names_a_sentence_gives_some() -> None:
    assert named(["a", "b", "c"]) == "a, b, c"
    assert named(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert len(named(["x" * 999])) == NAME_CHARS_MAX
    many = replace(GRANTED, entitlements=tuple(Entitlement(id=f"role-{n}" * 50) for n in range(200)))
    assert len(deed(many)) < 300


def test_an_ai_has_a_part_when_it_acts_is_asked_or_approves_under_whatever_kind() -> None:
    nobody, known = Registry(), Registry().with_agents(REGISTERED)
    assert not involves_ai(folded([GRANTED, AGREED]), GRANTED, known)
    assert involves_ai(folded([GRANTED, ASKED]), GRANTED, nobody)
    assert involves_ai(folded([GRANTED]), replace(GRANTED, actor=ACTORS[2]), nobody)
    posing = replace(GRANTED, actor=replace(ACTORS[2], kind=Kind.SERVICE))
    assert not involves_ai(folded([posing]), posing, nobody)
    assert involves_ai(folded([posing]), posing, known)
    by_bot = replace(AGREED, approver=APPROVERS[12])
    assert involves_ai(folded([GRANTED, by_bot]), GRANTED, nobody)
    in_disguise = replace(AGREED, approver=Approver(id="helpdesk-bot", kind=Kind.HUMAN))
    assert involves_ai(folded([GRANTED, in_disguise]), GRANTED, known)
