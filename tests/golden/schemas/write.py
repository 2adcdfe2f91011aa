"""Write the bytes of new versions (`python -m tests.golden.schemas.write`); those that are here are never rewritten."""

import json
from pathlib import Path
from typing import Any

from streams.codec.avro import AvroCodec
from streams.codec.records import KINDS, from_plain
from streams.codec.released import Release, Releases
from streams.resources import resource

HERE = Path(__file__).parent


def path_of(release: Release) -> Path:
    """Say where the bytes of a version are kept."""
    return HERE / f"{release.kind}-v{release.version}.json"


def values(release: Release) -> dict[str, Any]:
    """Encode every example of a kind: its plain form, and its value in hex."""
    codec, found = AvroCodec(), {}
    for example in sorted((resource("schemas") / "examples" / release.kind).glob("*.json")):
        plain = json.loads(example.read_text(encoding="utf-8"))
        found[example.stem] = {"plain": plain, "value": codec.encode(from_plain(release.kind, plain)).hex()}
    return found


def write() -> list[Path]:
    """Write what is missing; only the last version of a kind can be written, for it is the one that is encoded."""
    releases = Releases.load()
    missing = [path for kind in KINDS if not (path := path_of(releases.current(kind))).exists()]
    for kind in KINDS:
        path = path_of(releases.current(kind))
        if path in missing:
            text = json.dumps(values(releases.current(kind)), indent=1, ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8")
    return missing


if __name__ == "__main__":
    for path in write():
        print(path)
