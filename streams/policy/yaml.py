"""YAML as a tree of texts that know their lines; what a text means is decided by whoever asks for it, not by YAML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from streams.policy.errors import PolicyInvalid, Problem

TEXT_MAX = 1_048_576
"""Bytes of a policy file (1 MiB): hundreds of classes fit, and a mistaken file is refused before it is parsed."""

TAGS = "tags (`!name`) are not allowed in a policy; put a text that begins with `!` in quotes"
"""Said of every `!` outside quotes: most who write one mean the `!` of a condition."""

DEPTH_MAX = 16
"""Levels of nesting: a policy needs five; more is a mistake or an attack on the parser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One scalar as written. `plain`: without quotes and not a block. `raw`: the source it was read from."""

    line: int
    value: str
    plain: bool
    raw: str = ""

    def line_at(self, offset: int) -> int:
        """Find the line of the file for an offset into `value`, also where YAML folded lines together.

        Both texts hold the same characters but for white space (and, in quotes, escapes), so those are counted.
        """
        wanted = sum(not c.isspace() for c in self.value[:offset])
        header = re.match(r"[|>].*\n|[\"']", self.raw)
        begin = header.end() if header else 0
        line, body = self.line + self.raw[:begin].count("\n"), self.raw[begin:]
        if self.raw.startswith("'"):
            body = body.replace("''", "'")
        if self.raw.startswith('"'):
            body = body.replace("\\", "")
        for character in body:
            if not character.isspace():
                if wanted == 0:
                    break
                wanted -= 1
            line += character == "\n"
        return line


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A sequence."""

    line: int
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with its own line, and its value."""

    line: int
    node: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A mapping from texts, in the order of the file."""

    line: int
    entries: dict[str, Entry] = field(default_factory=dict)


Node = Text | Items | Table


def tree(text: str, name: str) -> tuple[Node, list[Problem]]:
    """Read one YAML document. Problems that leave the tree usable (duplicate keys) are returned beside it.

    Anchors, aliases, tags, merge keys and further documents are refused: a policy says in one place what holds there,
    and an alias can make a small file enormous.

    Raises:
        PolicyInvalid: there is no tree to look at.
    """
    if len(text.encode("utf-8", "surrogatepass")) > TEXT_MAX:
        raise PolicyInvalid(name, [Problem(1, f"the file is larger than {TEXT_MAX} bytes")])
    growing = _Growing(text)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            growing.take(event)
    except _Refused as refused:
        raise PolicyInvalid(name, [refused.problem]) from None
    except yaml.reader.ReaderError as error:
        line, character = text.count("\n", 0, error.position) + 1, text[error.position]
        reason = f"the character U+{ord(character):04X} is not allowed in YAML"
        raise PolicyInvalid(name, [Problem(line, reason)]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise PolicyInvalid(name, [Problem(mark.line + 1 if mark else 1, _syntax(error))]) from None
    if growing.root is None:
        raise PolicyInvalid(name, [Problem(1, "the file is empty; a policy needs at least `version:`")])
    return growing.root, growing.problems


class _Refused(Exception):
    def __init__(self, line: int, reason: str) -> None:
        self.problem = Problem(line, reason)


@dataclass(slots=True)
class _Open:
    """A sequence or mapping whose end has not come yet, and the key that waits for its value."""

    node: Items | Table
    key: Text | None = None


class _Growing:
    """A tree under construction: a stack instead of recursion, so that depth is ours to bound."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        for reason in _forbidden(event):
            raise _Refused(line, reason)
        match event:
            case yaml.DocumentStartEvent() if self.root is not None:
                raise _Refused(line, "a second document begins here; a policy is one document")
            case yaml.ScalarEvent():
                begin, end = event.start_mark, event.end_mark
                raw = self.text[begin.index : end.index] if begin is not None and end is not None else ""
                self._place(Text(line=line, value=event.value, plain=event.style is None, raw=raw))
            case yaml.SequenceStartEvent():
                self._enter(Items(line=line))
            case yaml.MappingStartEvent():
                self._enter(Table(line=line))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._open.pop()
            case _:
                pass

    def _enter(self, node: Items | Table) -> None:
        if len(self._open) >= DEPTH_MAX:
            raise _Refused(node.line, f"nested more than {DEPTH_MAX} levels deep")
        self._place(node)
        self._open.append(_Open(node))

    def _place(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent.node, Items):
            parent.node.items.append(node)
        elif parent.key is None:
            if not isinstance(node, Text):
                raise _Refused(node.line, "a key must be a word, not a list or a mapping")
            parent.key = node
        else:
            self._enter_key(parent.node, parent.key, node)
            parent.key = None

    def _enter_key(self, table: Table, key: Text, node: Node) -> None:
        known = table.entries.get(key.value)
        if known is not None:
            self.problems.append(Problem(key.line, f"`{key.value}` is here twice; first at line {known.line}"))
        else:
            table.entries[key.value] = Entry(key.line, node)


def _forbidden(event: yaml.Event) -> Iterator[str]:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        yield "anchors and aliases (`&name`, `*name`) are not allowed in a policy; write it out, or quote the text"
    if getattr(event, "tag", None) is not None:
        yield TAGS


def _syntax(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "cannot be read"
    if "'\\t'" in problem:
        return "a tab stands where YAML wants spaces; indent with spaces"
    if "a tag" in (error.context or ""):
        return TAGS
    context = f" {error.context}" if error.context else ""
    return f"not YAML: {problem}{context}"
