"""Credentials: the librdkafka options of the settings, as Faust's own driver wants to hear them."""

import ssl
from typing import Any

from faust.auth import SASLCredentials, SSLCredentials

from streams.settings import Settings, SettingsError


def faust_credentials(settings: Settings) -> Any:
    """Translate `security.protocol`, `sasl.*` and `ssl.*` into Faust credentials; None for a plain connection.

    Raises:
        SettingsError: a combination that the Faust side cannot do.
    """
    options = settings.kafka_client()
    protocol = str(options.get("security.protocol", "plaintext")).lower()
    if protocol == "plaintext":
        return None
    context = _tls(options) if protocol in {"ssl", "sasl_ssl"} else None
    if protocol == "ssl":
        return SSLCredentials(context)
    if protocol not in {"sasl_plaintext", "sasl_ssl"}:
        raise SettingsError(
            f"security.protocol={protocol} is not known; use plaintext, ssl, sasl_plaintext or sasl_ssl."
        )
    mechanism = str(options.get("sasl.mechanism", options.get("sasl.mechanisms", "PLAIN")))
    if mechanism not in {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}:
        raise SettingsError(f"sasl.mechanism={mechanism} is not supported; use PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.")
    return SASLCredentials(
        username=options.get("sasl.username"),
        password=options.get("sasl.password"),
        ssl_context=context,
        mechanism=mechanism,
    )


def _tls(options: dict[str, Any]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=options.get("ssl.ca.location"))
    if options.get("ssl.certificate.location"):
        context.load_cert_chain(options["ssl.certificate.location"], options.get("ssl.key.location"))
    return context
