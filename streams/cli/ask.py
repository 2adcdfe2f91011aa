"""The verbs that ask: `explain` one decision, `sql` for everything else."""

import sys

import click

from streams.cli.verb import Verb, note, settings


@click.command(
    cls=Verb,
    short_help="Tell the story of one decision.",
    examples=(
        "clawback explain svc-ci-admin",
        "clawback explain svc-ci-admin --json | jq '.timeline[].says'",
        "clawback explain svc-ci-admin --file examples/unapproved.jsonl --agents examples/agents.jsonl \\",
        "    --policy examples/demo-policy.yaml             # from a file, with no broker and no ClickHouse",
    ),
)
@click.argument("decision")
@click.option("--file", "files", multiple=True, metavar="FILE", help="Judge this file instead of asking ClickHouse.")
@click.option("--policy", metavar="FILE", help="With --file: the policy to judge by.")
@click.option("--agents", multiple=True, metavar="FILE", help="With --file: agents of the registry.")
@click.option("--tenant", default="default", show_default=True, help="Whose decision it is.")
@click.option("--json", "as_json", is_flag=True, help="Print the story as one JSON object.")
def explain(
    decision: str, files: tuple[str, ...], policy: str | None, agents: tuple[str, ...], tenant: str, as_json: bool
) -> None:
    """Tell the story of one decision: who asked, what the model saw, who agreed, what was done, and how it was judged.

    The story comes from ClickHouse, or with --file from a file of events. A decision that is not known: exit code 1.
    """
    from streams.ops.explain import from_clickhouse, from_files  # noqa: PLC0415 - keeps `--help` quick

    if not files and (policy or agents):
        raise click.UsageError("--policy and --agents go with --file; stories from ClickHouse are already judged.")
    story = (
        from_files(decision, tenant, files, policy=policy, agents=agents, bad=lambda line: note(str(line)))
        if files
        else from_clickhouse(decision, tenant, settings())
    )
    if as_json:
        import orjson  # noqa: PLC0415 - as above

        click.echo(orjson.dumps(story.plain(), option=orjson.OPT_INDENT_2))
        return
    from streams.ops.story_view import StoryView  # noqa: PLC0415 - as above
    from streams.ops.terminal import show  # noqa: PLC0415 - as above

    show(StoryView(story))


@click.command(
    cls=Verb,
    short_help="Ask ClickHouse.",
    examples=(
        'clawback sql "SELECT judgement, count() FROM verdicts_latest GROUP BY judgement"',
        'clawback sql "SELECT * FROM decision_chain WHERE decision_id = {d:String}" --param d=svc-ci-admin --json',
        "echo 'SHOW TABLES' | clawback sql -",
    ),
)
@click.argument("query")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A value for {NAME:Type} in the query.")
@click.option("--json", "as_json", is_flag=True, help="Print every row as one JSON object a line, without a limit.")
@click.option("--limit", default=200, show_default=True, help="Rows to show as a table.")
def sql(query: str, params: tuple[str, ...], as_json: bool, limit: int) -> None:
    """Ask ClickHouse: the one in CLAWBACK_CLICKHOUSE, or the one that `clawback up` runs here.

    QUERY is one statement; `-` reads it from standard input.
    """
    from streams.ops.sql import ask, given  # noqa: PLC0415 - keeps `--help` quick

    statement = sys.stdin.read() if query == "-" else query
    answer = ask(statement, settings(), params=given(params), ours=False)
    if as_json:
        for line in answer.json_lines():
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
        return
    from streams.ops.terminal import show  # noqa: PLC0415 - as above

    shown = answer.table(limit)
    if shown is not None:
        show(shown)
    if answer.count > limit:
        note(f"{limit} of {answer.count} rows are shown; --limit shows more, --json all")
