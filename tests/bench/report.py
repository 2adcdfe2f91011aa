"""Report: the figures of a run as docs/performance.md and a plot; runs in the environment of the peers.

`python -m tests.bench.report RESULTS.json`
"""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.bench.contenders import RIVALS
from tests.bench.plot import plot

ROOT = Path(__file__).absolute().parents[2]
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "img" / "performance.svg"

OURS_TITLE = "**clawback worker**, everything on"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table; all columns but the first are numbers."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(str(cell) for cell in row)} |" for row in (head, rule, *rows))


def page(results: dict[str, Any]) -> str:
    """Write the page."""
    parts = (_head, _engines, _load, _latency, _open, _scaling, _ledger, _spent, _where, _again)
    return "\n\n".join(text for part in parts if (text := part(results))) + "\n"


def _head(results: dict[str, Any]) -> str:
    return (
        "# Performance\n\n"
        f"Written by `python -m tests.bench.report` from a {results['plan']} run of `make bench`; nobody types a "
        "figure here. All contenders read the same topics of one Apache Kafka in the same run, one after the other in "
        "interleaved rounds, each a process of its own, and use the same code for decoding, folding and judging: what "
        "is compared is the engine. CPU is user and system time of the whole process, all threads and children, "
        "from its first record to everything handled, delivered and committed. The broker shares the machine; its "
        "CPU is not counted. Compare ratios, not seconds, with another machine.\n\n"
        "![Records per second of CPU, by engine, and how speed holds as open decisions grow](img/performance.svg)"
    )


def _engines(results: dict[str, Any]) -> str:
    if not results["ratio"]:
        return ""
    cpu, core, wall = (results[name] for name in ("cpu_us_per_event", "events_per_core", "events_per_s_wall"))
    rows = [
        (each.title, cpu[each.name], f"{core[each.name]:,}", f"{wall[each.name]:,}", results["ratio"][each.name])
        for each in RIVALS
        if each.name in results["ratio"]
    ]
    rows.append((OURS_TITLE, cpu["clawback"], f"{core['clawback']:,}", f"{wall['clawback']:,}", 1))
    head = ("engine", "CPU µs per event", "events/s per core", "events/s (wall)", "ours over theirs")
    said = [f"- **{each.title}** {each.does}. It does not do: {each.lacks}." for each in RIVALS]
    return (
        "## The same work in five engines\n\n"
        + table(head, rows)
        + "\n\nOurs has everything on: the default policy in `enforce` mode, event time over five topics, verdicts and "
        "commands, the changelog and both of them in one transaction per partition, offsets, quarantine, the registry, "
        "logs. The last verdict on every decision is held against what was planted in it; a wrong one fails the "
        "run.\n\n" + "\n".join(said)
    )


def _load(results: dict[str, Any]) -> str:
    load = results.get("load")
    if load is None:
        return ""
    mix = ", ".join(f"{100 * share:.0f} % {kind}s" for kind, share in load["mix"].items())
    return (
        f"The load: {load['records']:,} records of {load['decisions']:,} decisions, {load['bytes_per_record']:,} bytes "
        f"each on average ({mix}), interleaved, one in a hundred minutes late, one in fifty twice; "
        f"{load['rounds']} round(s), medians."
    )


def _latency(results: dict[str, Any]) -> str:
    found = results.get("latency_beyond_grace_ms")
    if found is None:
        return ""
    return (
        "## From change to command\n\n"
        f"A live load of {found['events_per_s']:,} events/s (half of our measured speed is "
        f"{found['half_of_our_speed']:,}; the generator shares the machine) kept the worker busy for "
        f"{100 * found['worker_busy']:.0f} % of a core. From the acknowledgement of a change to its command at a "
        f"read-committed consumer, minus the grace of {found['grace_ms']:,} ms, over {found['commands']:,} commands: "
        f"**p50 {found['p50']} ms, p99 {found['p99']} ms**, "
        f"at most {found['max']} ms. `CLAWBACK_LATENESS_MS={found['lateness_ms']}` (whatever it is comes on top), "
        f"`CLAWBACK_TICK_MS={found['tick_ms']}`."
    )


def _open(results: dict[str, Any]) -> str:
    grown = results.get("open_decisions")
    if not grown:
        return ""
    head = (
        "open decisions", "CPU µs per event", "memory each", "state each", "changelog each", "changelog records",
        "restored in", "plain consumer reads it in", "our speed over the plain consumer's",
    )  # fmt: skip
    rows = [
        (
            f"{each['open']:,}", each["cpu_us_per_event"], f"{each['memory_bytes_each']:,} B",
            f"{each['state_bytes_each']:,} B", f"{each['changelog_bytes_each']:,} B", f"{each['changelog_records']:,}",
            f"{each['recovery_s']} s", f"{each['plain_reader_s']} s", each["recovery_of_plain"],
        )
        for each in grown
    ]  # fmt: skip
    return (
        "## As decisions stay open\n\n"
        + table(head, rows)
        + "\n\nThe open decisions have about five records each and wait for a change; the ordinary load is handled "
        "beside them. Memory is what the process grew by, state the encoded part of that. Restoring fences the former "
        "owner, reads the changelog and takes it up; the plain consumer reads the same records and keeps nothing."
    )


def _scaling(results: dict[str, Any]) -> str:
    scaled = results.get("scaling")
    if not scaled:
        return ""
    rows = [
        (each["workers"], each["partitions"], each["cpu_us_per_event"], f"{each['events_per_s_wall']:,}")
        for each in scaled
    ]
    return "## Workers and partitions\n\n" + table(
        ("workers", "partitions", "CPU µs per event", "events/s (wall)"), rows
    )


def _ledger(results: dict[str, Any]) -> str:
    kept = results.get("ledger")
    if kept is None:
        return ""
    return (
        "## The ledger\n\n"
        f"{kept['rows_per_s']:,} rows/s into ClickHouse, with offsets, deduplication and progress, at "
        f"{kept['cpu_us_per_row']} µs of CPU per row: {kept['of_raw']} of the {kept['raw_rows_per_s']:,} rows/s that "
        "raw column inserts of the same prepared rows into the same tables reach in the same run."
    )


def _spent(_: dict[str, Any]) -> str:
    return SPENT.strip()


SPENT = """\
## Where the time goes

Looked at with py-spy at full speed, of the samples that hold Python's lock: folding takes about half (decoding 18 %,
adding a fact to its decision 20 %), judging a third (reading the state 7 %, the judgement itself 20 %, writing it 4 %),
speaking 4 %, the Kafka clients' Python a few percent. Beside that, the thread that fetches takes about a tenth of the
CPU and librdkafka another tenth. The worker, its clients and the broker share two hyperthreads of one machine, so the
same Python takes about a third longer in the worker than in the bare loop.

A live load costs several times as much per event as catching up does: its batches are small, and each tick asks the
broker where every input ends and closes a transaction for each partition that has something to say. What comes beyond
the grace is the tick, those questions and that transaction, about 35 ms each on this broker.

Next: decode and fold a whole batch in native code, which takes the largest share from both; let batches grow while a
worker keeps up (a fetch that waits for more bytes); tick less often while much is to be read, for fewer and larger
transactions.
"""


def _where(results: dict[str, Any]) -> str:
    told = [f"{name} {value}" for name, value in results["versions"].items()]
    machine = results["machine"]
    return (
        "## Where and with what\n\n"
        f"{machine['processor']}; {machine['memory']} of memory; {machine['system']}; Python {machine['python']}. "
        f"{'; '.join(told)}."
    )


def _again(results: dict[str, Any]) -> str:
    return (
        "## Again\n\n"
        "`make bench` measures everything and writes this page; `make bench QUICK=1` takes less than five minutes and "
        "writes nothing; `ONLY=throughput,latency,open,scaling,ledger` chooses. Both end with one line of JSON on "
        f"stdout. This run took {results['took_s'] // 60} minutes."
    )


def main() -> None:
    """Write the page and the plot."""
    results = json.loads(Path(sys.argv[1]).read_text())
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    plot(results, PICTURE)
    PAGE.write_text(page(results))


if __name__ == "__main__":
    main()
