"""Write what is generated from the vocabulary of metrics: `python -m streams.telemetry`, at the root of a checkout."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from streams.telemetry.dashboard import dashboard
from streams.telemetry.page import page

ALERTS, DASHBOARD, PAGE = "infra/observability/alerts.yml", "infra/observability/dashboard.json", "docs/metrics.md"


def alerts(root: Path) -> list[Mapping[str, Any]]:
    """Read the rules of a checkout.

    Raises:
        FileNotFoundError: this is none.
    """
    groups = yaml.safe_load((root / ALERTS).read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def generated(root: Path) -> dict[str, str]:
    """Write every generated file of a checkout, by its path.

    Raises:
        FileNotFoundError: this is none.
    """
    return {PAGE: page(alerts(root)), DASHBOARD: dashboard()}


if __name__ == "__main__":
    for path, text in generated(Path()).items():
        Path(path).write_text(text)
