"""The root of the command line: every verb, in the order in which a newcomer meets them."""

import click

from streams.cli.ask import explain, sql
from streams.cli.checks import policy, schemas
from streams.cli.files import publish, replay
from streams.cli.serve import ledger, worker
from streams.cli.stack import demo, up
from streams.cli.stores import migrate, topics
from streams.cli.verb import Root


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    examples=(
        "clawback demo                                   # everything at once, on this machine alone",
        "clawback replay examples/unapproved.jsonl --agents examples/agents.jsonl --policy examples/demo-policy.yaml",
        "clawback up                                     # a stack to try things on, until Ctrl-C",
    ),
)
@click.version_option(package_name="clawback", message="clawback %(version)s")
def clawback() -> None:
    """Hold every identity change that an AI makes to its approval, and take it back when there is none.

    Settings come from the environment (CLAWBACK_KAFKA, CLAWBACK_CLICKHOUSE, ...). Exit codes: 0 fine, 1 what was asked
    about is not fine, 2 wrong usage or configuration, 3 a system that is needed is not there.
    """


for verb in (demo, up, replay, explain, publish, sql, worker, ledger, topics, migrate, policy, schemas):
    clawback.add_command(verb)
