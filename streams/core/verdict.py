"""Verdict: what the findings on a chain amount to; total, ordered, and never `upheld` by accident."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from streams.core.case import Case, involves_ai
from streams.core.chain import CHAIN_LINKS_MAX, Chain
from streams.core.evidence import Change
from streams.core.finding import Finding, Severity
from streams.core.ids import ChangeId, DecisionId, TenantId, VerdictId, digest
from streams.core.law import Law
from streams.core.requirement import Mode, Response
from streams.core.time import Millis

REASON_TEXT_MAX = 300
"""Characters of one reason; the text of somebody's exception must not fill a topic."""


FINDINGS_MAX = 64
REASONS_MAX = 64
"""Findings and reasons that one verdict lists. With the bounds of each they keep the largest verdict well below the
1 MiB that a broker takes; what is beyond them is counted, and every command is derived from all of them."""


class Judgement(StrEnum):
    """What a verdict says. `indeterminate` is not a milder `upheld`: it means that nobody can say so."""

    UPHELD = "upheld"
    VIOLATED = "violated"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What is found on a chain as of one instant: the content of a verdict, before it has a place in history."""

    judgement: Judgement
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...]
    changes: tuple[ChangeId, ...]
    classes: tuple[str, ...]
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One judgement of a decision. Later evidence makes a new version that `supersedes` this one.

    `judged_at`: the instant of event time as of which the chain was judged (ms since 1970, UTC), never a clock.
    `verdict_id`: a digest of what it says, its version and its predecessor.
    """

    tenant: TenantId
    decision_id: DecisionId
    verdict_id: VerdictId
    version: int
    supersedes: VerdictId | None
    judged_at: Millis
    judgement: Judgement
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...]
    changes: tuple[ChangeId, ...]
    classes: tuple[str, ...]
    response: Response
    mode: Mode
    policy_version: str
    policy_digest: str


def assess(chain: Chain, due: Iterable[Change], law: Law, *, beyond_horizon: bool = False) -> Assessment:
    """Judge the due changes of a chain. A violation trumps an error; an error never upholds.

    `due`: the changes whose grace is over. `beyond_horizon`: evidence of this decision may already have been
    forgotten when this chain began.
    """
    found: dict[str, Finding] = {}
    reasons: set[str] = set(_gaps(chain, beyond_horizon=beyond_horizon))
    changes = tuple(sorted(due, key=lambda c: (c.executed_at, c.event_id)))
    classes: set[str] = set()
    for change in changes:
        if not change.took_effect:
            continue
        try:
            ai = involves_ai(chain, change, law.registry)
            requirement = law.policy.requirement(change, ai=ai)
            case = Case.of(chain, change, requirement, law.registry, law.policy.timing.skew_ms)
        except Exception as error:  # whatever went wrong here, the change must not pass as upheld
            reasons.add(_reason(f"the policy could not be applied to change {change.change_id}", error))
            continue
        classes.add(requirement.operation_class)
        claimed, errors = _judge(case, law)
        found |= claimed
        reasons |= errors
    findings = sorted(found.values(), key=lambda f: (f.code, f.change_id, f.finding_id))
    judgement = Judgement.VIOLATED if findings else Judgement.INDETERMINATE if reasons else Judgement.UPHELD
    return Assessment(
        judgement=judgement,
        findings=tuple(findings),
        reasons=tuple(sorted(reasons)),
        changes=tuple(sorted({c.change_id for c in changes})),
        classes=tuple(sorted(classes)),
        response=max((f.response for f in findings), key=lambda r: r.rank, default=Response.OBSERVE),
    )


def _gaps(chain: Chain, *, beyond_horizon: bool) -> Iterable[str]:
    """Name what makes the chain itself doubtful."""
    if chain.overflow_from is not None:
        yield f"the chain has more than {CHAIN_LINKS_MAX} facts; only the first {CHAIN_LINKS_MAX} were judged"
    if beyond_horizon:
        yield "the evidence is older than the horizon; other evidence of this decision may have been forgotten"
    for event_id in chain.conflicts:
        yield f"event {event_id} was received with different contents"
    for change_id, same in groupby(sorted(chain.changes, key=lambda c: c.change_id), key=lambda c: c.change_id):
        reported = tuple(same)
        if len(reported) > 1 and len({change.action_digest for change in reported}) > 1:
            yield f"change {change_id} was reported with different contents"


def _judge(case: Case, law: Law) -> tuple[dict[str, Finding], set[str]]:
    findings: dict[str, Finding] = {}
    errors: set[str] = set()
    excused = False
    for rule in law.rules:
        try:
            claimed = [Finding.of(rule, case, claim) for claim in rule.check(case)]
        except Exception as error:  # a rule that errors never upholds
            errors.add(_reason(f"rule {rule.code} failed on change {case.change.change_id}", error))
            continue
        if rule.code in case.requirement.waived:
            excused = excused or bool(claimed)
        else:
            findings |= {finding.finding_id: finding for finding in claimed}
    if not findings and not errors and not excused and not case.consent.is_met:
        errors.add(
            f"change {case.change.change_id} lacks the approvals required, and no rule of the catalogue says why"
        )
    return findings, errors


def _reason(what: str, error: Exception) -> str:
    return f"{what}: {type(error).__name__}: {error}"[:REASON_TEXT_MAX]


def content_of(assessment: Assessment, law: Law) -> str:
    """Digest what an assessment says, under which policy; equal content is never said twice in a row."""
    return digest(
        "says",
        assessment.judgement,
        [f.finding_id for f in assessment.findings],
        assessment.reasons,
        assessment.changes,
        law.policy.mode,
        law.policy.digest,
    )


def pronounce(
    chain: Chain, assessment: Assessment, law: Law, *, judged_at: Millis, version: int, supersedes: VerdictId | None
) -> Verdict:
    """Give an assessment its place in the history of its decision."""
    identity = digest("vrd", chain.tenant, chain.decision_id, version, supersedes, content_of(assessment, law))
    return Verdict(
        tenant=chain.tenant,
        decision_id=chain.decision_id,
        verdict_id=VerdictId(identity),
        version=version,
        supersedes=supersedes,
        judged_at=judged_at,
        judgement=assessment.judgement,
        findings=_worst(assessment.findings),
        reasons=_listed(assessment),
        changes=assessment.changes,
        classes=assessment.classes,
        response=assessment.response,
        mode=law.policy.mode,
        policy_version=law.policy.version,
        policy_digest=law.policy.digest,
    )


def _worst(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Take as many findings as a verdict lists, the worst of them, in the order in which they are reported."""
    if len(findings) <= FINDINGS_MAX:
        return findings
    severe = sorted(findings, key=lambda f: -tuple(Severity).index(f.severity))[:FINDINGS_MAX]
    listed = {finding.finding_id for finding in severe}
    return tuple(finding for finding in findings if finding.finding_id in listed)


def _listed(assessment: Assessment) -> tuple[str, ...]:
    """Take as many reasons as a verdict lists, and say how much else there is."""
    beyond = len(assessment.findings) - FINDINGS_MAX
    more = (f"{beyond} more findings are not listed",) if beyond > 0 else ()
    kept = assessment.reasons[: REASONS_MAX - 2]
    unlisted = len(assessment.reasons) - len(kept)
    return (*kept, *more, *((f"{unlisted} more reasons are not listed",) if unlisted else ()))
