"""The page about the policy: its example does what the page says, and it leaves out no key and no name."""

import re
from pathlib import Path

from streams.core.parties import Subject
from streams.core.requirement import Mode
from streams.core.time import Millis
from streams.policy import keys
from streams.policy.cel.vocabulary import NAMES
from streams.policy.load import parse
from tests.altered import replace
from tests.unit.policy.examples import ADMIN, change

PAGE = (Path(__file__).parents[3] / "docs" / "policy.md").read_text("utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]

GRANT = change(entitlements=(ADMIN,), subject=Subject(id="svc-ci"))


def test_the_example_does_what_the_page_says() -> None:
    policy = parse(EXAMPLE)
    asked = policy.requirement(GRANT, ai=True)
    assert policy.mode is Mode.OBSERVE
    assert asked.operation_class == "production-admin"
    assert asked.approvals is not None
    assert (asked.approvals.count, asked.expiry_required, asked.waived) == (2, True, ())
    assert policy.requirement(change(operation="delete"), ai=True).operation_class == "otherwise"
    assert policy.requirement(GRANT, ai=False).operation_class == "not-ai"


def test_the_exception_of_the_example_ends_with_the_year() -> None:
    policy = parse(EXAMPLE)
    imported = replace(GRANT, source="directory-import", executed_at=Millis(1_798_761_599_999))
    assert policy.requirement(imported, ai=True).waived == ("NO_EXPIRY",)
    assert policy.requirement(replace(imported, executed_at=Millis(1_798_761_600_000)), ai=True).waived == ()


def test_every_key_is_on_the_page() -> None:
    tables = (keys.POLICY, keys.TIMING, keys.OPERATION, keys.APPROVALS, keys.TIME_BOUND, keys.EVIDENCE)
    for table in (*tables, keys.EXCEPTION, keys.SAFETY):
        for key in table:
            assert re.search(rf"`(\w+\.)?{key}(\.\w+)?`", PAGE), key


def test_every_name_that_a_condition_sees_is_on_the_page() -> None:
    assert [name for name in NAMES if f"`{name}`" not in PAGE] == []
