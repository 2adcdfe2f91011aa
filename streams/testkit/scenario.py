"""Scenario: the TOML file in which stories are written down."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from streams.core.evidence import Change
from streams.core.law import Law
from streams.core.registry import Registry
from streams.core.requirement import DEFAULT_TIMING, Mode, Timing
from streams.core.time import Millis
from streams.testkit.facts import FACTS, agents, requirement
from streams.testkit.policy import FixedPolicy
from streams.testkit.story import Entry, Expectation, Story
from streams.testkit.table import StoryInvalid, Table

ZERO = Millis(1_795_428_240_000)
"""The moment from which all times of a story are counted: 2026-11-23T10:04:00Z."""

STORY_BYTES_MAX = 256 * 1024
"""A story is a page; more than this is another file given by mistake."""


def load(path: Path) -> tuple[Story, ...]:
    """Read the stories of a file: one, or one for each `[[variant]]`.

    Raises:
        StoryInvalid: the file is not TOML, or says something that means nothing.
    """
    text = path.read_bytes()[: STORY_BYTES_MAX + 1]
    if len(text) > STORY_BYTES_MAX:
        raise StoryInvalid(f"{path}: longer than {STORY_BYTES_MAX} bytes")
    try:
        values = tomllib.loads(text.decode())
    except ValueError as error:
        raise StoryInvalid(f"{path}: {error}") from error
    for key in ("event", "agent", "variant"):
        tables = values.get(key, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise StoryInvalid(f"{path}: {key} must be an array of tables")
    variants = values.pop("variant", None)
    if variants is None:
        return (_story(values, str(path)),)
    places = [f"{path}: variant {number}" for number in range(1, len(variants) + 1)]
    return tuple(
        _story(_varied(values, variant, place), place) for variant, place in zip(variants, places, strict=True)
    )


def _varied(values: dict[str, Any], variant: dict[str, Any], where: str) -> dict[str, Any]:
    """Lay a variant over the story, table by table; `set.<id>.<key>` changes one key of one event or agent."""
    changed = variant.pop("set", {})
    merged: dict[str, Any] = {key: dict(value) if isinstance(value, dict) else value for key, value in values.items()}
    for key, value in variant.items():
        merged[key] = {**merged.get(key, {}), **value} if isinstance(value, dict) else value
    events: list[dict[str, Any]] = merged.get("event", [])
    known: list[dict[str, Any]] = merged.get("agent", [])
    merged["event"] = [{**event, "id": name, **changed.pop(name, {})} for name, event in _named(events)]
    merged["agent"] = [{**agent, **changed.pop(agent.get("id"), {})} for agent in known]
    if changed:
        raise StoryInvalid(f"{where}: set names {min(changed)!r}, which is neither an event nor an agent here")
    return merged


def _named(events: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name the events that have no id of their own: `approval-2` is the second approval."""
    counts: dict[str, int] = {}
    for event in events:
        kind = str(event.get("kind"))
        counts[kind] = counts.get(kind, 0) + 1
        yield str(event.get("id", f"{kind}-{counts[kind]}")), event


def _story(values: Mapping[str, Any], where: str) -> Story:
    top = Table(values, where, ZERO)
    asked = top.table("requirement") or Table({}, where, ZERO)
    policy = FixedPolicy(
        otherwise=requirement(asked),
        mode=top.choice("mode", Mode.ENFORCE),
        timing=_timing(top.table("timing")),
        protected=top.texts("protected"),
    )
    top = top.overlaid({"event": [{**event, "id": name} for name, event in _named(values.get("event", ()))]})
    read = Story(
        title=top.needed("story"),
        law=Law(policy, Registry().with_agents(agents(top.tables("agent"), ZERO))),
        entries=_entries(top.tables("event")),
        expect=_expectation(top.table("expect"), top),
    )
    top.done()
    return read


def _timing(table: Table | None) -> Timing:
    if table is None:
        return DEFAULT_TIMING
    grace, skew, horizon = table.span_ms("grace"), table.span_ms("skew"), table.span_ms("horizon")
    table.done()
    return Timing(
        grace_ms=DEFAULT_TIMING.grace_ms if grace is None else grace,
        skew_ms=DEFAULT_TIMING.skew_ms if skew is None else skew,
        horizon_ms=DEFAULT_TIMING.horizon_ms if horizon is None else horizon,
    )


def _entries(tables: tuple[Table, ...]) -> tuple[Entry, ...]:
    """Read the events in order. What an approval is for is read from the first change, wherever that comes."""
    later = sorted(((table, table.needed("kind")) for table in tables), key=lambda pair: pair[1] != "change")
    read: dict[int, Entry] = {}
    about: Change | None = None
    for table, kind in later:
        entry = _entry(table, kind, about)
        about = about or (entry.fact if isinstance(entry.fact, Change) else None)
        read[id(table)] = entry
    return tuple(read[id(table)] for table in tables)


def _entry(table: Table, kind: str, about: Change | None) -> Entry:
    at, name, carries_out = table.instant("at"), table.needed("id"), table.maybe("carries_out")
    if at is None:
        raise table.fail("at is missing")
    if kind == "tick":
        table.done()
        return Entry(watermark=at)
    if kind not in FACTS:
        raise table.fail(f"kind must be tick or one of {', '.join(FACTS)}, not {kind!r}")
    fact = FACTS[kind](table, name, at, about)
    table.done()
    return Entry(fact=fact, carries_out=carries_out)


def _expectation(table: Table | None, top: Table) -> Expectation:
    if table is None:
        raise top.fail("expect is missing")

    def maybe(key: str) -> tuple[str, ...] | None:
        values = table.texts(key, ("",))
        return None if values == ("",) else values

    read = Expectation(
        judgement=table.needed("judgement"),
        findings=table.texts("findings"),
        commands=table.texts("commands"),
        sentences=maybe("sentences"),
        reasons=maybe("reasons"),
        history=maybe("history"),
    )
    table.done()
    return read
