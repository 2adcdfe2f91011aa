"""What real events become is what the golden files say, byte for byte, and every record of it fits its schema."""

import os
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from streams.adapters import ADAPTERS, adapt_bytes
from streams.codec.avro import AvroCodec
from streams.codec.records import from_plain, kind_of, to_plain
from streams.topics import RAW_SOURCES
from tests.golden.cases import EXPECTED, HERE, TENANT, expected_of, inputs, outcome
from tests.golden.tables import PAGE, page

CASES = [pytest.param(source, path, id=f"{source}/{path.stem}") for source, path in inputs()]
LEAST = {"okta": 8, "cloudtrail": 8, "otel": 5}


@pytest.mark.parametrize(("source", "path"), CASES)
def test_a_real_event_becomes_what_its_golden_file_says(source: str, path: Path) -> None:
    expected = expected_of(path)
    assert expected.exists(), "run `make golden` and review what it writes"
    assert outcome(source, path.read_bytes()) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize(("source", "path"), CASES)
def test_everything_an_adapter_gives_fits_its_schema(source: str, path: Path) -> None:
    codec = AvroCodec()
    adapted = adapt_bytes(source, path.read_bytes(), TENANT)
    for record in (*adapted.evidence, *adapted.undecided):
        assert from_plain(kind_of(record), to_plain(record)) == record
        assert codec.decode(codec.encode(record), kind_of(record)) == record


def test_every_raw_source_has_an_adapter_and_enough_cases() -> None:
    assert tuple(ADAPTERS) == RAW_SOURCES
    counts = Counter(source for source, _ in inputs())
    assert all(counts[source] >= LEAST[source] for source in RAW_SOURCES)


def test_every_golden_file_has_its_input() -> None:
    wanted = {expected_of(path) for _, path in inputs()}
    assert {path for path in HERE.glob(f"*/*{EXPECTED}") if path.parent.name in ADAPTERS} == wanted


def test_the_page_about_adapters_shows_their_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make golden`"


def test_the_seed_of_hashing_changes_nothing() -> None:
    program = (
        "import sys; from tests.golden.cases import inputs, outcome; "
        "sys.stdout.write(''.join(outcome(source, path.read_bytes()) for source, path in inputs()))"
    )
    said = {
        sha256(
            subprocess.run(
                [sys.executable, "-c", program],
                env={**os.environ, "PYTHONHASHSEED": seed},
                cwd=HERE.parents[1],
                capture_output=True,
                check=True,
            ).stdout
        ).hexdigest()
        for seed in ("0", "1", "4711")
    }
    assert len(said) == 1
