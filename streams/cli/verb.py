"""Verb: a command that shows examples in its help, and a group that turns what goes wrong into one sentence."""

import os
import sys
from typing import Any

import click

from streams.ops.errors import Misconfigured, OpsError
from streams.settings import Settings, SettingsError

INTERNAL = 70
"""EX_SOFTWARE of sysexits.h: a bug of ours, not something that the user can mend."""

DEBUG = "CLAWBACK_DEBUG"


class Verb(click.Command):
    """A command with an Examples section at the end of its help."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's interface
        """Write the examples as they would be typed."""
        write_examples(self.examples, formatter)


class Verbs(click.Group):
    """A group of verbs, with examples as well."""

    command_class = Verb

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's interface
        """Write the examples as they would be typed."""
        write_examples(self.examples, formatter)


class Failed(click.ClickException):
    """A failure in words, with its exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code

    def show(self, file: Any = None) -> None:
        """Write the sentence to stderr."""
        click.echo(f"clawback: {self.format_message()}", file=file or sys.stderr)


class Root(Verbs):
    """The command itself: whatever a verb raises leaves as one sentence and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        """Name the verbs in the order in which a newcomer meets them, not in that of the alphabet."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort, click.ClickException, BrokenPipeError):
            raise
        except Exception as error:  # the edge of the program: nothing may reach the user as a stack trace unasked
            if os.environ.get(DEBUG):
                raise
            raise _in_words(error) from None


def _in_words(error: Exception) -> Failed:
    match error:
        case OpsError():
            return Failed(str(error), error.exit_code)
        case SettingsError():
            return Failed(str(error), Misconfigured.exit_code)
        case _:
            what = f"{type(error).__name__}: {error}"
            return Failed(f"this is a bug in Clawback: {what}. {DEBUG}=1 shows where it happened.", INTERNAL)


def write_examples(examples: tuple[str, ...], formatter: click.HelpFormatter) -> None:
    """Write an Examples section."""
    if examples:
        with formatter.section("Examples"):
            for example in examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def settings(**overrides: Any) -> Settings:
    """Read the settings of this installation; where none are given, those of the stack that `clawback up` runs.

    Raises:
        SettingsError: a setting makes no sense.
    """
    from streams.ops.running import settings_here  # noqa: PLC0415 - keeps `--help` quick

    return settings_here(note, **overrides)


def note(text: str) -> None:
    """Tell a person about progress, on stderr."""
    click.echo(text, err=True)
