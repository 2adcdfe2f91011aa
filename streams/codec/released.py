"""Released: the append-only ledger of schema versions (`schemas/released.json`), and the ids that it gives them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from streams.resources import resource

FILE = "released.json"

BEGINNING = "0" * 64
"""What the first entry names as its predecessor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One released version of one kind of record.

    `id`: the schema id on the wire where there is no registry; 1, 2, 3 ... in the order of release. `fingerprint`:
    SHA-256 (hex) of the Parsing Canonical Form (Avro specification). `previous`: digest of the entry before this one.
    """

    id: int
    kind: str
    version: int
    fingerprint: str
    previous: str
    schema: Mapping[str, Any]

    @property
    def line(self) -> str:
        """The entry as it stands in the file: one line of JSON."""
        return text_of(
            {
                "id": self.id,
                "kind": self.kind,
                "version": self.version,
                "fingerprint": self.fingerprint,
                "previous": self.previous,
                "schema": self.schema,
            }
        )

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the entry, with the digest of its predecessor in it: a chain."""
        return sha256(self.line.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Releases:
    """Every release, oldest first. `head`: digest of the last one, so that a lost tail is noticed too."""

    releases: tuple[Release, ...]
    head: str

    @classmethod
    def load(cls, directory: Path | None = None) -> "Releases":
        """Read the ledger that travels with the product, or the one in `directory`.

        Raises:
            FileNotFoundError: there is none.
            ValueError: it is no ledger.
        """
        path = (directory or resource("schemas")) / FILE
        try:
            file = json.loads(path.read_text(encoding="utf-8"))
            return cls(tuple(Release(**entry) for entry in file["released"]), file["head"])
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path} is not a ledger of schemas: {type(error).__name__}: {error}") from None

    @property
    def text(self) -> str:
        """The file: one entry a line, so that a release is one added line in a review."""
        entries = ",\n".join(release.line for release in self.releases)
        return f'{{\n"released": [\n{entries}\n],\n"head": "{self.head}"\n}}\n'

    def of(self, kind: str) -> tuple[Release, ...]:
        """List the versions of a kind, oldest first."""
        return tuple(release for release in self.releases if release.kind == kind)

    def current(self, kind: str) -> Release:
        """Give the version of a kind that is written, and read into."""
        return self.of(kind)[-1]

    def id_of(self, kind: str) -> int:
        """Give the id that a writer puts in front."""
        return self.current(kind).id

    def schema_of(self, schema_id: int) -> Mapping[str, Any] | None:
        """Find what an id stands for; None when it was never released."""
        return next((release.schema for release in self.releases if release.id == schema_id), None)

    def scope(self) -> str:
        """Say which ids are known, for the complaint about another."""
        return f"this version of clawback knows 1 to {len(self.releases)}, and no schema registry is set"


def text_of(schema: Any) -> str:
    """Write a schema on one line, in the order of its file: the text that a registry gets, and digests are made of."""
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
