"""The verbs that bring their own broker and ClickHouse: `up` and `demo`."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click

from streams.cli.verb import Verb, note

PORT = click.IntRange(1, 65_535)


@click.command(
    cls=Verb,
    short_help="Run everything here, until Ctrl-C.",
    examples=(
        "clawback up",
        "clawback up --policy examples/demo-policy.yaml --state-dir /tmp/clawback",
        "CLAWBACK_KAFKA=broker:9092 clawback up          # your Kafka, an embedded ClickHouse",
    ),
)
@click.option("--policy", metavar="FILE", help="The policy to judge by [default: CLAWBACK_POLICY, or the shipped one].")
@click.option("--state-dir", metavar="DIR", help="Where data and logs go [default: CLAWBACK_STATE_DIR, or .clawback].")
@click.option("--kafka-port", type=PORT, help="Port of the embedded broker [default: 9092, another when it is taken].")
@click.option("--clickhouse-port", type=PORT, help="Port of the embedded ClickHouse [default: 8123, or another].")
@click.option("--json", "as_json", is_flag=True, help="Print the addresses as one JSON object.")
def up(
    policy: str | None, state_dir: str | None, kafka_port: int | None, clickhouse_port: int | None, as_json: bool
) -> None:
    """Run broker, ClickHouse, worker and ledger on this machine until Ctrl-C, with nothing but Python.

    Every other command finds this stack by itself, from the same directory. With CLAWBACK_KAFKA or CLAWBACK_CLICKHOUSE
    set, those are used instead of embedded ones. The embedded broker keeps everything in memory; ClickHouse keeps what
    it has. When a part dies, it is named with the end of its log, the others are stopped, and the exit code is 3.
    """
    from streams.ops.stack import Wishes  # noqa: PLC0415 - keeps `--help` quick
    from streams.ops.up import PARTITIONS  # noqa: PLC0415 - as above
    from streams.ops.up import up as run  # noqa: PLC0415 - as above
    from streams.settings import Settings  # noqa: PLC0415 - as above

    stop = threading.Event()
    # while things start, a signal leaves at once, and what has started is stopped on the way out
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    wishes = Wishes.of(os.environ, kafka_port=kafka_port, clickhouse_port=clickhouse_port)
    few = None if wishes.own_kafka or os.environ.get("CLAWBACK_PARTITIONS") else PARTITIONS
    settings = Settings.from_environment(policy=policy, state_dir=state_dir, partitions=few)

    def ready(here: Settings, running: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: _stop(stop))
        _say_where(here, running, as_json)

    run(settings, wishes, note=note, ready=ready, stop=stop)


def _say_where(settings: Any, running: Any, as_json: bool) -> None:
    """Say where everything is, and what to try next."""
    import orjson  # noqa: PLC0415 - keeps `--help` quick

    from streams.ops.up import patience  # noqa: PLC0415 - as above
    from streams.resources import resource  # noqa: PLC0415 - as above

    if as_json:
        click.echo(
            orjson.dumps({**{n: getattr(running, n) for n in running.__slots__}, "state_dir": settings.state_dir})
        )
        sys.stdout.flush()
        return
    examples = os.path.relpath(resource("examples"))
    click.echo(  # the statement in it is one to copy
        f"Kafka       {running.kafka}\n"  # noqa: S608
        f"ClickHouse  {settings.clickhouse_shown}\n"
        f"logs        {running.logs}\n"
        "\n"
        "Try, in another terminal in this directory:\n"
        f"  clawback publish --redate {examples}/agents.jsonl {examples}/unapproved.jsonl\n"
        "  clawback explain svc-ci-admin\n"
        '  clawback sql "SELECT decision_id, judgement, codes FROM verdict_latest"\n'
        "\n"
        f"A verdict comes about {patience(settings)} after its change. Ctrl-C stops everything."
    )
    sys.stdout.flush()


def _stop(stop: threading.Event) -> None:
    """Stop tidily at the first signal; at the second, at once (the children end with their parent)."""
    if stop.is_set():
        os._exit(130)
    stop.set()


@click.command(
    cls=Verb,
    short_help="Show everything at once, and check it.",
    examples=(
        "clawback demo",
        "clawback demo --json | jq .summary",
        "clawback demo --keep                            # leaves data and logs behind, and says where",
    ),
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
@click.option("--keep", is_flag=True, help="Keep data and logs.")
def demo(as_json: bool, keep: bool) -> None:
    """Run the whole product on this machine alone, with real Okta, CloudTrail and GenAI events among the examples.

    Every decision is held to its story (examples/stories.toml), and the rows in ClickHouse to what was published and
    said. The exit code is 1 when anything came out otherwise. Nothing that CLAWBACK_KAFKA or CLAWBACK_CLICKHOUSE name
    is touched.
    """
    import tempfile  # noqa: PLC0415 - keeps `--help` quick
    from contextlib import nullcontext  # noqa: PLC0415 - as above

    from streams.ops.demo import demo as run  # noqa: PLC0415 - as above

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    kept = tempfile.mkdtemp(prefix="clawback-demo-") if keep else None
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory(prefix="clawback-demo-") as directory:
        try:
            shown = run(Path(directory), note)
        finally:
            if kept:
                note(f"data and logs are kept in {kept}")
    if as_json:
        import orjson  # noqa: PLC0415 - as above

        click.echo(orjson.dumps(shown.plain, option=orjson.OPT_INDENT_2))
    else:
        from streams.ops.demo_view import DemoView  # noqa: PLC0415 - as above
        from streams.ops.terminal import show  # noqa: PLC0415 - as above

        show(DemoView(shown))
    for difference in shown.differences:
        note(difference)
    if not as_json:
        click.echo(shown.last_line)
    sys.exit(1 if shown.differences else 0)
