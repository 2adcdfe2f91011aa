"""Topics on the cluster: made as the table of topics says, and checked against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic, sleep

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from streams.codec.weight import STATE_BYTES_MAX
from streams.settings import Settings
from streams.topics import INPUTS, TOPICS, Cleanup, Topic

ASK_S = 10.0
"""How long a cluster may take to answer a question about itself."""


TRY_S = 3.0
"""How long one try takes, after which it may already be clear that we are not let in."""


class KafkaUnavailable(Exception):
    """Kafka is not there, or does not let us in; the message names the address and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What `ensure_topics` or `check_topics` found: topics made now, those that were there, and what is wrong."""

    created: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def changelog_topic(settings: Settings) -> Topic:
    """Describe the compacted topic in which decide keeps its open decisions."""
    return Topic(
        name=f"{settings.app}-decide-state-changelog",
        key="tenant and decision_id",
        record=None,
        cleanup=Cleanup.COMPACT,
        value_bytes_max=STATE_BYTES_MAX,
        writers="decide",
        readers="decide, on recovery",
    )


def admin(settings: Settings) -> AdminClient:
    """Open an administrative client and make sure that somebody answers.

    Raises:
        KafkaUnavailable: nobody answers, or we are not let in.
    """
    trouble: list[KafkaError] = []
    client = AdminClient(settings.kafka_client(log_level=0, error_cb=trouble.append))
    deadline = monotonic() + ASK_S
    while True:
        try:
            client.list_topics(timeout=TRY_S)
        except KafkaException as error:
            client.poll(0)
            refused = [e for e in trouble if e.code() == KafkaError._AUTHENTICATION]  # noqa: SLF001 - no public name
            told = [e for e in trouble if e.code() != KafkaError._ALL_BROKERS_DOWN]  # noqa: SLF001 - as above
            said = (refused or told or [error.args[0]])[-1]
            if refused or monotonic() > deadline:
                raise unavailable(settings, said.str()) from None
        else:
            return client


def unavailable(settings: Settings, said: str) -> KafkaUnavailable:
    """Put into words that Kafka does not answer, and what to look at."""
    return KafkaUnavailable(
        f"Kafka at {settings.kafka} does not answer ({said}). Is it running, and is CLAWBACK_KAFKA right? "
        "If it asks for a password or TLS, give security.protocol, sasl.mechanism, sasl.username and sasl.password "
        "in CLAWBACK_KAFKA_OPTIONS."
    )


def partitions_of(settings: Settings, client: AdminClient | None = None) -> Mapping[str, int]:
    """Ask the cluster how many partitions each of its topics has.

    Raises:
        KafkaUnavailable: nobody answers.
    """
    client = client or admin(settings)
    try:
        topics = client.list_topics(timeout=ASK_S).topics
    except KafkaException as error:
        raise unavailable(settings, error.args[0].str()) from None
    return {name: len(topic.partitions) for name, topic in topics.items()}


def input_partitions(settings: Settings) -> int:
    """Find the number of partitions that all inputs of decide have in common.

    Raises:
        KafkaUnavailable: nobody answers.
        LookupError: a topic is missing, or they differ; the message says which and what to do.
    """
    report = check_topics(settings)
    if report.problems:
        raise LookupError("; ".join(report.problems))
    return partitions_of(settings)[settings.topic(INPUTS[0].name)]


def check_topics(settings: Settings) -> Report:
    """Compare the cluster with the table of topics.

    Raises:
        KafkaUnavailable: nobody answers.
    """
    counts = partitions_of(settings)
    wanted = [settings.topic(topic.name) for topic in (*TOPICS, changelog_topic(settings))]
    missing = [name for name in wanted if name not in counts]
    problems = [f"topic {name} is missing; `clawback topics` makes it" for name in missing]
    joined = [settings.topic(topic.name) for topic in (*INPUTS, changelog_topic(settings))]
    sizes = {name: counts[name] for name in joined if name in counts}
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"{name} {count}" for name, count in sorted(sizes.items()))
        problems.append(
            f"the inputs of decide and its changelog must have the same number of partitions, else evidence of one "
            f"decision is read by different workers; found {shown}"
        )
    return Report(present=tuple(name for name in wanted if name in counts), problems=tuple(problems))


def ensure_topics(settings: Settings) -> Report:
    """Make the topics that are missing; what exists is left as it is and checked.

    Raises:
        KafkaUnavailable: nobody answers.
    """
    client = admin(settings)
    counts = partitions_of(settings, client)
    missing = [t for t in (*TOPICS, changelog_topic(settings)) if settings.topic(t.name) not in counts]
    created, problems = [], []
    if missing:
        requests = client.create_topics([_new(settings, topic) for topic in missing], operation_timeout=ASK_S)
        for name, future in requests.items():
            try:
                future.result(timeout=2 * ASK_S)
                created.append(name)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    problems.append(f"topic {name} could not be made: {error.args[0].str()}")
    _await_topics(settings, client, frozenset(created))
    checked = check_topics(settings)
    return Report(created=tuple(created), present=checked.present, problems=(*problems, *checked.problems))


def _await_topics(settings: Settings, client: AdminClient, names: frozenset[str]) -> None:
    """Wait until the broker we ask knows the topics that the controller has just made; it hears of them a bit later."""
    deadline = monotonic() + ASK_S
    while not names <= partitions_of(settings, client).keys() and monotonic() < deadline:
        sleep(0.05)


def _new(settings: Settings, topic: Topic) -> NewTopic:
    config = {"cleanup.policy": topic.cleanup.value}
    if topic.cleanup is Cleanup.DELETE:
        config["retention.ms"] = str(topic.kept_for_ms)
    if topic.value_bytes_max is not None:
        config["max.message.bytes"] = str(topic.value_bytes_max)
    return NewTopic(
        settings.topic(topic.name),
        num_partitions=settings.partitions,
        replication_factor=settings.replicas,
        config=config,
    )
