"""What can go wrong for the person at the command line: three kinds, each with its own exit code."""


class OpsError(Exception):
    """Something that a person can understand and act upon; the message says both. `exit_code`: of the command."""

    exit_code = 1


class NotFine(OpsError):
    """The command ran, and what it was asked about is not fine: bad lines, an unknown decision, a broken policy."""

    exit_code = 1


class Misconfigured(OpsError):
    """The command cannot run as it was asked to: a missing file, a policy that does not load, a wrong setting."""

    exit_code = 2


class NotThere(OpsError):
    """A system that the command needs is not there, or refuses: the broker, ClickHouse, the schema registry."""

    exit_code = 3
