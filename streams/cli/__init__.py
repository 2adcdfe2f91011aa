"""The command `clawback`: one small file per group of verbs; what they do is in `streams.ops`."""


def main() -> None:
    """Run the command line (entry point of the package)."""
    from streams.cli.root import clawback  # noqa: PLC0415 - importing the package must cost nothing

    clawback(prog_name="clawback")
