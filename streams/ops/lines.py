"""Lines: a file of JSON lines, one bounded line at a time, each knowing where it came from."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from streams.ops.errors import Misconfigured

LINE_BYTES_MAX = 1_048_576
"""One record is a few kilobytes, and Kafka takes a megabyte; what is longer is no line of ours."""

STDIN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that is not blank. `ended`: it ends with a newline (only the last of a file may not)."""

    file: str
    number: int
    text: bytes
    ended: bool
    too_long: bool = False

    @property
    def place(self) -> str:
        """Where it stands, as compilers write it: `events.jsonl:12`."""
        return f"{self.file}:{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that could not be taken, and why."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


def read_lines(files: tuple[str, ...]) -> Iterator[Line]:
    """Read the lines of files one after the other; `-` is standard input.

    Raises:
        Misconfigured: a file is missing or cannot be read.
    """
    for name in files:
        if name == STDIN:
            yield from _lines("stdin", sys.stdin.buffer)
            continue
        try:
            with Path(name).open("rb") as stream:
                yield from _lines(name, stream)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Misconfigured(f"cannot read {name}: {reason.lower()}; give the path of a JSON lines file.") from error


def _lines(name: str, stream: BinaryIO) -> Iterator[Line]:
    number = 0
    while raw := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        ended = raw.endswith(b"\n")
        too_long = len(raw) > LINE_BYTES_MAX and not ended
        if too_long:
            ended = _skip_rest(stream)
        text = raw.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else raw.strip()
        if text:
            yield Line(file=name, number=number, text=text, ended=ended, too_long=too_long)


def _skip_rest(stream: BinaryIO) -> bool:
    """Read to the end of a line that is too long; say whether it had one."""
    while rest := stream.readline(LINE_BYTES_MAX):
        if rest.endswith(b"\n"):
            return True
    return False
