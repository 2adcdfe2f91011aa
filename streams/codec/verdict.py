"""Verdicts with their findings, to plain values and back."""

from typing import Any

from streams.codec.bounds import CITED_MAX, DETAIL_CHARS_MAX, FINDINGS_MAX, LATEST_END
from streams.codec.fields import REQUIRED, Fields, members
from streams.core.finding import Finding, Severity
from streams.core.ids import DEFAULT_TENANT, ChangeId, DecisionId, EventId, FindingId, TenantId, VerdictId
from streams.core.requirement import Mode, Response
from streams.core.verdict import Judgement, Verdict

VERDICT = frozenset({
    "tenant", "decision_id", "verdict_id", "version", "supersedes", "judged_at", "judgement", "findings", "reasons",
    "changes", "classes", "response", "mode", "policy_version", "policy_digest",
})  # fmt: skip
FINDING = frozenset({"finding_id", "code", "severity", "change_id", "message", "cites", "response", "agent_id"})
JUDGEMENTS = members(Judgement)
SEVERITIES = members(Severity)
RESPONSES = members(Response)
MODES = members(Mode)


def to_plain(verdict: Verdict) -> dict[str, Any]:
    """Write a verdict."""
    return {
        "tenant": verdict.tenant,
        "decision_id": verdict.decision_id,
        "verdict_id": verdict.verdict_id,
        "version": verdict.version,
        "supersedes": verdict.supersedes,
        "judged_at": verdict.judged_at,
        "judgement": str(verdict.judgement),
        "findings": [finding_to_plain(finding) for finding in verdict.findings],
        "reasons": list(verdict.reasons),
        "changes": list(verdict.changes),
        "classes": list(verdict.classes),
        "response": str(verdict.response),
        "mode": str(verdict.mode),
        "policy_version": verdict.policy_version,
        "policy_digest": verdict.policy_digest,
    }


def finding_to_plain(finding: Finding) -> dict[str, Any]:
    """Write a finding."""
    return {
        "finding_id": finding.finding_id,
        "code": finding.code,
        "severity": str(finding.severity),
        "change_id": finding.change_id,
        "message": finding.message,
        "cites": list(finding.cites),
        "response": str(finding.response),
        "agent_id": finding.agent_id,
    }


def from_plain(plain: Any) -> Verdict:
    """Read a verdict."""
    fields = Fields(plain, "verdict", VERDICT)
    return Verdict(
        tenant=TenantId(fields.id("tenant", DEFAULT_TENANT)),
        decision_id=DecisionId(fields.id("decision_id")),
        verdict_id=VerdictId(fields.id("verdict_id")),
        version=fields.count("version", 1),
        supersedes=VerdictId(fields.id("supersedes")) if fields.has("supersedes") else None,
        judged_at=fields.instant("judged_at", LATEST_END),
        judgement=fields.choice("judgement", JUDGEMENTS),
        findings=tuple(_finding(each) for each in fields.objects("findings", FINDING, FINDINGS_MAX)),
        reasons=fields.texts("reasons", FINDINGS_MAX, DETAIL_CHARS_MAX),
        changes=tuple(map(ChangeId, fields.texts("changes", CITED_MAX))),
        classes=fields.texts("classes", CITED_MAX),
        response=fields.choice("response", RESPONSES),
        mode=fields.choice("mode", MODES),
        policy_version=fields.text("policy_version", default=REQUIRED),
        policy_digest=fields.text("policy_digest", default=REQUIRED),
    )


def _finding(fields: Fields) -> Finding:
    return Finding(
        finding_id=FindingId(fields.id("finding_id")),
        code=fields.id("code"),
        severity=fields.choice("severity", SEVERITIES),
        change_id=ChangeId(fields.id("change_id")),
        message=fields.text("message", DETAIL_CHARS_MAX, REQUIRED),
        cites=tuple(map(EventId, fields.texts("cites", CITED_MAX))),
        response=fields.choice("response", RESPONSES),
        agent_id=fields.optional("agent_id"),
    )
