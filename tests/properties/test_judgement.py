"""What a judgement may never be: milder than its rules, without evidence, or upheld by accident."""

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from streams.core.case import Case
from streams.core.chain import Chain
from streams.core.evidence import Change
from streams.core.finding import Claim, Rule, Severity
from streams.core.law import Law
from streams.core.requirement import PolicyError, Requirement, Response
from streams.core.rules import RULES
from streams.core.verdict import Judgement, assess
from streams.testkit.policy import FixedPolicy
from streams.testkit.telling import Heard, tell
from tests.cast import DECISION, TIMING
from tests.model.reference import NOTHING_ASKED, is_agreed, is_refused
from tests.strategies import chains, laws, tellings

SEVERITY = (Judgement.UPHELD, Judgement.INDETERMINATE, Judgement.VIOLATED)


def rule(code: str, *said: str, error: Exception | None = None) -> Rule:
    """Make a rule that claims some sentences about every change, and then perhaps fails."""

    def check(case: Case) -> Iterator[Claim]:
        for message in said:
            yield Claim(message=message, cites=(case.change.event_id,))
        if error is not None:
            raise error

    return Rule(
        code=code,
        summary="made up",
        severity=Severity.LOW,
        responses=(Response.ALERT,),
        frameworks=(),
        check=check,
    )


BROKEN = st.builds(
    rule,
    st.just("BROKEN"),
    error=st.sampled_from((ValueError("no"), KeyError("missing"), ZeroDivisionError(), RecursionError())),
) | st.just(rule("BROKEN", "half a claim", error=AttributeError("x" * 1_000)))
RULE_SETS = st.lists(st.sampled_from(RULES), unique=True).map(tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedPolicy(FixedPolicy):
    """A policy with a condition that cannot be evaluated."""

    def requirement(self, change: Change, *, ai: bool) -> Requirement:
        raise PolicyError(f"no such key: {change.process}")


@given(chains(), laws(), RULE_SETS, BROKEN, st.booleans())
def test_a_rule_that_errors_never_upholds(
    chain: Chain, law: Law, rules: tuple[Rule, ...], broken: Rule, policy_too: bool
) -> None:
    whole = assess(chain, chain.changes, Law(law.policy, law.registry, rules))
    ill = assess(chain, chain.changes, Law(law.policy, law.registry, (*rules, broken)))
    assert ill.findings == whole.findings
    if any(change.took_effect for change in chain.changes):
        assert ill.judgement is not Judgement.UPHELD
        assert any("rule BROKEN failed" in reason for reason in ill.reasons)
        undecided = UndecidedPolicy(otherwise=Requirement(operation_class="any"), timing=TIMING)
        unread = assess(chain, chain.changes, Law(undecided, law.registry, rules))
        assert unread.judgement is Judgement.INDETERMINATE


@given(chains(), laws(), BROKEN, RULE_SETS)
def test_a_violation_trumps(chain: Chain, law: Law, broken: Rule, rules: tuple[Rule, ...]) -> None:
    claiming = rule("CLAIMING", "It was wrong.")
    made = assess(chain, chain.changes, Law(law.policy, law.registry, (broken, *rules, claiming)))
    if any(change.took_effect for change in chain.changes):
        assert made.judgement is Judgement.VIOLATED
        assert "CLAIMING" in {finding.code for finding in made.findings}


@given(chains(), laws(), RULE_SETS, RULE_SETS)
def test_more_rules_never_absolve(chain: Chain, law: Law, some: tuple[Rule, ...], others: tuple[Rule, ...]) -> None:
    # A rule that the policy itself waives is there to absolve: that is what an exception is.
    waived = {code for change in chain.changes for code in law.policy.requirement(change, ai=True).waived}
    more = (*some, *(r for r in others if r not in some and r.code not in waived))
    few_made = assess(chain, chain.changes, Law(law.policy, law.registry, some))
    more_made = assess(chain, chain.changes, Law(law.policy, law.registry, more))
    assert set(few_made.findings) <= set(more_made.findings)
    assert SEVERITY.index(few_made.judgement) <= SEVERITY.index(more_made.judgement)


@given(tellings())
def test_no_finding_without_cited_evidence(telling: tuple[tuple[Heard, ...], Law]) -> None:
    heard, law = telling
    facts = {fact.event_id: fact for hearing in heard for fact in hearing.evidence}
    for verdict in tell(heard, law, decision_id=DECISION).verdicts:
        assert (verdict.judgement is Judgement.VIOLATED) == bool(verdict.findings)
        assert verdict.judgement is not Judgement.INDETERMINATE or verdict.reasons
        for finding in verdict.findings:
            assert set(finding.cites) <= facts.keys()
            assert finding.cites == tuple(sorted(set(finding.cites)))
            assert finding.change_id in {
                change.change_id
                for hearing in heard
                for change in hearing.evidence
                if isinstance(change, Change) and change.event_id in finding.cites
            }


@given(chains(), laws(), RULE_SETS)
def test_upheld_only_if_approved_and_in_force(chain: Chain, law: Law, some: tuple[Rule, ...]) -> None:
    for rules in (RULES, some):
        if assess(chain, chain.changes, Law(law.policy, law.registry, rules)).judgement is not Judgement.UPHELD:
            continue
        for change in chain.changes:
            asked = law.policy.requirement(change, ai=True)
            required = asked.approvals or NOTHING_ASKED
            if change.took_effect and not asked.waived:
                # Also when the rule that would say so is missing: nothing found wrong is no proof that all was right.
                assert is_agreed(change, chain, required, law.registry, TIMING.skew_ms)
                assert rules is not RULES or not is_refused(change, chain, TIMING.skew_ms)
