"""Clawback: evidence is gathered into a chain, judged against one policy, and taken back when it does not hold.

Read `core/` first: evidence, chain, requirement, finding, rules, verdict, command, step. The rest feeds it and
remembers what it said.
"""

__version__ = "0.1.0"
