"""The verbs that run until they are told to stop: `worker` and `ledger`."""

import signal
import sys
import threading

import click

from streams.cli.verb import Verb, settings
from streams.ops.errors import Misconfigured, NotThere


@click.command(
    cls=Verb,
    short_help="Run a worker: events in, verdicts and commands out.",
    examples=(
        "CLAWBACK_KAFKA=broker:9092 CLAWBACK_POLICY=policy.yaml clawback worker",
        "clawback worker --policy examples/demo-policy.yaml",
    ),
)
@click.option("--policy", metavar="FILE", help="The policy to judge by [default: CLAWBACK_POLICY, or the shipped one].")
def worker(policy: str | None) -> None:
    """Run a worker: platform events become evidence, evidence becomes verdicts and commands.

    Start as many as there are partitions to share; they find each other through Kafka. SIGTERM and Ctrl-C stop a
    worker tidily. It says `clawback worker ready` on stderr when it has its partitions.
    """
    from streams.app import run_worker  # noqa: PLC0415 - keeps `--help` quick
    from streams.codec.errors import RegistryError  # noqa: PLC0415 - as above
    from streams.policy.errors import PolicyInvalid  # noqa: PLC0415 - as above
    from streams.telemetry import configure_logging  # noqa: PLC0415 - as above
    from streams.telemetry.exposition import CannotServe  # noqa: PLC0415 - as above
    from streams.transport.admin import KafkaUnavailable  # noqa: PLC0415 - as above
    from streams.transport.reading import ReadFailed  # noqa: PLC0415 - as above

    here = settings(policy=policy)
    configure_logging(here.log_level)
    try:
        sys.exit(run_worker(here))
    except (PolicyInvalid, CannotServe) as invalid:
        raise Misconfigured(str(invalid)) from invalid
    except (KafkaUnavailable, RegistryError, ReadFailed) as missing:
        raise NotThere(str(missing)) from missing
    except LookupError as missing:
        if type(missing) is not LookupError:  # a KeyError or IndexError is a bug of ours, and no missing topic
            raise
        raise NotThere(f"{missing}.") from missing


@click.command(
    cls=Verb,
    short_help="Run the ledger: topics into ClickHouse.",
    examples=(
        "CLAWBACK_KAFKA=broker:9092 CLAWBACK_CLICKHOUSE=http://user:secret@clickhouse:8123/clawback clawback ledger",
        "clawback migrate && clawback ledger",
    ),
)
def ledger() -> None:
    """Run the ledger: everything on the topics becomes rows in ClickHouse, none lost, none twice.

    When ClickHouse is away the ledger waits and loses nothing. SIGTERM and Ctrl-C stop it tidily.
    """
    from streams.codec.errors import RegistryError  # noqa: PLC0415 - keeps `--help` quick
    from streams.ledger.errors import LedgerError  # noqa: PLC0415 - as above
    from streams.ledger.run import run  # noqa: PLC0415 - as above
    from streams.telemetry import configure_logging  # noqa: PLC0415 - as above
    from streams.telemetry.exposition import CannotServe  # noqa: PLC0415 - as above
    from streams.transport.admin import KafkaUnavailable  # noqa: PLC0415 - as above

    here = settings()
    configure_logging(here.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        run(here, stop)
    except CannotServe as taken:
        raise Misconfigured(str(taken)) from taken
    except (LedgerError, KafkaUnavailable, RegistryError) as missing:
        raise NotThere(str(missing)) from missing
