"""Conditions in CEL, the Common Expression Language: nothing outside this package knows the engine."""

from streams.policy.cel.condition import Condition, ConditionInvalid, Fault, condition
from streams.policy.cel.ladder import Ladder
from streams.policy.cel.sight import Activation, Sight

__all__ = ["Activation", "Condition", "ConditionInvalid", "Fault", "Ladder", "Sight", "condition"]
