"""Law: what a chain is held to, as one value: the policy, the registry of agents, and the rules."""

from dataclasses import dataclass

from streams.core.finding import Rule
from streams.core.registry import Registry
from streams.core.requirement import Policy
from streams.core.rules import RULES


@dataclass(frozen=True, slots=True)
class Law:
    """One policy for everybody, who is registered, and the catalogue of ways to fall short."""

    policy: Policy
    registry: Registry
    rules: tuple[Rule, ...] = RULES
