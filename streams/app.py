"""Composition root: settings in, a running worker out; the only place that names concrete things."""

import gc
import logging
import sys
import time
from pathlib import Path
from typing import Any, cast

import faust
from mode.exceptions import MaxRestartsExceeded

import streams.transport.driver  # noqa: F401 - must be importable before Faust looks for the transport
from streams.agents import adapt, decide
from streams.agents.decider import Decider
from streams.agents.guard import EXIT_BUG, EXIT_UNDELIVERED, guarded, halt
from streams.agents.quarantine import Place, Quarantine
from streams.codec.avro import AvroCodec
from streams.core.law import Law
from streams.core.requirement import Mode, Policy
from streams.core.time import Millis
from streams.policy.load import load
from streams.settings import Settings
from streams.telemetry import logging_config
from streams.telemetry.exposition import serve
from streams.telemetry.meter import Meter
from streams.telemetry.vocabulary import WORKER
from streams.transport.admin import input_partitions
from streams.transport.credentials import faust_credentials
from streams.transport.producer import Deliverer
from streams.transport.registry_feed import RegistryFeed

BUFFER_MAX = 500
"""Records that wait inside the worker, per agent: at 1 MiB each, what a small machine can hold."""

METADATA_MS = 5_000
"""How old what we know of the topics may be. A broker that has just started may know of none, and whoever shares out
partitions then shares out nothing, until somebody asks again: five minutes later, if Faust had its way."""

COLLECTING = (100_000, 20, 100)
"""Thresholds of the garbage collector: facts make no cycles, and looking for some costs a fifth of the folding."""

log = logging.getLogger(__name__)


def wall_clock() -> Millis:
    """Read the clock; the only one of the worker. Milliseconds since 1970, UTC."""
    return Millis(time.time_ns() // 1_000_000)


def build_app(settings: Settings) -> faust.App:
    """Make the Faust app: our driver, no web server, no topics of its own making."""
    state = Path(settings.state_dir).absolute()
    state.mkdir(parents=True, exist_ok=True)
    return faust.App(
        f"{settings.app}-worker",
        broker=";".join(f"clawback://{server.strip()}" for server in settings.kafka.split(",")),
        broker_credentials=faust_credentials(settings),
        broker_commit_interval=settings.commit_ms / 1000,
        broker_session_timeout=settings.session_ms / 1000,
        broker_heartbeat_interval=settings.session_ms / 10_000,
        broker_request_timeout=max(settings.session_ms / 1000, 30.0),
        broker_max_poll_records=BUFFER_MAX,
        broker_check_crcs=False,
        consumer_metadata_max_age_ms=METADATA_MS,
        consumer_auto_offset_reset="earliest",
        processing_guarantee="at_least_once",
        stream_buffer_maxsize=BUFFER_MAX,
        stream_wait_empty=True,
        stream_recovery_delay=0.0,
        topic_disable_leader=True,
        topic_allow_declare=False,
        datadir=str(state / "worker"),
        web_enabled=False,
        autodiscover=False,
        origin="streams",
    )


def compose(app: faust.App, settings: Settings, policy: Policy, partitions: int, meter: Meter) -> RegistryFeed:
    """Connect everything to the app. The registry feed has to be started before the app is."""
    codec, deliverer = AvroCodec(settings.schema_registry_url), Deliverer(settings)
    quarantine = Quarantine(settings, codec, deliverer, wall_clock, meter)

    def misread(message: Any, malformed: Any) -> None:
        place = Place(topic=message.topic(), partition=message.partition(), offset=message.offset())
        quarantine.put(place, message.key(), message.value(), stage="registry", reason=malformed.reason)

    feed = RegistryFeed(
        settings, codec, misread, lambda why: halt(f"the registry of agents was lost: {why}", EXIT_UNDELIVERED)
    )
    decider = Decider(
        settings, codec, deliverer, quarantine, lambda: Law(policy, feed.registry), wall_clock, partitions, meter
    )

    async def delivered() -> None:
        with guarded("delivering before offsets move"):
            await decider.settle()

    cast("Any", app).before_commit = delivered
    adapt.attach(app, adapt.Adapting(settings, codec, deliverer, quarantine, meter))
    decide.attach(app, decider, tick_s=settings.tick_ms / 1000, now=wall_clock, on_ready=_announce, meter=meter)
    return feed


def _announce() -> None:
    """Say, for people and for whoever started us, that the worker has its partitions and knows their state."""
    sys.stderr.write("clawback worker ready\n")
    sys.stderr.flush()


def run_worker(settings: Settings) -> int:
    """Run adapt and decide until SIGTERM or SIGINT. Returns the exit code.

    Raises:
        KafkaUnavailable: Kafka does not answer at start.
        LookupError: topics are missing or not co-partitioned.
        PolicyInvalid: the policy is malformed.
        ReadFailed: the registry of agents cannot be read.
    """
    policy = load(Path(settings.policy) if settings.policy else None)
    partitions = input_partitions(settings)
    app = build_app(settings)
    meter = Meter(WORKER)
    if settings.metrics_port:
        serve(meter, settings.metrics_host, settings.metrics_port)
    feed = compose(app, settings, policy, partitions, meter)
    feed.start()
    log.info("policy %s (%s), mode %s", policy.version, policy.digest, policy.mode)
    if policy.mode is Mode.OBSERVE:
        log.info("observing: verdicts say what would be done, no command leaves")
    gc.freeze()
    gc.set_threshold(*COLLECTING)
    worker = faust.Worker(
        app,
        loglevel=settings.log_level,
        logging_config=logging_config(settings.log_level),
        redirect_stdouts=False,
        quiet=True,
    )
    try:
        worker.execute_from_commandline()
    except SystemExit as left:
        return int(left.code or 0)
    except MaxRestartsExceeded:
        return EXIT_UNDELIVERED
    except Exception:
        log.critical("the worker crashed", exc_info=True)
        return EXIT_BUG
    finally:
        feed.stop()
    return 0
