"""Texts of the sizes that prompts and retrieved passages have: slices of one long, seeded text."""

from random import Random
from typing import Final

WORDS: Final = """
access account admin agent alert approval assign audit backup billing branch build change channel check
cluster code comment config contract customer data deadline department deploy device directory document
employee entry environment error export folder grant group history identity incident invoice issue job
joiner key laptop ledger license list login machine manager meeting member metric migration mover network
notice office onboarding order owner page password payroll permission person phone policy portal print
process production project quarter query queue quota reader region release report request review role
rotation rule sales scope secret security server service session setting shift site staging storage support
system table team tenant ticket token training user vault vendor version weekly window workflow the of to
for and with from until before please needs has must can
"""

LENGTH: Final = 262_144
"""Characters of the text that the slices come from: long enough that compression does not find them all."""


class Texts:
    """A text to cut from."""

    def __init__(self, random: Random) -> None:
        """Write the text."""
        chosen = random.choices(WORDS.split(), k=LENGTH // 5)
        self._text = " ".join(chosen)[:LENGTH]
        self._random = random

    def cut(self, shortest: int, longest: int) -> str:
        """Cut a text of between so many and so many characters."""
        length = shortest + int(self._random.random() * (longest - shortest + 1))
        begin = int(self._random.random() * (len(self._text) - length))
        return self._text[begin : begin + length]
