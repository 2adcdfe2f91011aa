"""Opinion: what all rules say about one change as of one instant, or why they could not say it."""

from collections.abc import Collection
from itertools import groupby
from operator import attrgetter

from streams.core.case import Case, involves_ai
from streams.core.chain import Chain
from streams.core.evidence import Change
from streams.core.finding import Claim, Finding
from streams.core.law import Law
from streams.core.value import Value

Made = dict[tuple[int, Claim], Finding]
"""What was made of each claim about one change under one requirement; before the claim, the place of its rule."""

REASON_TEXT_MAX = 300
"""Characters of one reason; the text of somebody's exception must not fill a topic."""


class Opinion(Value, frozen=True, kw_only=True):
    """What there is against a change, and what leaves it in doubt. `operation_class` None: the policy did not say.

    `findings`: one group for each code, by code, and within it by id.
    """

    operation_class: str | None = None
    findings: tuple[tuple[Finding, ...], ...] = ()
    reasons: tuple[str, ...] = ()


class Held(Value, frozen=True, kw_only=True):
    """The last opinion on a change, and what it rests on. `case` None: the policy could not be applied."""

    chain: Chain
    case: Case | None
    opinion: Opinion
    made: Made


class Opinions:
    """The opinions on the changes of one chain, from one instant to the next.

    An opinion rests on its case and the law alone. While the case stays the same so does the opinion; without that, a
    long chain would be judged again in full for each fact that it is long of.
    """

    def __init__(self, law: Law) -> None:
        """Begin with none."""
        self._law = law
        self._held: dict[int, Held] = {}

    def on(self, chain: Chain, change: Change) -> Opinion:
        """Give the opinion on a change of this chain, the former one where it still holds."""
        held = self._held.get(id(change))  # the chain that is held keeps the change, so no other comes by its `id`
        if held is None or held.chain.approvals != chain.approvals or held.chain.prompts != chain.prompts:
            held = self._held[id(change)] = self._anew(chain, change, held)
        return held.opinion

    def _anew(self, chain: Chain, change: Change, before: Held | None) -> Held:
        """Find what is required of a change, and ask every rule about it, unless nothing changed for it."""
        law, known = self._law, before.case if before is not None else None
        try:
            requirement = law.policy.requirement(change, ai=involves_ai(chain, change, law.registry))
            if known is not None and known.requirement != requirement:
                before = known = None
            votes = known.consent.votes if known is not None else ()
            case = Case.of(chain, change, requirement, law.registry, law.policy.timing.skew_ms, votes)
        except Exception as error:  # whatever went wrong here, the change must not pass as upheld
            why = _reason(f"the policy could not be applied to change {change.change_id}", error)
            return Held(chain=chain, case=None, opinion=Opinion(reasons=(why,)), made={})
        if before is not None and known == case:
            return Held(chain=chain, case=case, opinion=before.opinion, made=before.made)
        opinion, made = _asked(case, law, before.made if before is not None else {})
        return Held(chain=chain, case=case, opinion=opinion, made=made)


def _asked(case: Case, law: Law, made_before: Made) -> tuple[Opinion, Made]:
    """Ask every rule about a case."""
    findings: dict[str, Finding] = {}
    reasons: list[str] = []
    made: Made = {}
    excused = False
    for place, rule in enumerate(law.rules):
        try:
            claims = rule.check(case)
            if not claims:
                continue
            claimed = {
                (place, claim): made_before.get((place, claim)) or Finding.of(rule, case, claim) for claim in claims
            }
        except Exception as error:  # a rule that errors never upholds
            reasons.append(_reason(f"rule {rule.code} failed on change {case.change.change_id}", error))
            continue
        if rule.code in case.requirement.waived:
            excused = excused or bool(claimed)
            continue
        made.update(claimed)
        findings.update({finding.finding_id: finding for finding in claimed.values()})
    if not findings and not reasons and not excused and not case.consent.is_met:
        reasons.append(
            f"change {case.change.change_id} lacks the approvals required, and no rule of the catalogue says why"
        )
    opinion = Opinion(
        operation_class=case.requirement.operation_class,
        findings=_grouped(findings.values()) if findings else (),
        reasons=tuple(reasons),
    )
    return opinion, made


def _grouped(findings: Collection[Finding]) -> tuple[tuple[Finding, ...], ...]:
    if len(findings) == 1:
        return (tuple(findings),)
    in_order = sorted(findings, key=attrgetter("code", "finding_id"))
    return tuple([tuple(group) for _, group in groupby(in_order, key=attrgetter("code"))])


def _reason(what: str, error: Exception) -> str:
    return f"{what}: {type(error).__name__}: {error}"[:REASON_TEXT_MAX]
