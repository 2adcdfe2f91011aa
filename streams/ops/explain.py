"""Explain: find everything that is recorded of one decision, in a file or in ClickHouse, and make it a story."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches

import orjson

from streams.codec.records import from_plain
from streams.core.command import Command
from streams.core.evidence import Evidence
from streams.core.ids import DecisionId, TenantId
from streams.core.verdict import Verdict
from streams.ops.errors import NotFine
from streams.ops.lines import BadLine
from streams.ops.replay import replay
from streams.ops.sql import ask
from streams.ops.story import Part, Story
from streams.settings import Settings

SIMILAR_MAX = 5
"""Decisions to suggest for one that is not known."""

CANDIDATES_MAX = 5_000
"""Newest decisions among which a similar one is looked for: cheap, and a typo is usually about today's."""

PARTS = """
SELECT kind, attrs FROM (
    SELECT toString(kind) AS kind, attrs FROM evidence FINAL
    WHERE tenant = {tenant:String} AND decision_id = {decision:String}
    UNION ALL
    SELECT 'verdict', attrs FROM verdicts FINAL WHERE tenant = {tenant:String} AND decision_id = {decision:String}
    UNION ALL
    SELECT 'revocation', attrs FROM commands FINAL WHERE tenant = {tenant:String} AND decision_id = {decision:String}
)
"""

KNOWN = """
SELECT decision_id FROM evidence WHERE tenant = {tenant:String}
GROUP BY decision_id ORDER BY max(occurred_at) DESC LIMIT {most:UInt32}
"""


def from_files(
    decision: str,
    tenant: str,
    files: tuple[str, ...],
    *,
    policy: str | None,
    agents: tuple[str, ...],
    bad: Callable[[BadLine], None],
) -> Story:
    """Judge files and tell the story of one decision in them. `bad` is told of lines that could not be taken.

    Raises:
        NotFine: the decision is not in the files.
        Misconfigured: a file is missing, or the policy does not load.
    """
    replayed = replay(files, policy=policy, agents=agents)
    for line in replayed.bad:
        bad(line)
    for judged in replayed.decisions:
        if (judged.tenant, judged.decision_id) == (tenant, decision):
            return Story.judged(judged)
    known = [d.decision_id for d in replayed.decisions if d.tenant == tenant]
    raise _unknown(decision, tenant, f"in {', '.join(files)}", known)


def from_clickhouse(decision: str, tenant: str, settings: Settings) -> Story:
    """Read a decision from ClickHouse and tell its story.

    Raises:
        NotFine: the decision is not there.
        NotThere: ClickHouse does not answer, or refuses.
    """
    rows = ask(PARTS, settings, params={"tenant": tenant, "decision": decision}).rows
    if rows:
        return Story.of(TenantId(tenant), DecisionId(decision), (part_of(kind, attrs) for kind, attrs in rows))
    known = ask(KNOWN, settings, params={"tenant": tenant, "most": CANDIDATES_MAX}).rows
    raise _unknown(decision, tenant, f"in ClickHouse at {settings.clickhouse_shown}", (row[0] for row in known))


def part_of(kind: str, attrs: str) -> Part:
    """Read one record as the ledger keeps it: its plain form as JSON.

    Raises:
        Malformed: it is not what the ledger writes.
    """
    record = from_plain(kind, orjson.loads(attrs))
    assert isinstance(record, Evidence | Verdict | Command)
    return record


def _unknown(decision: str, tenant: str, where: str, known: Iterable[str]) -> NotFine:
    similar = get_close_matches(decision, list(known), n=SIMILAR_MAX, cutoff=0.5)
    hint = f" Similar: {', '.join(similar)}." if similar else ""
    return NotFine(f"decision {decision} of tenant {tenant} is not known {where}.{hint}")
