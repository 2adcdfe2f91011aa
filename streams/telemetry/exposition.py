"""Exposition: the numbers of a meter over HTTP, in the format of Prometheus, one question at a time."""

import logging
import socket
import sys
import threading
from socketserver import TCPServer
from typing import Any

from prometheus_client.exposition import MetricsHandler

from streams.telemetry.meter import Meter

CLIENT_S = 5.0
"""How long a client may keep silent before it is hung up on; the next one waits for that long at most."""

log = logging.getLogger(__name__)


class CannotServe(Exception):
    """The metrics cannot be shown at the address that was asked for; the message says what to do."""


class Exposition:
    """A running server, in one thread of its own."""

    def __init__(self, server: TCPServer) -> None:
        """Start answering."""
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop answering, and give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def serve(meter: Meter, host: str, port: int) -> Exposition:
    """Show a meter at `http://host:port/metrics` until the process ends; port 0 takes one that is free.

    There is neither encryption nor a password: bind it to loopback, or to a network where only Prometheus comes.

    Raises:
        CannotServe: the port is taken, or the host is not one of this machine.
    """
    handler = type("Handler", (MetricsHandler,), {"registry": meter.registry, "timeout": CLIENT_S})
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        server = type("Server", (_Server,), {"address_family": family})(address[:2], handler)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise CannotServe(
            f"metrics cannot be shown on {host} port {port}: {why}. Set CLAWBACK_METRICS_HOST to an address of this "
            "machine and CLAWBACK_METRICS_PORT to a free port (another one for each Clawback process here), or to 0 "
            "to do without metrics."
        ) from error
    exposition = Exposition(server)
    log.info("metrics: http://%s:%d/metrics", f"[{host}]" if ":" in host else host, exposition.port)
    return exposition


class _Server(TCPServer):
    """One connection after the other, so that whoever asks too often only keeps himself waiting.

    Not the `HTTPServer` of the standard library: that one asks DNS for our own name before it begins.
    """

    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as socketserver has it
        """Let a client that hung up be no news."""
        log.debug("metrics: %s hung up: %r", client_address, sys.exc_info()[1])
