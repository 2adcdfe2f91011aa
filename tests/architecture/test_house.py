"""Every file says what it is and stays small; nothing names a machine, a registry or a dependency nobody explained."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "streams").rglob("*.py"))
LINES_MAX = 300
"""A file beyond this has more than one idea in it."""


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_opens_with_a_sentence_and_has_one_idea(path: Path) -> None:
    text = path.read_text()
    said = ast.get_docstring(ast.parse(text))
    assert said, "no docstring"
    assert said.split("\n\n")[0].rstrip().endswith((".", "?")), "its first paragraph is not a sentence"
    assert text.count("\n") <= LINES_MAX


def test_nothing_names_a_machine_or_a_registry() -> None:
    hosts = ("pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "repo1." + "maven", "repo." + "maven")
    homes = ("/ro" + "ot/", "/home/" + "runner", "/wo" + "rk/")
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        if path.suffix not in {".png", ".gz"}
        for word in (*hosts, *homes)
        if re.search(rf"(?<![\w.]){re.escape(word)}", path.read_text(errors="replace"))
    ]
    assert not found


def test_every_dependency_is_explained_and_locked_by_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [
        *project["project"]["dependencies"],
        *(d for extra in project["project"]["optional-dependencies"].values() for d in extra),
        *(d for group in project["dependency-groups"].values() for d in group if isinstance(d, str)),
    ]
    names = {re.split(r"[\[=<>~! ]", d)[0] for d in declared}
    explained = (ROOT / "docs/dependencies.md").read_text()
    assert not {name for name in names if name not in explained}
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        pinned = re.findall(r"^([a-z0-9-]+(?:\[[a-z,]+\])?)==\S+ \\\n    --hash=sha256:", text, flags=re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[a-z]", text, flags=re.MULTILINE))
        assert "--index" not in text
        assert "://" not in text


def test_every_rule_file_is_in_the_catalogue_and_named_after_its_code() -> None:
    from streams.core.rules import RULES

    files = {p.stem.upper() for p in (ROOT / "streams/core/rules").glob("*.py") if p.stem != "__init__"}
    assert files == {rule.code for rule in RULES}
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_the_page_of_topics_is_what_the_table_of_topics_says() -> None:
    from streams.ops.topic_docs import markdown

    assert (ROOT / "docs/topics.md").read_text().rstrip().endswith(markdown().rstrip())


def test_the_readme_names_every_finding_as_the_catalogue_does() -> None:
    from streams.core.rules import RULES

    readme = (ROOT / "README.md").read_text().lower()
    assert not [rule.code for rule in RULES if f"| `{rule.code}` | {rule.summary} |".lower() not in readme]


def test_every_promise_is_kept_by_tests_that_exist() -> None:
    promised = set(re.findall(r"`(tests/[^`*]+)`", (ROOT / "docs/guarantees.md").read_text()))
    assert promised
    assert not [path for path in promised if not (ROOT / path).exists()]
