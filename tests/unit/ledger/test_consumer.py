"""How the ledger's consumer is configured: the protocol is ours, the rest is the user's if he says so."""

from __future__ import annotations

import pytest

from streams.ledger.consumer import GroupConsumer, _options
from streams.ledger.errors import OptionsRefused
from streams.settings import Settings


def test_the_user_may_set_what_the_protocol_does_not_depend_on() -> None:
    options = _options(Settings(kafka_options="session.timeout.ms=7000,security.protocol=SSL", session_ms=9_000), "g")
    assert options["session.timeout.ms"] == "7000"
    assert options["security.protocol"] == "SSL"
    assert _options(Settings(session_ms=9_000), "g")["session.timeout.ms"] == 9_000


@pytest.mark.parametrize(
    ("name", "value"),
    [("enable.auto.commit", "true"), ("auto.offset.reset", "latest"), ("partition.assignment.strategy", "range")],
)
def test_the_user_may_not_set_what_the_protocol_depends_on(name: str, value: str) -> None:
    assert _options(Settings(kafka_options=f"{name}={value}"), "g")[name] != value


def test_options_that_do_not_fit_are_refused_in_words() -> None:
    with pytest.raises(OptionsRefused, match=r"CLAWBACK_KAFKA_OPTIONS do not fit: .*max\.poll\.interval\.ms"):
        GroupConsumer(
            Settings(kafka_options="max.poll.interval.ms=1000"),
            ["t"],
            group="g",
            clock=lambda: 0.0,
            let_go=lambda parts: None,
        )
