"""The verbs that prepare Kafka and ClickHouse: `topics` and `migrate`."""

import sys

import click

from streams.cli.verb import Verb, note, settings
from streams.ops.errors import NotFine, NotThere


@click.command(
    cls=Verb,
    short_help="Make and check the topics.",
    examples=(
        "CLAWBACK_KAFKA=broker:9092 CLAWBACK_PARTITIONS=32 clawback topics",
        "clawback topics --check        # exit code 1 when something is missing or does not fit",
        "clawback topics --docs > docs/topics.md",
    ),
)
@click.option("--check", is_flag=True, help="Only compare the cluster with what is needed; make nothing.")
@click.option("--docs", is_flag=True, help="Print the table of topics as Markdown; ask no cluster.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def topics(check: bool, docs: bool, as_json: bool) -> None:
    """Make the topics that are missing, and check that those that exist fit together."""
    if docs:
        from streams.ops.topic_docs import markdown  # noqa: PLC0415 - keeps `--help` quick

        click.echo(markdown(), nl=False)
        return
    from streams.ops.publish import hushed  # noqa: PLC0415 - as above
    from streams.transport.admin import KafkaUnavailable, check_topics, ensure_topics  # noqa: PLC0415 - as above

    here = settings()
    try:
        report = check_topics(hushed(here)) if check else ensure_topics(hushed(here))
    except KafkaUnavailable as unavailable:
        raise NotThere(str(unavailable)) from unavailable
    if as_json:
        import orjson  # noqa: PLC0415 - as above

        click.echo(orjson.dumps(report, option=orjson.OPT_SORT_KEYS))
    else:
        for name in report.created:
            click.echo(f"made   {name}")
        for name in sorted(set(report.present) - set(report.created)):
            click.echo(f"there  {name}")
    for problem in report.problems:
        note(problem)
    sys.exit(NotFine.exit_code if report.problems else 0)


@click.command(
    cls=Verb,
    short_help="Bring the tables of ClickHouse to this version.",
    examples=(
        "CLAWBACK_CLICKHOUSE=http://admin:secret@clickhouse:8123/clawback clawback migrate",
        "clawback migrate --status",
        "clawback migrate --down 1        # takes the newest back, with the rows in it",
    ),
)
@click.option("--status", is_flag=True, help="Only say what is applied and what is not.")
@click.option("--down", type=click.IntRange(min=1), metavar="N", help="Take back the last N migrations.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per migration.")
def migrate(status: bool, down: int | None, as_json: bool) -> None:
    """Make the database and its tables, or bring them to this version. Doing it again changes nothing.

    With --status the exit code is 1 when something is not applied, or not as this version has it.
    """
    from streams.ops import migrate as migrations  # noqa: PLC0415 - keeps `--help` quick

    if status and down:
        raise click.UsageError("--status and --down do not go together.")
    here = settings()
    if status:
        standings = migrations.status(here)
    elif down:
        standings = migrations.down(here, steps=down)
    else:
        standings = migrations.up(here)
    for standing in standings:
        if as_json:
            import orjson  # noqa: PLC0415 - as above

            click.echo(orjson.dumps(standing, option=orjson.OPT_SORT_KEYS))
        else:
            click.echo(f"{standing.version:04d}  {standing.state:<8}  {standing.name}")
    if not standings and not as_json:
        note("nothing to do")
    applied = migrations.State.APPLIED
    sys.exit(NotFine.exit_code if status and any(s.state is not applied for s in standings) else 0)
