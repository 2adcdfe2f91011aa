"""Telling: one decision as it was heard, piece by piece and watermark by watermark, and all that was said of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from streams.core.chain import Chain
from streams.core.command import Command
from streams.core.evidence import Evidence
from streams.core.ids import DEFAULT_TENANT, DecisionId, TenantId
from streams.core.law import Law
from streams.core.step import State, opened, step
from streams.core.time import EVER, NEVER, Millis
from streams.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Heard:
    """Facts that arrived together, and the watermark then (ms since 1970, UTC). No facts: only time passed."""

    evidence: tuple[Evidence, ...] = ()
    watermark: Millis = NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that was said of a decision, in order, its state after that, and its last chain before it was closed."""

    verdicts: tuple[Verdict, ...]
    commands: tuple[Command, ...]
    state: State
    chain: Chain


class Telling:
    """A decision on its way through `step`."""

    def __init__(self, law: Law, tenant: TenantId, decision_id: DecisionId) -> None:
        """Begin with nothing heard."""
        self._law = law
        self._state = opened(tenant, decision_id)
        self._chain = self._state.chain
        self._verdicts: list[Verdict] = []
        self._commands: list[Command] = []

    def hear(self, heard: Heard) -> None:
        """Let facts arrive, or time pass.

        Raises:
            ValueError: evidence of another decision.
        """
        made = step(self._state, heard.evidence, heard.watermark, self._law)
        if made.state is not None:
            self._chain = made.state.chain
        self._state = made.state or opened(self._chain.tenant, self._chain.decision_id)
        self._verdicts += made.verdicts
        self._commands += made.commands

    @property
    def told(self) -> Told:
        """Give what has been said so far."""
        return Told(
            verdicts=tuple(self._verdicts), commands=tuple(self._commands), state=self._state, chain=self._chain
        )


def tell(
    hearings: Iterable[Heard],
    law: Law,
    *,
    tenant: TenantId = DEFAULT_TENANT,
    decision_id: DecisionId,
    until: Millis | None = EVER,
) -> Told:
    """Take one decision from beginning to end. `until`: a last watermark after all was heard; None for no such tick.

    Raises:
        ValueError: evidence of another decision.
    """
    telling = Telling(law, tenant, decision_id)
    for heard in hearings:
        telling.hear(heard)
    if until is not None:
        telling.hear(Heard((), until))
    return telling.told
