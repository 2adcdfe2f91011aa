"""A broker that asks for a password: the right one works for every client we use, another is one clear sentence."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from streams.embedded.child import free_port
from streams.topics import VERDICTS
from tests.backends.base import Unavailable
from tests.backends.kafka import KafkaBroker
from tests.integration import facts
from tests.integration.cluster import cluster_on
from tests.integration.processes import Running, until

pytestmark = pytest.mark.integration

PASSWORD = "correct-horse"
OPTIONS = "security.protocol=SASL_PLAINTEXT,sasl.mechanism=PLAIN,sasl.username=clawback,sasl.password={}"


@dataclass(frozen=True)
class Guarded:
    """The address of a broker that lets nobody in without a password."""

    address: str


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Apache Kafka with a second listener that asks for a user and a password (SASL/PLAIN)."""
    plain, controller, secure = free_port(), free_port(), free_port()
    module = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    try:
        broker = KafkaBroker(
            tmp_path_factory.mktemp("guarded"),
            port=plain,
            settings={
                "listeners": f"PLAINTEXT://127.0.0.1:{plain},SECURE://127.0.0.1:{secure},"
                f"CONTROLLER://127.0.0.1:{controller}",
                "advertised.listeners": f"PLAINTEXT://127.0.0.1:{plain},SECURE://127.0.0.1:{secure}",
                "controller.quorum.voters": f"1@127.0.0.1:{controller}",
                "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_PLAINTEXT",
                "sasl.enabled.mechanisms": "PLAIN",
                "listener.name.secure.plain.sasl.jaas.config": f'{module} user_clawback="{PASSWORD}";',
            },
        )
    except Unavailable as reason:
        if os.environ.get("REQUIRE_BACKENDS") == "1" and not os.environ.get("CLAWBACK_KAFKA"):
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    broker.start()
    yield Guarded(f"127.0.0.1:{secure}")
    broker.discard()


def test_the_right_password_opens_every_way_to_the_broker(guarded: Guarded, tmp_path: Path) -> None:
    cluster = cluster_on(guarded.address, tmp_path, kafka_options=OPTIONS.format(PASSWORD))
    cluster.publish(facts.agent())
    environment = {**cluster.environment, "CLAWBACK_KAFKA_OPTIONS": cluster.settings.kafka_options}
    with Running(tmp_path / "worker.log", environment, "worker").start("clawback worker ready") as worker:
        cluster.publish(facts.change("guarded", facts.now()))
        until(lambda: bool(cluster.records(VERDICTS.name)), "a verdict", every_s=0.5)
        assert worker.stop() == 0
        assert PASSWORD not in worker.said


@pytest.mark.parametrize(
    ("verb", "options"), [("topics", ""), ("worker", OPTIONS.format("wrong-horse"))], ids=["none", "wrong"]
)
def test_no_password_or_a_wrong_one_is_one_clear_sentence(
    verb: str, options: str, guarded: Guarded, tmp_path: Path
) -> None:
    environment = {
        "CLAWBACK_KAFKA": guarded.address,
        "CLAWBACK_KAFKA_OPTIONS": options,
        "CLAWBACK_STATE_DIR": str(tmp_path),
    }
    with Running(tmp_path / "said.log", environment, verb).start() as process:
        assert process.wait() == 3
        assert f"Kafka at {guarded.address} does not answer" in process.said
        assert "sasl.password" in process.said
        assert "Traceback" not in process.said
        assert "horse" not in process.said
