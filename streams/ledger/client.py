"""The one place where a connection to ClickHouse is made, and where its errors become sentences."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from urllib3.exceptions import HTTPError

from streams.ledger.errors import explained
from streams.settings import Settings

CONNECT_SECONDS = 5
"""A ClickHouse that takes longer to accept a connection is as good as down; the group must be kept alive meanwhile."""

ANSWER_SECONDS = 60
"""The longest that one statement may keep the ledger from polling Kafka, which expects it every five minutes."""

DEFAULT_DATABASE = "clawback"


def database(settings: Settings) -> str:
    """Name the database that the address asks for."""
    return urlsplit(settings.clickhouse).path.strip("/") or DEFAULT_DATABASE


@contextmanager
def connected(settings: Settings, *, with_database: bool = True) -> Iterator[Client]:
    """Connect for the time of a block. `with_database` False: without choosing the database, which may not exist yet.

    Raises:
        Unavailable: nobody answers there.
        Refused: the account is wrong, or the database does not exist.
    """
    with translated(settings):
        client = connect(settings, with_database=with_database)
    try:
        yield client
    finally:
        client.close()


def connect(settings: Settings, *, with_database: bool = True) -> Client:
    """Connect once, with whatever the client library raises."""
    address = urlsplit(settings.clickhouse)
    for name in (
        "clickhouse_connect",
        "urllib3",
    ):  # they log each failed try, which whoever waits has said once already
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return clickhouse_connect.get_client(
        dsn=urlunsplit(address._replace(path="")),
        # the client would speak plain HTTP to https://host:9443 and show the password to the network
        interface=address.scheme,
        database=database(settings) if with_database else "default",
        client_name="clawback-ledger",
        connect_timeout=CONNECT_SECONDS,
        send_receive_timeout=ANSWER_SECONDS,
        autogenerate_session_id=False,
        dedicated_pool=True,
        # between two processes of one machine, bytes are cheaper than what it takes to have fewer of them
        compress=not is_loopback(address.hostname or ""),
    )


@contextmanager
def translated(settings: Settings) -> Iterator[None]:
    """Turn the client's errors into ours for the time of a block; a bug of ours stays what it is.

    Raises:
        Unavailable: nobody answers, or not now.
        Refused: a person must act.
    """
    try:
        yield
    except (ClickHouseError, HTTPError, OSError) as error:
        meaning = explained(error, settings.clickhouse_shown)
        if meaning is None:
            raise
        raise meaning from error


def is_loopback(host: str) -> bool:
    """Say whether a host, as it is called in an address, is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
