"""The catalogue of framework ids: every id that a rule cites is in it, and no entry claims more than it may."""

import json
import re
from pathlib import Path

import pytest

import streams.core.rules
from streams.core.finding import Rule
from streams.core.rules import RULES

FILE = Path(streams.core.rules.__file__).with_name("frameworks.json")
ENTRIES: dict[str, dict[str, str]] = json.loads(FILE.read_text("utf-8"))

SHAPES = {
    "OWASP Top 10 for Agentic Applications": r"ASI(0[1-9]|10)",
    "OWASP Non-Human Identities Top 10": r"NHI([1-9]|10):2025",
    "OWASP AI Security Verification Standard": r"AISVS-\d+\.\d+\.\d+",
    "CSA MAESTRO": r"MAESTRO-L[1-7]",
    "NIST AI Risk Management Framework": r"RMF-(GOVERN|MAP|MEASURE|MANAGE)-\d\.\d+",
    "NIST Cybersecurity Framework": r"CSF-(GV|ID|PR|DE|RS|RC)\.[A-Z]{2}-\d\d",
    "NIST SP 800-53": r"SP800-53-[A-Z]{2}-\d+(\(\d+\))?",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_id_that_a_rule_cites_is_in_the_catalogue(rule: Rule) -> None:
    assert [cited for cited in rule.frameworks if cited not in ENTRIES] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_cites_something_and_nothing_twice(rule: Rule) -> None:
    assert rule.frameworks
    assert len(set(rule.frameworks)) == len(rule.frameworks)


def test_every_entry_has_title_framework_edition_and_source() -> None:
    for entry in ENTRIES.values():
        assert set(entry) == {"title", "framework", "edition", "source"}
        assert all(text.strip() == text and text for text in entry.values())


def test_every_id_has_the_shape_of_its_framework() -> None:
    for key, entry in ENTRIES.items():
        assert re.fullmatch(SHAPES[entry["framework"]], key), key


def test_one_framework_has_one_edition_and_one_source() -> None:
    for framework in SHAPES:
        about = {(e["edition"], e["source"]) for e in ENTRIES.values() if e["framework"] == framework}
        assert len(about) == 1, framework


def test_no_id_is_written_twice_in_the_file() -> None:
    pairs: list[str] = []
    json.loads(FILE.read_text("utf-8"), object_pairs_hook=lambda found: pairs.extend(key for key, _ in found))
    ids = [key for key in pairs if key not in {"title", "framework", "edition", "source"}]
    assert len(ids) == len(set(ids)) == len(ENTRIES)


def test_nothing_claims_that_anybody_complies() -> None:
    texts = [FILE.read_text("utf-8"), *(path.read_text("utf-8") for path in FILE.parent.glob("*.py"))]
    for text in texts:
        assert not re.search(r"\bcompl(ies|iant|y)\b", text, re.IGNORECASE)
