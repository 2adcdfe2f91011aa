"""Settings: one frozen value from the environment, refused at start when it makes no sense; secrets hidden."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

PREFIX = "CLAWBACK_"


class SettingsError(ValueError):
    """A setting makes no sense; the message says which, and what would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs between two installations. Each field is read from `CLAWBACK_<FIELD>`.

    `kafka`: bootstrap servers, `host:port` separated by commas. `clickhouse`: `http[s]://user:password@host:port/db`.
    `app`: names groups, transactions and the changelog. `topic_prefix`: put before every topic name. Installations that
    share a cluster need an `app` and a prefix of their own. `partitions`: of every topic
    that `clawback topics` creates. `lateness_ms`: how far behind the newest event another may honestly arrive.
    `future_ms`: how far ahead of our clock an event time may be. `tick_ms`: how often due decisions are looked for.
    `commit_ms`: how often offsets are committed. `session_ms`: how long the group waits for a process that says nothing
    before its partitions go to others. `metrics_port`: where Prometheus may ask, on `metrics_host`; 0 for nowhere.
    `kafka_options`: librdkafka settings as `key=value` pairs separated by commas (`security.protocol=SASL_SSL,...`).
    """

    kafka: str = "127.0.0.1:9092"
    kafka_options: str = field(default="", repr=False)
    clickhouse: str = field(default="http://127.0.0.1:8123/clawback", repr=False)
    schema_registry_url: str = field(default="", repr=False)
    app: str = "clawback"
    topic_prefix: str = ""
    partitions: int = 8
    replicas: int = 1
    policy: str = ""
    lateness_ms: int = 10_000
    future_ms: int = 300_000
    tick_ms: int = 100
    commit_ms: int = 5_000
    session_ms: int = 20_000
    ledger_rows: int = 20_000
    ledger_wait_ms: int = 1_000
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    state_dir: str = ".clawback"
    log_level: str = "INFO"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Self:
        """Read the environment; what is given by name wins over it.

        Raises:
            SettingsError: a value is of the wrong type or out of range.
        """
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        for known in fields(cls):
            name = "SCHEMA_REGISTRY_URL" if known.name == "schema_registry_url" else PREFIX + known.name.upper()
            if environ.get(name):
                values[known.name] = _typed(name, environ[name], known.type)
        settings = cls(**{**values, **{k: v for k, v in overrides.items() if v is not None}})
        settings._check()
        return settings

    def _check(self) -> None:
        bounds = {
            "partitions": (1, 10_000), "replicas": (1, 10), "lateness_ms": (0, 86_400_000),
            "future_ms": (0, 86_400_000), "tick_ms": (10, 60_000), "commit_ms": (10, 60_000),
            "session_ms": (1_000, 300_000), "metrics_port": (0, 65_534),
            "ledger_rows": (1, 500_000), "ledger_wait_ms": (10, 60_000),
        }  # fmt: skip
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingsError(f"{PREFIX}{name.upper()} is {value}; it must be between {low} and {high}.")
        if not self.clickhouse.startswith(("http://", "https://")):
            raise SettingsError(f"{PREFIX}CLICKHOUSE must be http://host:port/database, not {self.clickhouse_shown!r}.")
        if self.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise SettingsError(f"{PREFIX}LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {self.log_level!r}.")
        if not self.kafka:
            raise SettingsError(f"{PREFIX}KAFKA must name at least one host:port.")
        self.kafka_client()

    def kafka_client(self, **more: Any) -> dict[str, Any]:
        """Give the librdkafka configuration for one client: servers, the user's own options, then what is asked for.

        Raises:
            SettingsError: `kafka_options` is not a list of key=value pairs.
        """
        options: dict[str, Any] = {"bootstrap.servers": self.kafka}
        for pair in filter(None, (p.strip() for p in self.kafka_options.split(","))):
            key, equals, value = pair.partition("=")
            if not equals:
                raise SettingsError(f"{PREFIX}KAFKA_OPTIONS must be key=value pairs separated by commas.")
            options[key.strip()] = value.strip()
        return options | more

    def topic(self, name: str) -> str:
        """Name a topic as it is called on this cluster."""
        return self.topic_prefix + name

    @property
    def clickhouse_shown(self) -> str:
        """The address of ClickHouse without its password, for people and logs."""
        parts = urlsplit(self.clickhouse)
        host = parts.netloc.rpartition("@")[2]
        user = f"{parts.username}@" if parts.username else ""
        return urlunsplit(parts._replace(netloc=user + host))


def _typed(name: str, value: str, kind: Any) -> Any:
    if kind is not int:
        return value
    try:
        return int(value)
    except ValueError:
        raise SettingsError(f"{name} must be a whole number, not {value!r}.") from None
