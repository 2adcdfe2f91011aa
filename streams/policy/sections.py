"""Sections: the parts of a policy file that are lists or tables of their own, read into values."""

from streams.core.requirement import GRACE_MS_MAX, Timing
from streams.core.rules import RULES
from streams.core.time import DAY_MS, HOUR_MS, MINUTE_MS
from streams.policy import keys
from streams.policy.compiled import Exemption, OperationClass
from streams.policy.demands import UNSAID, demands
from streams.policy.form import Form
from streams.policy.meant import meant

CLASSES_MAX = 200
"""Classes of operations: each may be asked for every change."""

EXCEPTIONS_MAX = 200
"""Exceptions: as for classes; who needs more has another policy."""

PROTECTED_MAX = 1_000
"""Globs of protected subjects."""

SKEW_MS_MAX = 5 * MINUTE_MS
"""Skew excuses an approval that came after the change; honest clocks do not differ by more."""

HORIZON_MS_MIN = HOUR_MS
"""A decision must stay open for at least the longest grace."""

HORIZON_MS_MAX = 365 * DAY_MS
"""Open decisions are kept in memory and in the changelog."""


def timing(form: Form) -> Timing:
    """Read how long to wait for evidence."""
    given, default = form.form("timing"), Timing()
    if given is None:
        return default
    given.allow(keys.TIMING)
    return Timing(
        grace_ms=given.duration("grace", default=default.grace_ms, least=0, most=GRACE_MS_MAX),
        skew_ms=given.duration("skew", default=default.skew_ms, least=0, most=SKEW_MS_MAX),
        horizon_ms=given.duration("horizon", default=default.horizon_ms, least=HORIZON_MS_MIN, most=HORIZON_MS_MAX),
    )


def classes(form: Form) -> tuple[OperationClass, ...]:
    """Read the classes of operations, in the order of the file."""
    found: list[OperationClass] = []
    seen: dict[str, int] = {UNSAID.operation_class: 0}
    for given in form.forms("operations", CLASSES_MAX):
        given.allow(keys.OPERATION)
        name = _id(given, seen)
        when, requirement = given.condition("when", f"class {name}"), demands(given, name)
        if when is not None:
            found.append(OperationClass(condition=when, requirement=requirement))
    return tuple(found)


def exceptions(form: Form) -> tuple[Exemption, ...]:
    """Read the exceptions, in the order of their ids."""
    found: list[Exemption] = []
    seen: dict[str, int] = {}
    for given in form.forms("exceptions", EXCEPTIONS_MAX):
        given.allow(keys.EXCEPTION)
        name = _id(given, seen)
        when = given.condition("when", f"exception {name}")
        owner, ends_at, waives = given.text("owner"), given.day_end("until"), _waives(given)
        if when is not None:
            found.append(Exemption(id=name, owner=owner, ends_at=ends_at, condition=when, waives=waives))
    return tuple(sorted(found, key=lambda exception: exception.id))


def _waives(given: Form) -> tuple[str, ...]:
    known = [rule.code for rule in RULES]
    codes = given.texts("waives", most=len(known), required=True)
    for code in filter(None, codes):
        if code not in known:
            given.refuse(given.line_of("waives"), f"no finding is called `{code}`{meant(code, known)}")
    return codes


def protected(form: Form) -> tuple[str, ...]:
    """Read the globs of subjects that no command may name."""
    safety = form.form("safety")
    if safety is None:
        return ()
    safety.allow(keys.SAFETY)
    return safety.texts("protected_subjects", most=PROTECTED_MAX)


def _id(given: Form, seen: dict[str, int]) -> str:
    name, line = given.word("id"), given.line_of("id")
    if name in seen:
        where = f"first at line {seen[name]}" if seen[name] else "it names what matches no class"
        given.refuse(line, f"`id: {name}` is taken; {where}")
    elif name:
        seen[name] = line
    return name
