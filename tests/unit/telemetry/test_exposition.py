"""A meter over HTTP, as Prometheus would ask for it, and what is said when that cannot be."""

import socket
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from streams.telemetry import vocabulary as v
from streams.telemetry.exposition import CannotServe, Exposition, serve
from streams.telemetry.meter import Meter


@pytest.fixture
def meter() -> Meter:
    return Meter(v.WORKER)


@pytest.fixture
def exposition(meter: Meter) -> Iterator[Exposition]:
    running = serve(meter, "127.0.0.1", 0)
    yield running
    running.close()


def scraped(port: int, host: str = "127.0.0.1") -> dict[str, float]:
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        text = answer.read().decode()
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_reads_what_was_counted(meter: Meter, exposition: Exposition) -> None:
    meter.add(v.TAKEN, 42, "prompt")
    meter.set(v.WATERMARK, 1_795_000_000.25, 3)
    meter.observe(v.BATCH_RECORDS, 20)
    read = scraped(exposition.port)
    assert read["clawback_decide_records_total[prompt]"] == 42
    assert read["clawback_decide_watermark_timestamp_seconds[3]"] == 1_795_000_000.25
    assert read["clawback_decide_batch_records_bucket[30.0]"] == 1
    assert read["process_resident_memory_bytes"] > 1e6


def test_there_is_one_series_a_counter_and_none_for_when_it_was_made(exposition: Exposition) -> None:
    assert not [name for name in scraped(exposition.port) if "_created" in name]


def test_a_client_that_hangs_up_keeps_nobody_waiting(exposition: Exposition) -> None:
    for _ in range(3):
        socket.create_connection(("127.0.0.1", exposition.port), timeout=10).close()
    assert "clawback_decide_open_decisions" in scraped(exposition.port)


def test_a_port_that_is_taken_is_named_with_what_to_do(meter: Meter, exposition: Exposition) -> None:
    with pytest.raises(CannotServe, match=rf"{exposition.port}.*CLAWBACK_METRICS_PORT"):
        serve(meter, "127.0.0.1", exposition.port)


def test_a_host_that_is_not_ours_is_named_with_what_to_do(meter: Meter) -> None:
    with pytest.raises(CannotServe, match=r"192\.0\.2\.1.*CLAWBACK_METRICS_HOST"):
        serve(meter, "192.0.2.1", 0)


def test_a_port_is_given_back(meter: Meter) -> None:
    first = serve(meter, "127.0.0.1", 0)
    port = first.port
    first.close()
    second = serve(meter, "127.0.0.1", port)
    assert second.port == port
    second.close()
