"""Policy check: would this file be accepted as a policy, and if not, why not?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.ops.errors import Misconfigured
from streams.policy.compiled import CompiledPolicy
from streams.policy.errors import PolicyInvalid
from streams.policy.load import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The policy, or `file:line: reason` of what is wrong with it."""

    file: str
    policy: CompiledPolicy | None
    problems: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Say in one line what the policy is."""
        assert self.policy is not None
        classes = ", ".join(c.id for c in self.policy.classes) or "none"
        return (
            f"{self.file}: ok, version {self.policy.version}, mode {self.policy.mode.value}, "
            f"digest {self.policy.digest}\n  classes: {classes}"
        )

    @property
    def plain(self) -> dict[str, Any]:
        """The same for programs."""
        if self.policy is None:
            return {"file": self.file, "ok": False, "problems": list(self.problems)}
        return {
            "file": self.file,
            "ok": True,
            "problems": [],
            "version": self.policy.version,
            "mode": self.policy.mode.value,
            "digest": self.policy.digest,
            "classes": [c.id for c in self.policy.classes],
        }


def check(file: str) -> Checked:
    """Load a policy file.

    Raises:
        Misconfigured: there is no such file.
    """
    path = Path(file)
    if not path.is_file():
        raise Misconfigured(f"there is no policy file {file}.")
    try:
        return Checked(file=file, policy=load(path))
    except PolicyInvalid as invalid:
        return Checked(file=file, policy=None, problems=tuple(str(invalid).splitlines()))
