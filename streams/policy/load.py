"""Load: a policy file becomes a compiled policy, or is refused with everything that is wrong with it."""

from pathlib import Path

from streams.core.requirement import Mode
from streams.policy import keys
from streams.policy.compiled import CompiledPolicy
from streams.policy.demands import UNSAID, demands
from streams.policy.errors import PolicyInvalid, Problem
from streams.policy.form import Form
from streams.policy.sections import classes, exceptions, protected, timing
from streams.policy.yaml import TEXT_MAX, Table, tree

DEFAULT = Path(__file__).with_name("default.yaml")
"""The policy that is in force when nobody names another."""


def load(path: Path | None) -> CompiledPolicy:
    """Read a policy file; None: the default policy that is shipped.

    Raises:
        PolicyInvalid: there is no such file, or it is refused; `str()` gives `file:line: reason` for each problem.
    """
    path = DEFAULT if path is None else path
    name = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(TEXT_MAX + 1)
    except FileNotFoundError:
        raise PolicyInvalid(name, [Problem(1, "there is no such file")]) from None
    except IsADirectoryError:
        raise PolicyInvalid(name, [Problem(1, "this is a directory; name the policy file in it")]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise PolicyInvalid(name, [Problem(1, f"cannot be read: {reason}")]) from None
    if len(raw) > TEXT_MAX:
        raise PolicyInvalid(name, [Problem(1, f"the file is larger than {TEXT_MAX} bytes")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PolicyInvalid(name, [Problem(line, "not UTF-8; save the file as UTF-8 text")]) from None
    return parse(text, name)


def parse(text: str, name: str = "policy.yaml") -> CompiledPolicy:
    """Read a policy from its text. `name`: how problems call the file.

    Raises:
        PolicyInvalid: it is refused; all problems are in it, not only the first.
    """
    root, problems = tree(text, name)
    if not isinstance(root, Table):
        raise PolicyInvalid(name, [Problem(root.line, "a policy is a mapping that begins with `version:`")])
    if not root.entries.keys() & keys.POLICY.keys():
        # a wrong path may lead to a file of secrets: say nothing of what is in it
        raise PolicyInvalid(
            name, [Problem(root.line, "this is no policy: it has none of a policy's keys, like `version:`")]
        )
    form = Form(root, "the policy", problems)
    form.allow(keys.POLICY)
    otherwise = form.form("otherwise")
    if otherwise is not None:
        otherwise.allow(keys.OTHERWISE)
    policy = CompiledPolicy(
        version=form.text("version"),
        mode=form.choice("mode", Mode, Mode.OBSERVE),
        timing=timing(form),
        classes=classes(form),
        exceptions=exceptions(form),
        protected=protected(form),
        otherwise=UNSAID if otherwise is None else demands(otherwise, UNSAID.operation_class),
    )
    if problems:
        raise PolicyInvalid(name, problems)
    return policy
