"""SQL is split at the semicolons that end statements, and at no other."""

from __future__ import annotations

import pytest

from streams.ledger.statements import Unclosed, statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;", ["SELECT 1"]),
        ("SELECT 1; SELECT 2;\n", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT 2", ["SELECT ';'", "SELECT 2"]),
        (r"SELECT 'it\'s; so'; SELECT 2", [r"SELECT 'it\'s; so'", "SELECT 2"]),
        ("SELECT 'it''s; so'; SELECT 2", ["SELECT 'it''s; so'", "SELECT 2"]),
        (r"SELECT 'ends in \\'; SELECT 2", [r"SELECT 'ends in \\'", "SELECT 2"]),
        ('SELECT "a;b", `c;d`; SELECT 2', ['SELECT "a;b", `c;d`', "SELECT 2"]),
        ("SELECT 1 -- not; here\n; SELECT 2", ["SELECT 1 -- not; here", "SELECT 2"]),
        ("SELECT 1 /* nor; here */; SELECT 2", ["SELECT 1 /* nor; here */", "SELECT 2"]),
        ("SELECT 1 # nor; here\n; SELECT 2", ["SELECT 1 # nor; here", "SELECT 2"]),
        ("SELECT $tag$ a; b $tag$; SELECT 2", ["SELECT $tag$ a; b $tag$", "SELECT 2"]),
        ("SELECT '--;'; SELECT 2", ["SELECT '--;'", "SELECT 2"]),
        ("-- what's this; only a comment\n", []),
        ("-- what's this\nSELECT 1;\n-- and the end", ["-- what's this\nSELECT 1"]),
        (" ; ;\n;", []),
        ("SELECT 4 / 2 - 1", ["SELECT 4 / 2 - 1"]),
        ("SELECT '🙂;' ; SELECT 'ä'", ["SELECT '🙂;'", "SELECT 'ä'"]),
    ],
)
def test_statements_end_where_they_end(text: str, expected: list[str]) -> None:
    assert list(statements(text)) == expected


@pytest.mark.parametrize("text", ["SELECT 1;\nSELECT 'open", "SELECT 1;\nSELECT `open", "SELECT 1;\n/* open; SELECT 2"])
def test_what_does_not_end_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(Unclosed, match="line 2"):
        list(statements(text))
