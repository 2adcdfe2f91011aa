"""docker-compose.yml and the Dockerfile, checked as far as can be without an engine."""

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from streams.cli.root import clawback

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "infra/docker/Dockerfile").read_text()

SERVICE_KEYS = {
    "build", "image", "environment", "restart", "read_only", "tmpfs", "security_opt", "cap_drop", "ports", "volumes",
    "healthcheck", "depends_on", "command", "entrypoint", "profiles", "ulimits",
}  # fmt: skip
"""The keys of the Compose specification that the file uses; a misspelt one would be refused by an engine."""


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_by_a_full_version(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9/.-]+:\d+\.\d+(\.\d+)*", SERVICES[name]["image"]), SERVICES[name]["image"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_key_is_one_that_the_specification_knows(name: str) -> None:
    assert set(SERVICES[name]) <= SERVICE_KEYS


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_only_for_what_can_tell_that_it_is_ready(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        target = SERVICES[other]
        if how["condition"] == "service_healthy":
            assert "healthcheck" in target
        else:
            assert how["condition"] == "service_completed_successfully"
            assert target["restart"] == "no"


@pytest.mark.parametrize("name", [n for n, s in SERVICES.items() if s["image"].startswith("clawback:")])
def test_every_command_is_one_that_the_command_line_has(name: str) -> None:
    service = SERVICES[name]
    command = [*service.get("entrypoint", ["clawback"])[1:], *service.get("command", ())]
    assert isinstance(clawback, click.Group)
    check = service.get("healthcheck", {}).get("test", [])
    for words in (command, check[2:] if check[:2] == ["CMD", "clawback"] else []):
        if words:
            verb = clawback.get_command(click.Context(clawback), words[0])
            assert verb is not None, words
            options = {option for parameter in verb.params for option in parameter.opts}
            assert {word for word in words[1:] if word.startswith("--")} <= options, words


def test_volumes_are_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


def test_no_secret_is_written_down() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert all(match.startswith("${CLICKHOUSE_PASSWORD:?") for match in re.findall(r"PASSWORD: (\S+)", text))


def test_the_image_is_built_from_what_is_there_and_pinned() -> None:
    assert re.match(r"python:3\.11\.\d+-", DOCKERFILE.split("FROM ")[1])
    for line in re.findall(r"^COPY (.+)$", DOCKERFILE, flags=re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
