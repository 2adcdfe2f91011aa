"""The verbs on files of events: `publish` and `replay`."""

import sys

import click

from streams.cli.verb import Verb, note, settings
from streams.core.time import Millis

FILES = click.argument("files", nargs=-1, required=True, metavar="FILE...")


@click.command(
    cls=Verb,
    short_help="Judge recorded events: no broker, JSON lines out.",
    examples=(
        "clawback replay examples/unapproved.jsonl --agents examples/agents.jsonl --policy examples/demo-policy.yaml",
        "clawback replay day.jsonl --policy new-policy.yaml --sums     # what would change?",
        "zcat archive.jsonl.gz | clawback replay - | jq -r .data.judgement",
    ),
)
@FILES
@click.option("--policy", metavar="FILE", help="The policy to judge by [default: the one that ships with Clawback].")
@click.option("--agents", multiple=True, metavar="FILE", help="Agents of the registry, as JSON lines. May be repeated.")
@click.option("--sums", is_flag=True, help="Print only the counts and the SHA-256 of the lines, as one JSON object.")
@click.option("--json", "_json", is_flag=True, help="JSON lines; there is no other form.")
def replay(files: tuple[str, ...], policy: str | None, agents: tuple[str, ...], sums: bool, _json: bool) -> None:
    """Judge recorded events with no broker, and print verdicts and commands as JSON lines.

    FILE holds CloudEvents JSON lines: evidence, agents, `raw.<platform>` events, and ticks of the watermark; `-` is
    standard input. The same input always prints the same bytes. A bad line is named on stderr, the others are judged
    all the same, and the exit code is 1. A violation is a result, not an error.
    """
    from streams.ops.replay import replay as run  # noqa: PLC0415 - keeps `--help` quick

    replayed = run(files, policy=policy, agents=agents)
    if sums:
        import orjson  # noqa: PLC0415 - as above

        click.echo(orjson.dumps(replayed.sums, option=orjson.OPT_SORT_KEYS))
    else:
        for line in replayed.lines:
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
    for bad in replayed.bad:
        note(str(bad))
    if replayed.undecided:
        note(f"{replayed.undecided} platform events name no decision and were not judged")
    sys.exit(1 if replayed.bad else 0)


@click.command(
    cls=Verb,
    short_help="Send recorded events to their topics.",
    examples=(
        "clawback publish examples/agents.jsonl examples/unapproved.jsonl",
        "clawback publish --redate examples/agents.jsonl examples/approved.jsonl    # as if it happened now",
        "clawback publish --check export.jsonl                                      # look only, send nothing",
    ),
)
@FILES
@click.option("--redate", is_flag=True, help="Move all times by one span, so that the newest event is now.")
@click.option("--now", metavar="TIME", help="What now is for --redate, e.g. 2026-11-23T10:00:00Z [default: the clock].")
@click.option("--check", is_flag=True, help="Read and check the files; send nothing, and ask no broker.")
@click.option("--json", "as_json", is_flag=True, help="Print what was delivered as one JSON object.")
def publish(files: tuple[str, ...], redate: bool, now: str | None, check: bool, as_json: bool) -> None:
    """Publish recorded events to the topics where they belong.

    FILE holds CloudEvents JSON lines: evidence, agents, and `raw.<platform>` events, which go out in the platform's own
    format; `-` is standard input. Ticks are for replay and are passed over. Of a bad line nothing is sent and its place
    and reason are named; the rest is sent, and the exit code is 1.
    """
    from streams.ops.publish import publish as run  # noqa: PLC0415 - keeps `--help` quick

    done = run(
        files,
        settings(),
        now=_instant(now),
        redate=redate,
        check=check,
        progress=lambda count: note(f"{count} events delivered"),
    )
    if as_json:
        import orjson  # noqa: PLC0415 - as above

        click.echo(orjson.dumps(done.plain, option=orjson.OPT_SORT_KEYS))
    else:
        for topic, count in sorted(done.delivered.items()):
            click.echo(f"{count:>7}  {topic}")
    for bad in done.bad:
        note(str(bad))
    if done.ticks:
        note(f"{done.ticks} ticks passed over: they are for replay")
    sys.exit(1 if done.bad else 0)


def _instant(text: str | None) -> Millis:
    """Read `--now`, or the clock: ms since 1970, UTC."""
    import time  # noqa: PLC0415 - as above

    from streams.codec.errors import Malformed  # noqa: PLC0415 - as above
    from streams.codec.instants import from_text  # noqa: PLC0415 - as above

    if text is None:
        return Millis(time.time_ns() // 1_000_000)
    try:
        return from_text(text, "--now")
    except Malformed as malformed:
        raise click.UsageError(malformed.reason) from None
