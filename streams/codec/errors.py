"""Malformed: what arrived is not a record of ours, and why."""


class Malformed(ValueError):
    """Bytes, a line or plain values that do not make a record.

    `reason` is one sentence that names the field and what is wrong with it. It quotes ids, numbers and words of our own
    vocabularies, never texts, so that it may stand in a log and in the quarantine.
    """

    def __init__(self, reason: str) -> None:
        """Say what is wrong."""
        super().__init__(reason)
        self.reason = reason


class RegistryError(Exception):
    """The schema registry does not answer, refuses, or knows less than it must; the message says what to do.

    Never a reason for quarantine: the record may be in order.
    """
