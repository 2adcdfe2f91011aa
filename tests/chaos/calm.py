"""Calm: what a run in which nothing is disturbed says about the very facts that a storm has heard.

Every fact of a storm is published within the lateness, so whoever hears it, and after however many lives, hears it in
time; and then the verdicts are a function of the facts alone. `judge` is the core over those facts with nobody in
between, as `clawback replay` runs it. That a real worker left in peace says the same is what the storm `calm` shows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from streams.core.command import Command
from streams.core.evidence import Evidence
from streams.core.law import Law
from streams.core.parties import Authority
from streams.core.registry import Agent, Registry
from streams.core.time import Millis
from streams.core.verdict import Verdict
from streams.ops.judge_file import judge
from streams.ops.replay import policy_of
from tests.altered import replace
from tests.cast import REGISTERED

POLICY = Path(__file__).with_name("policy.yaml")
LONG_AGO = Millis(946_684_800_001)
AGENTS: tuple[Agent, ...] = tuple(
    replace(agent, occurred_at=LONG_AGO, registered_at=LONG_AGO, authority=(("*", Authority.EXECUTE),))
    for agent in REGISTERED
)
"""Who may act: known for as long as anybody can remember, so that no test depends on the day."""


@dataclass(frozen=True, slots=True)
class Calm:
    """What must be said, by id."""

    verdicts: Mapping[str, Verdict]
    commands: Mapping[str, Command]


def calm(facts: Iterable[Evidence]) -> Calm:
    """Judge facts that all came in time."""
    law = Law(policy_of(str(POLICY)), Registry().with_agents(AGENTS))
    decisions = judge(facts, law)
    return Calm(
        verdicts={verdict.verdict_id: verdict for decision in decisions for verdict in decision.verdicts},
        commands={command.command_id: command for decision in decisions for command in decision.commands},
    )
