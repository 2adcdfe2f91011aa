"""Schemas: check that what is released stays readable, release new versions, register them at a registry."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fastavro.schema import fingerprint, to_parsing_canonical_form

from streams.codec.errors import RegistryError
from streams.codec.records import KINDS
from streams.codec.released import BEGINNING, FILE, Release, Releases
from streams.ops.compatibility import incompatibilities
from streams.resources import resource

FILES: Mapping[str, str] = {
    "prompt": "evidence/prompt.avsc",
    "context": "evidence/context.avsc",
    "approval": "evidence/approval.avsc",
    "change": "evidence/change.avsc",
    "outcome": "evidence/outcome.avsc",
    "agent": "evidence/agent.avsc",
    "verdict": "verdict.avsc",
    "revocation": "revocation.avsc",
    "quarantined": "quarantined.avsc",
    "uncorrelated": "uncorrelated.avsc",
}
"""Where the current schema of each kind of record is kept."""

COMPATIBILITY = "BACKWARD_TRANSITIVE"
"""A new reader reads what every earlier version wrote; readers are rolled out before writers."""


class NotReleasable(Exception):
    """The schemas cannot be released as they are; `problems` says why, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        """Say why."""
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One version of one kind, as the registry knows it."""

    kind: str
    subject: str
    version: int
    schema_id: int


def check(directory: Path | None = None) -> list[str]:
    """Check the schemas that travel with the product, or those in `directory`; give the problems, one sentence each.

    Refused: a ledger whose entries are not what they were, a schema that is not its last released version, and one that
    does not read what an earlier version wrote (BACKWARD_TRANSITIVE).
    """
    directory = directory or resource("schemas")
    try:
        releases = Releases.load(directory)
    except (OSError, ValueError) as error:
        return [str(error)]
    problems = [*_broken(releases), *_unreadable(directory, releases)]
    for kind, schema in _current(directory):
        known = releases.of(kind)
        if not known or known[-1].schema != schema:
            after = f"version {known[-1].version}, the last released" if known else "any released version"
            problems.append(f"{FILES[kind]} is not {after}; run `make released` and commit {FILE} with it.")
    return problems


def release(directory: Path | None = None) -> list[Release]:
    """Append every schema that differs from its last released version to the ledger; give what was appended.

    Raises:
        NotReleasable: the ledger is damaged, a schema is none, or does not read what an earlier version wrote.
        OSError: the ledger cannot be written.
    """
    directory = directory or resource("schemas")
    path = directory / FILE
    releases = Releases.load(directory) if path.exists() else Releases((), BEGINNING)
    problems = [*_broken(releases), *_unreadable(directory, releases)]
    if problems:
        raise NotReleasable(problems)
    added: list[Release] = []
    for kind, schema in _current(directory):
        known = releases.of(kind)
        if known and known[-1].schema == schema:
            continue
        entry = Release(
            id=len(releases.releases) + 1,
            kind=kind,
            version=known[-1].version + 1 if known else 1,
            fingerprint=fingerprint_of(schema),
            previous=releases.head,
            schema=schema,
        )
        releases = Releases((*releases.releases, entry), entry.digest)
        added.append(entry)
    if added:
        path.write_text(releases.text, encoding="utf-8")
    return added


def register(url: str, *, topic_prefix: str = "", client: Any = None) -> list[Registered]:
    """Register every released version under TopicNameStrategy, oldest first, with BACKWARD_TRANSITIVE compatibility.

    Doing it again changes nothing. `client`: a `SchemaRegistryClient` to be used instead of one for `url`.

    Raises:
        RegistryError: no answer, no access, or the registry finds a version incompatible with what it has.
    """
    try:
        from confluent_kafka.schema_registry import ConfigCompatibilityLevel, ServerConfig  # noqa: PLC0415 - needs the extra `registry`
        from confluent_kafka.schema_registry.error import SchemaRegistryError  # noqa: PLC0415

        from streams.codec.registry import asked, avro, connect, subject  # noqa: PLC0415
    except ImportError as error:
        raise RegistryError(f"This needs a client ({error}); run: pip install 'clawback[registry]'.") from None
    client = client or connect(url)
    compatibility = ServerConfig(compatibility=ConfigCompatibilityLevel(COMPATIBILITY))
    done: list[Registered] = []
    releases = Releases.load()
    for kind in KINDS:
        name = subject(kind, topic_prefix)
        try:
            asked(url, partial(client.set_config, name, compatibility))
            for entry in releases.of(kind):
                schema_id = asked(url, partial(client.register_schema, name, avro(entry.schema)))
                done.append(Registered(kind=kind, subject=name, version=entry.version, schema_id=schema_id))
        except SchemaRegistryError as error:
            raise RegistryError(f"The schema registry refuses {kind} under {name}: {error.error_message}.") from None
    return done


def fingerprint_of(schema: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a schema's Parsing Canonical Form (Avro specification, "Schema Fingerprints")."""
    return fingerprint(to_parsing_canonical_form(dict(schema)), "sha256")


def _broken(releases: Releases) -> Iterator[str]:
    """Find entries of the ledger that are not what they were when they were released."""
    previous = BEGINNING
    for place, entry in enumerate(releases.releases, start=1):
        name = f"{FILE}: entry {place} ({entry.kind} version {entry.version})"
        if entry.id != place:
            yield f"{name} has id {entry.id}; ids count up from 1 without a gap."
        if entry.previous != previous:
            yield f"{name} does not follow from the entry before it; an earlier entry was changed or removed."
        if entry.version != len([e for e in releases.releases[:place] if e.kind == entry.kind]):
            yield f"{name} is not the next version of {entry.kind}."
        if entry.fingerprint != fingerprint_of(entry.schema):
            yield f"{name} does not have the fingerprint of its schema."
        previous = entry.digest
    if releases.head != previous:
        yield f"{FILE}: the last entry is not the one that was released last; it was changed, or one was removed."


def _unreadable(directory: Path, releases: Releases) -> Iterator[str]:
    """Find schemas that are none, or that do not read what an earlier version wrote."""
    for kind, file in FILES.items():
        try:
            schema = json.loads((directory / file).read_text(encoding="utf-8"))
            for entry in releases.of(kind):
                for reason in incompatibilities(entry.schema, schema):
                    yield f"{file} cannot read what version {entry.version} wrote: {reason}."
        except OSError as error:
            yield f"{file} cannot be read: {error.strerror}."
        except Exception as error:
            yield f"{file} is not an Avro schema: {type(error).__name__}: {error}."


def _current(directory: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the schemas as they are now; those that cannot be read were complained about already."""
    for kind, file in FILES.items():
        try:
            yield kind, json.loads((directory / file).read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError):
            continue


def main(verb: str) -> int:
    """Do what `make released` asks for (`release`), or `check`; give the exit code."""
    try:
        problems = check() if verb == "check" else []
        added = release() if verb == "release" else []
    except NotReleasable as refused:
        problems, added = refused.problems, []
    for entry in added:
        print(f"released {entry.kind} version {entry.version} under id {entry.id}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
