"""The verbs that bring their own broker and ClickHouse: `up` and `demo`."""

import click

from streams.cli.verb import Verb


@click.command(cls=Verb, examples=("clawback up",))
def up() -> None:
    """Run everything on this machine until Ctrl-C."""


@click.command(cls=Verb, examples=("clawback demo",))
def demo() -> None:
    """Show everything at once."""
