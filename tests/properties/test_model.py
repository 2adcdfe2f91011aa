"""The product judges every generated chain exactly as the naive model does."""

from hypothesis import given

from streams.core.chain import Chain
from streams.core.evidence import Evidence
from streams.core.law import Law
from streams.core.verdict import assess
from tests.model.reference import judge
from tests.strategies import chains, debates, folded, laws


@given(chains(), laws())
def test_the_model_judges_any_chain_the_same(chain: Chain, law: Law) -> None:
    compare(chain, law)


@given(debates())
def test_the_model_judges_any_debate_the_same(debate: tuple[tuple[Evidence, ...], Law]) -> None:
    evidence, law = debate
    compare(folded(evidence), law)


def compare(chain: Chain, law: Law) -> None:
    made = assess(chain, chain.changes, law)
    judgement, found = judge(chain, law)
    assert {(f.change_id, f.code) for f in made.findings} == found
    assert made.judgement.value == judgement
