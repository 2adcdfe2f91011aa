"""The verbs that check files: `policy` and `schemas`."""

import sys

import click

from streams.cli.verb import Verb, Verbs, note, settings
from streams.ops.errors import Misconfigured, NotFine, NotThere


@click.group(cls=Verbs, short_help="Check a policy file.", examples=("clawback policy check policy.yaml",))
def policy() -> None:
    """Work on policies: one file that says what is required of a change."""


@policy.command(
    "check",
    cls=Verb,
    examples=(
        "clawback policy check policy.yaml",
        "clawback policy check examples/demo-policy.yaml --json | jq -r .digest",
    ),
)
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def policy_check(file: str, as_json: bool) -> None:
    """Say whether a policy would be accepted, with file, line and reason of everything that is wrong with it."""
    from streams.ops.policy_check import check  # noqa: PLC0415 - keeps `--help` quick

    result = check(file)
    if as_json:
        import orjson  # noqa: PLC0415 - as above

        click.echo(orjson.dumps(result.plain, option=orjson.OPT_SORT_KEYS))
    elif result.policy is not None:
        click.echo(result.sentence)
    for problem in result.problems:
        note(problem)
    sys.exit(NotFine.exit_code if result.problems else 0)


@click.group(
    cls=Verbs,
    short_help="Check, list and register the Avro schemas.",
    examples=("clawback schemas check", "clawback schemas list --json"),
)
def schemas() -> None:
    """Work on the Avro schemas of everything that travels on the topics."""


@schemas.command("check", cls=Verb, examples=("clawback schemas check",))
@click.option("--json", "as_json", is_flag=True, help="Print the problems as one JSON object.")
def schemas_check(as_json: bool) -> None:
    """Say whether the schemas are released, and still read everything that was written before."""
    from streams.ops.schemas import check  # noqa: PLC0415 - keeps `--help` quick

    problems = check()
    if as_json:
        import orjson  # noqa: PLC0415 - as above

        click.echo(orjson.dumps({"ok": not problems, "problems": problems}))
    elif not problems:
        click.echo("the schemas are released, and read every version before them")
    for problem in problems:
        note(problem)
    sys.exit(NotFine.exit_code if problems else 0)


@schemas.command(
    "register",
    cls=Verb,
    examples=(
        "SCHEMA_REGISTRY_URL=http://registry:8081 clawback schemas register",
        "clawback schemas register --url http://user:secret@registry:8081",
    ),
)
@click.option("--url", metavar="URL", help="The registry [default: SCHEMA_REGISTRY_URL].")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per version.")
def schemas_register(url: str | None, as_json: bool) -> None:
    """Register every released version at a Confluent-compatible registry. Doing it again changes nothing."""
    from streams.codec.errors import RegistryError  # noqa: PLC0415 - keeps `--help` quick
    from streams.ops.schemas import register  # noqa: PLC0415 - as above

    here = settings(schema_registry_url=url)
    if not here.schema_registry_url:
        raise Misconfigured("no registry is named: set SCHEMA_REGISTRY_URL or give --url. None is needed to run.")
    try:
        done = register(here.schema_registry_url, topic_prefix=here.topic_prefix)
    except RegistryError as error:
        raise NotThere(str(error)) from error
    if as_json:
        import orjson  # noqa: PLC0415 - as above

        for registered in done:
            click.echo(orjson.dumps(registered, option=orjson.OPT_SORT_KEYS))
        return
    for registered in done:
        click.echo(f"{registered.subject:<34} version {registered.version}  id {registered.schema_id}")


@schemas.command("list", cls=Verb, examples=("clawback schemas list", "clawback schemas list --json | jq .schema"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per version, with the schema.")
def schemas_list(as_json: bool) -> None:
    """List every released version of every schema, with the id under which it travels without a registry."""
    from streams.codec.released import Releases  # noqa: PLC0415 - keeps `--help` quick

    for entry in Releases.load().releases:
        if as_json:
            import orjson  # noqa: PLC0415 - as above

            click.echo(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS))
        else:
            click.echo(f"{entry.id:>4}  {entry.kind:<14} version {entry.version}  {entry.fingerprint[:16]}")
