"""Plot: records per second of CPU for each engine, and our speed as open decisions grow."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from tests.bench.contenders import RIVALS

OURS, OTHERS, LIMIT = "#c2410c", "#64748b", "#cbd5e1"

mpl.rcParams["svg.hashsalt"] = "clawback"  # the same figures give the same file
mpl.rcParams["font.size"] = 9


def plot(results: dict[str, Any], path: Path) -> None:
    """Draw what the results have, side by side."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _engines(left, results.get("events_per_core", {}))
    _growth(right, results.get("open_decisions", []))
    figure.savefig(path, metadata={"Date": None})


def _engines(axes: Any, speeds: dict[str, float]) -> None:
    titles = {each.name: each.title for each in RIVALS} | {"clawback": "clawback worker, everything on"}
    shown = sorted((name for name in titles if name in speeds), key=lambda name: speeds[name])
    colours = [OURS if name == "clawback" else LIMIT if name == "limit" else OTHERS for name in shown]
    bars = axes.barh([titles[name] for name in shown], [speeds[name] for name in shown], color=colours)
    axes.bar_label(bars, [f"{speeds[name]:,.0f}" for name in shown], padding=3)
    axes.set_title("events per second of CPU")
    axes.margins(x=0.18)
    axes.spines[["top", "right"]].set_visible(False)


def _growth(axes: Any, grown: list[dict[str, Any]]) -> None:
    axes.plot([each["open"] for each in grown], [each["events_per_core"] for each in grown], "o-", color=OURS)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("open decisions")
    axes.set_title("ours, as decisions stay open")
    axes.spines[["top", "right"]].set_visible(False)
