"""Terminal: colour, width and boxes for people; plain lines of one width for everything else."""

import os
import sys
from typing import TextIO

from rich.console import Console, RenderableType

PIPED_WIDTH = 120
"""Columns where there is no terminal to ask: what a mail or a ticket shows without breaking lines."""


def console(stream: TextIO = sys.stdout) -> Console:
    """Open a console: colours only on a terminal and without NO_COLOR (no-color.org), no guessing of highlights."""
    return Console(
        file=stream,
        width=None if stream.isatty() else PIPED_WIDTH,
        no_color=bool(os.environ.get("NO_COLOR")) or not stream.isatty(),
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )


def show(renderable: RenderableType, stream: TextIO = sys.stdout) -> None:
    """Print something for people; where nobody looks at a screen, without the blanks that fill up lines."""
    target = console(stream)
    if stream.isatty():
        target.print(renderable)
        return
    with target.capture() as captured:
        target.print(renderable)
    stream.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
