"""THE table of tables: what the ledger writes, with its columns in the order in which rows carry them."""

from dataclasses import dataclass

LEDGER = ("ledger_topic", "ledger_partition", "ledger_offset")
"""Where a row comes from: the last three columns of every table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the ledger.

    `identity`: the column that, together with the offset, names one row: what is read back after a doubtful restart.
    `time`: the column that the partitions are made of, so that reading back need not look at every month.
    """

    name: str
    columns: tuple[str, ...]
    identity: str
    time: str

    @property
    def all_columns(self) -> tuple[str, ...]:
        """The columns of a row as it is written."""
        return (*self.columns, *LEDGER)

    def place(self, column: str) -> int:
        """Find a column in a row."""
        return self.all_columns.index(column)


EVIDENCE = Table(
    name="evidence", identity="digest", time="occurred_at",
    columns=(
        "tenant", "decision_id", "kind", "event_id", "digest", "record_id", "occurred_at", "source", "actor",
        "actor_kind", "agent", "action", "subject", "resource", "status", "privileged", "trace_id", "body", "attrs",
    ),
)  # fmt: skip
AGENTS = Table(
    name="agents", identity="digest", time="occurred_at",
    columns=(
        "tenant", "agent_id", "event_id", "digest", "occurred_at", "registered_at", "source", "owner", "owner_kind",
        "status", "authority", "environments", "attrs",
    ),
)  # fmt: skip
CURRENT_VERDICTS = Table(
    name="current_verdicts", identity="verdict_id", time="judged_at",
    columns=(
        "tenant", "decision_id", "version", "verdict_id", "supersedes", "judged_at", "judgement", "severity",
        "response", "mode", "codes", "reasons", "changes", "classes", "findings.finding_id", "findings.code",
        "findings.severity", "findings.response", "findings.change_id", "findings.agent", "findings.message",
        "policy_version", "policy_digest",
    ),
)  # fmt: skip
VERDICTS = Table(
    name="verdicts", identity="verdict_id", time="judged_at",
    columns=(*CURRENT_VERDICTS.columns, "attrs"),
)  # fmt: skip
FINDINGS = Table(
    name="findings", identity="finding_id", time="judged_at",
    columns=(
        "tenant", "decision_id", "version", "verdict_id", "finding_id", "judged_at", "code", "severity", "response",
        "mode", "change_id", "agent", "message", "cites",
    ),
)  # fmt: skip
COMMANDS = Table(
    name="commands", identity="command_id", time="issued_at",
    columns=(
        "tenant", "decision_id", "command_id", "verdict_id", "change_id", "issued_at", "action", "target", "ordinal",
        "operation", "subject", "subject_kind", "entitlements", "source", "rollback_reference", "reason",
        "compensates", "attrs",
    ),
)  # fmt: skip
QUARANTINE = Table(
    name="quarantine", identity="sha256", time="quarantined_at",
    columns=(
        "topic", "partition", "offset", "stage", "sha256", "quarantined_at", "reason", "key", "value", "original_size",
    ),
)  # fmt: skip
UNCORRELATED = Table(
    name="uncorrelated", identity="digest", time="occurred_at",
    columns=("tenant", "actor", "kind", "event_id", "digest", "occurred_at", "source", "attrs"),
)  # fmt: skip

TABLES: tuple[Table, ...] = (
    EVIDENCE, AGENTS, VERDICTS, CURRENT_VERDICTS, FINDINGS, COMMANDS, QUARANTINE, UNCORRELATED,
)  # fmt: skip
"""In the order in which a batch is written."""
