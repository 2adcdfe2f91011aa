"""Telemetry: what a running process says about itself, in lines on standard error and in numbers for Prometheus.

Lines: `logs`. Numbers: `vocabulary` names every metric, a `Meter` counts, `serve` shows it over HTTP.
"""

from streams.telemetry.logs import configure_logging, logging_config

__all__ = ["configure_logging", "logging_config"]
