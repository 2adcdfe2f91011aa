"""Conditions in CEL, the Common Expression Language: nothing outside this package knows the engine."""

from streams.policy.cel.condition import Activation, Condition, ConditionInvalid, Fault, bind, condition
from streams.policy.cel.ladder import Ladder

__all__ = ["Activation", "Condition", "ConditionInvalid", "Fault", "Ladder", "bind", "condition"]
