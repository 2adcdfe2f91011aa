"""Adapters: what platforms say in their own words, as evidence in ours. One folder a source, and they never meet."""

from collections.abc import Mapping
from types import MappingProxyType

from streams.adapters import cloudtrail, okta, otel
from streams.adapters.base import Adapted, Adapter, Failure, Unrecognised, Unwrap
from streams.adapters.intake import take_in

__all__ = ["ADAPTERS", "ENVELOPES", "Adapted", "Adapter", "Failure", "Unrecognised", "Unwrap", "adapt_bytes"]

ADAPTERS: Mapping[str, Adapter] = MappingProxyType(
    {"okta": okta.adapt, "cloudtrail": cloudtrail.adapt, "otel": otel.adapt}
)
"""By the names of streams.topics.RAW_SOURCES: one event in, evidence out."""

ENVELOPES: Mapping[str, Unwrap] = MappingProxyType(
    {"okta": okta.unwrap, "cloudtrail": cloudtrail.unwrap, "otel": otel.unwrap}
)
"""By the same names: how events come packed."""


def adapt_bytes(source: str, raw: bytes, tenant: str) -> Adapted:
    """Adapt a message as it stands on `raw.<source>`: one event, a JSON array of events, or the platform's envelope.

    Whatever the bytes are, nothing is raised for them: what is not understood comes back in `failures`, the rest does
    not suffer. The same bytes always give the same evidence.

    Raises:
        KeyError: there is no adapter for the source.
    """
    return take_in(source, ADAPTERS[source], ENVELOPES[source], raw, tenant)
