"""Opinion: what all rules say about one change as of one instant, or why they could not say it."""

from streams.core.case import Case, involves_ai
from streams.core.chain import Chain
from streams.core.evidence import Approval, Change, Prompt
from streams.core.finding import Finding
from streams.core.law import Law
from streams.core.value import Value

REASON_TEXT_MAX = 300
"""Characters of one reason; the text of somebody's exception must not fill a topic."""


class Opinion(Value, frozen=True, kw_only=True):
    """What there is against a change, and what leaves it in doubt. `operation_class` None: the policy did not say."""

    operation_class: str | None = None
    findings: tuple[Finding, ...] = ()
    reasons: tuple[str, ...] = ()


class Opinions:
    """The opinions on the changes of one chain, from one instant to the next.

    An opinion rests on the change, the prompts and the approvals, besides the law. While these stay the same so does
    the opinion; without that, a long chain is judged again in full for each fact that it is long of.
    """

    def __init__(self, law: Law) -> None:
        """Begin with none."""
        self._law = law
        self._held: dict[int, tuple[Change, tuple[Prompt, ...], tuple[Approval, ...], Opinion]] = {}

    def on(self, chain: Chain, change: Change) -> Opinion:
        """Give the opinion on a change of this chain, the former one where it still holds."""
        held = self._held.get(id(change))
        # what is held keeps its change alive, so that no other one can come by its `id`
        if held is not None and held[1] == chain.prompts and held[2] == chain.approvals:
            return held[3]
        opinion = opinion_on(chain, change, self._law)
        self._held[id(change)] = (change, chain.prompts, chain.approvals, opinion)
        return opinion


def opinion_on(chain: Chain, change: Change, law: Law) -> Opinion:
    """Find what is required of a change, and ask every rule about it."""
    try:
        requirement = law.policy.requirement(change, ai=involves_ai(chain, change, law.registry))
        case = Case.of(chain, change, requirement, law.registry, law.policy.timing.skew_ms)
    except Exception as error:  # whatever went wrong here, the change must not pass as upheld
        return Opinion(reasons=(_reason(f"the policy could not be applied to change {change.change_id}", error),))
    findings, reasons = _asked(case, law)
    return Opinion(
        operation_class=requirement.operation_class, findings=tuple(findings.values()), reasons=tuple(reasons)
    )


def _asked(case: Case, law: Law) -> tuple[dict[str, Finding], list[str]]:
    findings: dict[str, Finding] = {}
    reasons: list[str] = []
    excused = False
    for rule in law.rules:
        try:
            claims = rule.check(case)
            if not claims:
                continue
            claimed = [Finding.of(rule, case, claim) for claim in claims]
        except Exception as error:  # a rule that errors never upholds
            reasons.append(_reason(f"rule {rule.code} failed on change {case.change.change_id}", error))
            continue
        if rule.code in case.requirement.waived:
            excused = excused or bool(claimed)
        else:
            for finding in claimed:
                findings[finding.finding_id] = finding
    if not findings and not reasons and not excused and not case.consent.is_met:
        reasons.append(
            f"change {case.change.change_id} lacks the approvals required, and no rule of the catalogue says why"
        )
    return findings, reasons


def _reason(what: str, error: Exception) -> str:
    return f"{what}: {type(error).__name__}: {error}"[:REASON_TEXT_MAX]
