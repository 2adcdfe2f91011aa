"""Verdict: what the findings on a chain amount to; total, ordered, and never `upheld` by accident."""

from collections.abc import Iterable
from enum import StrEnum
from itertools import chain as chained
from itertools import groupby, islice
from operator import attrgetter

from streams.core.chain import CHAIN_LINKS_MAX, Chain
from streams.core.evidence import Change
from streams.core.finding import Finding, Severity
from streams.core.ids import ChangeId, DecisionId, TenantId, VerdictId, digest
from streams.core.law import Law
from streams.core.opinion import Opinion, Opinions
from streams.core.requirement import RANKS, Mode, Response
from streams.core.time import Millis
from streams.core.value import Value

FINDINGS_MAX = 64
REASONS_MAX = 64
"""Findings and reasons that one verdict lists. With the bounds of each they keep the largest verdict well below the
1 MiB that a broker takes; what is beyond them is counted, and every command is derived from all of them."""


class Judgement(StrEnum):
    """What a verdict says. `indeterminate` is not a milder `upheld`: it means that nobody can say so."""

    UPHELD = "upheld"
    VIOLATED = "violated"
    INDETERMINATE = "indeterminate"


class Assessment(Value, frozen=True, kw_only=True):
    """What is found on a chain as of one instant: the content of a verdict, before it has a place in history."""

    judgement: Judgement
    findings: tuple[Finding, ...]
    reasons: tuple[str, ...]
    changes: tuple[ChangeId, ...]
    classes: tuple[str, ...]
    response: Response


class Verdict(Value, frozen=True, kw_only=True):
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


def assess(
    chain: Chain, due: Iterable[Change], law: Law, opinions: Opinions | None = None, *, beyond_horizon: bool = False
) -> Assessment:
    """Judge the due changes of a chain. A violation trumps an error; an error never upholds.

    `due`: the changes whose grace is over. `beyond_horizon`: evidence of this decision may already have been
    forgotten when this chain began. `opinions`: those on its changes at earlier instants, under the same law.
    """
    opinions = opinions or Opinions(law)
    changes = sorted(due, key=_when)
    held = [opinions.on(chain, change) for change in changes if change.took_effect]
    reasons = _gaps(chain, beyond_horizon=beyond_horizon).union(*[opinion.reasons for opinion in held])
    findings = _in_order(held)
    judgement = Judgement.VIOLATED if findings else Judgement.INDETERMINATE if reasons else Judgement.UPHELD
    return Assessment(
        judgement=judgement,
        findings=findings,
        reasons=tuple(sorted(reasons)),
        changes=tuple(sorted({c.change_id for c in changes})),
        classes=tuple(sorted({opinion.operation_class for opinion in held if opinion.operation_class is not None})),
        response=max(set(map(attrgetter("response"), findings)), key=RANKS.__getitem__, default=Response.OBSERVE),
    )


def _when(change: Change) -> tuple[Millis, str]:
    return change.executed_at, change.event_id


def _in_order(opinions: list[Opinion]) -> tuple[Finding, ...]:
    """Put all findings into one order: code, change, id; each but once.

    There may be some ten thousand, so they are moved by the group: those of one code about one change.
    """
    places: dict[tuple[str, ChangeId], tuple[Finding, ...]] = {}
    for group in (group for opinion in opinions for group in opinion.findings):
        place = group[0].code, group[0].change_id
        places[place] = _merged(places[place], group) if place in places else group
    return tuple(chained.from_iterable([places[place] for place in sorted(places)]))


def _merged(one: tuple[Finding, ...], other: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Join what two events of one and the same change led to."""
    by_id = {finding.finding_id: finding for finding in (*one, *other)}
    return tuple([by_id[finding_id] for finding_id in sorted(by_id)])


def _gaps(chain: Chain, *, beyond_horizon: bool) -> set[str]:
    """Name what makes the chain itself doubtful."""
    gaps = {f"event {event_id} was received with different contents" for event_id in chain.conflicts}
    if chain.overflow_from is not None:
        gaps.add(f"the chain has more than {CHAIN_LINKS_MAX} facts; only the first {CHAIN_LINKS_MAX} were judged")
    if beyond_horizon:
        gaps.add("the evidence is older than the horizon; other evidence of this decision may have been forgotten")
    if len({change.change_id for change in chain.changes}) < len(chain.changes):
        for change_id, same in groupby(sorted(chain.changes, key=_id), key=_id):
            reported = tuple(same)
            if len(reported) > 1 and len({change.action_digest for change in reported}) > 1:
                gaps.add(f"change {change_id} was reported with different contents")
    return gaps


def _id(change: Change) -> ChangeId:
    return change.change_id


def content_of(assessment: Assessment, law: Law) -> str:
    """Digest what an assessment says, under which policy; equal content is never said twice in a row."""
    policy = law.policy
    return digest(
        "says",
        assessment.judgement,
        tuple(map(attrgetter("finding_id"), assessment.findings)),
        assessment.reasons,
        assessment.changes,
        policy.mode,
        policy.digest,
    )


def pronounce(
    chain: Chain,
    assessment: Assessment,
    law: Law,
    *,
    content: str,
    judged_at: Millis,
    version: int,
    supersedes: VerdictId | None,
) -> Verdict:
    """Give an assessment its place in the history of its decision. `content`: as of `content_of`."""
    identity = digest("vrd", chain.tenant, chain.decision_id, version, supersedes, content)
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
    by_severity = (
        place for severity in reversed(Severity) for place, f in enumerate(findings) if f.severity is severity
    )
    return tuple([findings[place] for place in sorted(islice(by_severity, FINDINGS_MAX))])


def _listed(assessment: Assessment) -> tuple[str, ...]:
    """Take as many reasons as a verdict lists, and say how much else there is."""
    if len(assessment.findings) <= FINDINGS_MAX and len(assessment.reasons) <= REASONS_MAX - 2:
        return assessment.reasons
    beyond = len(assessment.findings) - FINDINGS_MAX
    more = (f"{beyond} more findings are not listed",) if beyond > 0 else ()
    kept = assessment.reasons[: REASONS_MAX - 2]
    unlisted = len(assessment.reasons) - len(kept)
    return (*kept, *more, *((f"{unlisted} more reasons are not listed",) if unlisted else ()))
