"""Resources: the files that travel with the product, found in a source tree and in an installed wheel alike."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

IN_SOURCE_TREE = {
    "schemas": "schemas",
    "migrations": "infra/clickhouse/migrations",
    "queries": "infra/clickhouse/queries",
    "examples": "examples",
}
"""Where each folder lies in the repository; the wheel has it under `streams/_resources/<name>` (see pyproject.toml)."""


def resource(name: str) -> Path:
    """Find a folder of files: `schemas`, `migrations`, `queries` or `examples`.

    Raises:
        KeyError: there is no such resource.
        FileNotFoundError: the installation lacks it.
    """
    in_wheel = PACKAGE / "_resources" / name
    in_tree = PACKAGE.parent / IN_SOURCE_TREE[name]
    for found in (in_wheel, in_tree):
        if found.is_dir():
            return found
    raise FileNotFoundError(f"This installation of clawback lacks its {name}; install it again.")
