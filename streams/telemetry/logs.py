"""Logs: what a running process says about itself, line by line, on standard error."""

import logging
import logging.config
import time
from typing import Any

CHATTY = ("faust", "mode", "aiokafka", "urllib3", "clickhouse_connect", "asyncio", "streams.transport.driver")
"""Libraries whose everyday news is not news to whoever runs Clawback; their warnings still show."""


def logging_config(level: str) -> dict[str, Any]:
    """Describe the logging of a process for `logging.config.dictConfig`: UTC, one line an event, standard error."""
    quiet = level if level == "DEBUG" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "streams.telemetry.logs.UtcFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {name: {"level": quiet} for name in CHATTY},
    }


def configure_logging(level: str) -> None:
    """Set up the logging of this process.

    Raises:
        ValueError: `level` is not a level.
    """
    logging.config.dictConfig(logging_config(level))


class UtcFormatter(logging.Formatter):
    """`2026-11-23T10:04:05.123Z INFO streams.agents.decider: message`."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        """Fix the shape of a line."""
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
