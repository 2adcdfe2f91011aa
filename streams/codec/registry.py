"""Ids from a Confluent-compatible schema registry: which id we write, and what the ids of others stand for."""

import json
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import urlsplit

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from streams.codec.errors import RegistryError
from streams.codec.released import Releases, text_of
from streams.topics import by_record

Answer = TypeVar("Answer")

TIMEOUT_S = 10
"""A registry that takes longer is down; a worker that waits for it longer looks dead itself."""

UNKNOWN_FOR_S = 30.0
"""How long an id that the registry did not know is not asked for again: random bytes must not become requests."""

UNKNOWN_MAX = 1_000
"""Unknown ids remembered at a time."""

HTTP_CLIENTS = {"httpx", "httpx2", "httpcore", "httpcore2"}
"""Modules whose errors mean that no answer came; the client passes them on as they are."""


def connect(url: str) -> SchemaRegistryClient:
    """Prepare a client; nothing is sent yet. `mock://name` is a registry in memory.

    Raises:
        RegistryError: the address makes no sense.
    """
    options = {"url": url, "max.retries": 2, "retries.wait.ms": 200, "retries.max.wait.ms": 1_000, "timeout": TIMEOUT_S}
    try:
        return SchemaRegistryClient.new_client(options)
    except ValueError as error:
        raise RegistryError(f"SCHEMA_REGISTRY_URL must be http[s]://[user:password@]host:port: {error}.") from None


def subject(kind: str, topic_prefix: str = "") -> str:
    """Name the subject of a kind under TopicNameStrategy: the topic, then `-value`."""
    return f"{topic_prefix}{by_record(kind).name}-value"


def avro(schema: Mapping[str, Any]) -> Schema:
    """Wrap a schema the way the client wants it."""
    return Schema(text_of(schema), schema_type="AVRO")


def asked(url: str, question: Callable[[], Answer]) -> Answer:
    """Put a question to the registry; what it says about the question itself is passed on.

    Raises:
        RegistryError: it does not answer, or lets nobody in.
        SchemaRegistryError: it answers, with an error about what was asked.
    """
    shown = urlsplit(url)._replace(netloc=urlsplit(url).netloc.rpartition("@")[2]).geturl()
    try:
        return question()
    except SchemaRegistryError as error:
        if error.http_status_code in (401, 403):
            raise RegistryError(
                f"The schema registry at {shown} refuses us (HTTP {error.http_status_code}); "
                "put the user and password into SCHEMA_REGISTRY_URL: https://user:password@host:port."
            ) from None
        if error.http_status_code >= 500:
            raise RegistryError(f"The schema registry at {shown} fails: {error.error_message}.") from None
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in HTTP_CLIENTS:
            raise
        raise RegistryError(
            f"The schema registry at {shown} does not answer ({error}); "
            "start it, or unset SCHEMA_REGISTRY_URL to use the ids that clawback brings along."
        ) from None


class RegistryIds:
    """Schema ids as a registry gives them. What is known is asked for once."""

    def __init__(
        self, url: str, releases: Releases, topic_prefix: str = "", client: SchemaRegistryClient | None = None
    ) -> None:
        """Prepare; nothing is asked before the first record."""
        self._url = url
        self._client = client or connect(url)
        self._releases = releases
        self._topic_prefix = topic_prefix
        self._unknown: dict[int, float] = {}

    def id_of(self, kind: str) -> int:
        """Ask for the id of exactly the schema that we write; a newer one under the subject is not ours to write.

        Raises:
            RegistryError: no answer, or our schema is not registered.
        """
        name = subject(kind, self._topic_prefix)
        ours = avro(self._releases.current(kind).schema)
        try:
            found = asked(self._url, lambda: self._client.lookup_schema(name, ours)).schema_id
        except SchemaRegistryError:
            found = None
        if found is None:
            raise RegistryError(f"The schema registry lacks our schema of {name}; run `clawback schemas register`.")
        return int(found)

    def schema_of(self, schema_id: int) -> Mapping[str, Any] | None:
        """Ask what an id stands for; None when the registry does not know it, or knows it as something else than Avro.

        Raises:
            RegistryError: no answer.
        """
        if self._unknown.get(schema_id, 0.0) > monotonic():
            return None
        try:
            answer = asked(self._url, lambda: self._client.get_schema(schema_id))
            schema = json.loads(answer.schema_str or "null") if answer.schema_type in (None, "AVRO") else None
        except SchemaRegistryError as error:
            if error.http_status_code != 404:
                raise RegistryError(f"The schema registry cannot say what id {schema_id} is: {error}.") from None
            schema = None
        if isinstance(schema, dict):
            return schema
        if len(self._unknown) >= UNKNOWN_MAX:
            self._unknown.clear()
        self._unknown[schema_id] = monotonic() + UNKNOWN_FOR_S
        return None

    def scope(self) -> str:
        """Say whose ids these are, for the complaint about another."""
        return "the schema registry does not know it"
