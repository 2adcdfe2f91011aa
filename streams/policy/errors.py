"""PolicyInvalid: everything that is wrong with a policy file, each with its line and the reason."""

from collections.abc import Iterable
from dataclasses import dataclass

PROBLEMS_MAX = 50
"""Problems shown: whoever has more than this to mend starts again from the first ones."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong. `line`: counted from 1; what concerns the file as a whole is reported at line 1."""

    line: int
    reason: str


class PolicyInvalid(ValueError):
    """A policy file was refused. `str()` is one `file:line: reason` per problem, in the order of the lines."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(set(problems)))
        lines = [f"{name}:{problem.line}: {problem.reason}" for problem in self.problems[:PROBLEMS_MAX]]
        beyond = self.problems[PROBLEMS_MAX:]
        if beyond:
            lines.append(f"{name}:{beyond[0].line}: {len(beyond)} more problems are not shown")
        super().__init__("\n".join(lines))
