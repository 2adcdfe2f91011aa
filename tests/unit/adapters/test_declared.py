"""Which decision a call declares: the forms, the order of trust, and what is no claim."""

import pytest

from streams.adapters.declared import Declared, declared
from tests.unit.adapters.events import TRACE, change, cloudtrail, okta


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("clawback-decision/dec-1", "dec-1"),
        ("acme/1.0 clawback-decision/dec-1 (linux) httpx/0.28", "dec-1"),
        ("Asked for by the agent (clawback-decision/dec-1).", "dec-1"),
        ("clawback-decision@dec-1", "dec-1"),
        ("clawback-decision=dec-1", "dec-1"),
        (f"clawback-decision/trace:{TRACE}", f"trace:{TRACE}"),
        (f"clawback-decision@trace.{TRACE.upper()}", f"trace:{TRACE}"),
        ("clawback-decision/okta:6c1f0a52-a8f4", "okta:6c1f0a52-a8f4"),
        ("x clawback-decision/a y clawback-decision/a", "a"),
        ("x clawback-decision/a y clawback-decision/b", None),
        ("not-clawback-decision/dec-1", None),
        ("clawback-decision/", None),
        ("clawback-decision/../../etc", None),
        ("clawback-decision/" + "a" * 300, None),
        ("Clawback decision dec-1", None),
        ("", None),
        (None, None),
    ],
)
def test_a_declared_decision_is_found(text: str | None, decision: str | None) -> None:
    assert declared((text,)).decision_id == decision


def test_the_first_text_with_a_claim_wins_and_each_kind_of_claim_is_found_for_itself() -> None:
    texts = (
        None,
        "clawback-command/cmd_1",
        "clawback-decision/first clawback-command/cmd_2",
        "clawback-decision/second",
    )
    said = declared(texts)
    assert (said.decision_id, said.command_id) == ("first", "cmd_1")


def test_a_trace_as_decision_gives_the_trace_id() -> None:
    assert declared((f"clawback-decision/trace:{TRACE}",)).trace_id == TRACE
    assert declared(("clawback-decision/dec-1",)).trace_id is None
    assert Declared().trace_id is None


def test_a_change_without_a_declared_decision_is_its_own() -> None:
    assert change("okta", okta()).decision_id == "okta:11f0-1"
    assert change("cloudtrail", cloudtrail()).decision_id == "cloudtrail:ev-1"


def test_okta_hears_the_decision_from_the_user_agent() -> None:
    event = okta(client={"userAgent": {"rawUserAgent": "bot/1 clawback-decision/dec-1 clawback-command/cmd_9"}})
    assert change("okta", event).decision_id == "dec-1"
    assert change("okta", event).command_id == "cmd_9"
    assert change("okta", event).event_id == "okta:11f0-1"


def test_aws_trusts_the_source_identity_before_the_session_name_before_the_user_agent() -> None:
    arn = "arn:aws:sts::111122223333:assumed-role/bot/clawback-decision@by-name"
    who = {
        "type": "AssumedRole", "arn": arn,
        "sessionContext": {"sourceIdentity": "clawback-decision@by-source", "sessionIssuer": {"arn": "arn:role/bot"}},
    }  # fmt: skip
    event = cloudtrail(userIdentity=who, userAgent="boto clawback-decision/by-agent")
    assert change("cloudtrail", event).decision_id == "by-source"
    del who["sessionContext"]
    assert change("cloudtrail", event).decision_id == "by-name"
    who["arn"] = "arn:aws:sts::111122223333:assumed-role/bot/run-1"
    assert change("cloudtrail", event).decision_id == "by-agent"


def test_a_session_named_after_a_decision_is_on_behalf_of_nobody() -> None:
    arn = "arn:aws:sts::111122223333:assumed-role/bot/clawback-decision@d"
    event = cloudtrail(userIdentity={"type": "AssumedRole", "arn": arn})
    assert change("cloudtrail", event).actor.on_behalf_of is None
    event["userIdentity"]["arn"] = "arn:aws:sts::111122223333:assumed-role/bot/dana"
    assert change("cloudtrail", event).actor.on_behalf_of == "dana"
    assert change("cloudtrail", event).actor.id == "arn:aws:iam::111122223333:role/bot"
