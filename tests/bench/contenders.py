"""THE table of rivals: what each is, where it runs, what it does not do, and who knows that it is done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """One rival. `peer`: it lives in the peers' environment. `commits`: it is done when its group has committed all.

    `packages`: whose versions are told. `lacks`: what it does not do that we do; it is compared all the same.
    """

    name: str
    module: str
    title: str
    packages: tuple[str, ...]
    peer: bool
    commits: bool
    does: str
    lacks: str


RIVALS: tuple[Rival, ...] = (
    Rival(
        name="limit", module="tests.bench.rivals.limit", title="confluent-kafka loop (the limit)",
        packages=("confluent-kafka",), peer=False, commits=False,
        does="consumes in batches of 10,000, decodes, folds into a dict",
        lacks="judging, verdicts, state that survives, recovery, groups, event time",
    ),
    Rival(
        name="stock_faust", module="tests.bench.rivals.faust_table", title="stock Faust, Table and changelog",
        packages=("faust-streaming", "aiokafka"), peer=False, commits=True,
        does="one event at a time, state as bytes in a Table with its changelog, verdicts by `topic.send`, commits",
        lacks="waiting for the grace by event time (it judges a change when it reads it), fencing, transactions",
    ),
    Rival(
        name="quix_streams", module="tests.bench.rivals.quix", title="Quix Streams, stateful",
        packages=("quixstreams", "confluent-kafka"), peer=True, commits=False,
        does="five topics as one stream (`concat`), RocksDB state with its changelog, verdicts to a topic, checkpoints",
        lacks="waiting for the grace by event time (it judges a change when it reads it), transactions",
    ),
    Rival(
        name="bytewax", module="tests.bench.rivals.bytewax_flow", title="Bytewax, stateful, recovery on",
        packages=("bytewax", "confluent-kafka"), peer=True, commits=False,
        does="`stateful_batch` by decision, snapshots into SQLite every second, verdicts by its Kafka sink",
        lacks="waiting for the grace by event time (it judges a change when it reads it), transactions; its state "
        "is in local files, not in Kafka",
    ),
)  # fmt: skip
