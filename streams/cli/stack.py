"""The verbs that bring their own broker and ClickHouse: `up` and `demo`."""

import click

from streams.cli.verb import Verb


@click.command(cls=Verb, short_help="Run everything here, until Ctrl-C.", examples=("clawback up",))
def up() -> None:
    """Run everything on this machine until Ctrl-C."""


@click.command(cls=Verb, short_help="Show everything at once, and check it.", examples=("clawback demo",))
def demo() -> None:
    """Show everything at once."""
