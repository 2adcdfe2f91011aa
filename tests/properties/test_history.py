"""How verdicts follow each other: under ids that say what they are, each naming the one it replaces."""

from collections.abc import Hashable

from hypothesis import given

from streams.core.law import Law
from streams.testkit.telling import Heard, tell
from tests.cast import DECISION
from tests.strategies import recent, tellings


class OneToOne:
    """A ledger of ids and what they stand for; two ids for one content, or two contents for one id, fail."""

    def __init__(self) -> None:
        self._contents: dict[str, Hashable] = {}
        self._ids: dict[Hashable, str] = {}

    def note(self, name: str, content: Hashable) -> None:
        assert self._contents.setdefault(name, content) == content, f"{name} stands for two contents"
        assert self._ids.setdefault(content, name) == name, f"{name} is a second name for {content}"


@given(tellings())
def test_ids_come_from_content(telling: tuple[tuple[Heard, ...], Law]) -> None:
    """Of the same decision heard whole, and heard without its last fact: much is said again, and some of it differs."""
    heard, law = telling
    findings, verdicts, commands = OneToOne(), OneToOne(), OneToOne()
    shorter = (*heard[:-1], Heard(heard[-1].evidence[:-1], heard[-1].watermark))
    for hearings in (heard, shorter, heard):
        told = tell(hearings, law, decision_id=DECISION)
        for verdict in told.verdicts:
            for f in verdict.findings:
                findings.note(f.finding_id, (f.code, f.change_id, f.message, f.cites, f.response, f.agent_id))
            said = (verdict.judgement, verdict.findings, verdict.reasons, verdict.changes, verdict.mode)
            verdicts.note(verdict.verdict_id, (verdict.version, verdict.supersedes, said))
        for c in told.commands:
            commands.note(c.command_id, (c.action, c.change_id, c.target, c.ordinal))


@given(tellings())
def test_a_superseding_verdict_names_its_predecessor(telling: tuple[tuple[Heard, ...], Law]) -> None:
    heard, law = telling
    told = tell(recent(heard), law, decision_id=DECISION)
    assert [verdict.version for verdict in told.verdicts] == list(range(1, len(told.verdicts) + 1))
    predecessor = None
    for verdict in told.verdicts:
        if predecessor is None:
            assert verdict.supersedes is None
        else:
            assert verdict.supersedes == predecessor.verdict_id
            assert verdict.judged_at > predecessor.judged_at
            assert (verdict.judgement, verdict.findings, verdict.reasons, verdict.changes) != (
                predecessor.judgement, predecessor.findings, predecessor.reasons, predecessor.changes,
            )  # fmt: skip
        predecessor = verdict
