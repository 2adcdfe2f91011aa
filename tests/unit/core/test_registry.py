"""Registry: who was registered when."""

from itertools import permutations

from streams.core.ids import DEFAULT_TENANT, EventId, TenantId
from streams.core.parties import Authority
from streams.core.registry import AgentStatus, Registry
from streams.core.time import Millis
from tests.altered import replace
from tests.cast import NOON, REGISTERED

FIRST = replace(REGISTERED[0], occurred_at=NOON, registered_at=NOON, event_id=EventId("v1"))
SECOND = replace(
    FIRST, occurred_at=Millis(NOON + 10), event_id=EventId("v2"), status=AgentStatus.SUSPENDED, authority=()
)
BOT = FIRST.agent_id


def test_an_agent_is_as_it_was_registered_at_that_time() -> None:
    registry = Registry().with_agents([SECOND, FIRST])
    assert registry.as_of(DEFAULT_TENANT, BOT, Millis(NOON - 1)) is None
    assert registry.as_of(DEFAULT_TENANT, BOT, NOON) == FIRST
    assert registry.as_of(DEFAULT_TENANT, BOT, Millis(NOON + 9)) == FIRST
    assert registry.as_of(DEFAULT_TENANT, BOT, Millis(NOON + 10)) == SECOND


def test_an_agent_whose_first_entry_is_compacted_away_was_registered_all_the_same() -> None:
    registry = Registry().with_agents([SECOND])
    assert registry.as_of(DEFAULT_TENANT, BOT, NOON) == SECOND
    assert registry.as_of(DEFAULT_TENANT, BOT, Millis(NOON - 1)) is None


def test_neither_order_nor_repetition_of_entries_matters() -> None:
    whole = Registry().with_agents([FIRST, SECOND])
    for entries in permutations([FIRST, SECOND, FIRST]):
        registry = Registry()
        for entry in entries:
            registry = registry.with_agents([entry])
        assert registry == whole


def test_the_agent_of_another_tenant_is_another_agent() -> None:
    registry = Registry().with_agents([replace(FIRST, tenant=TenantId("elsewhere"))])
    assert registry.as_of(DEFAULT_TENANT, BOT, NOON) is None


def test_authority_is_what_the_class_says_else_what_all_classes_say_else_none() -> None:
    agent = replace(FIRST, authority=(("*", Authority.RECOMMEND), ("elevation", Authority.EXECUTE)))
    assert agent.authority_for("elevation") is Authority.EXECUTE
    assert agent.authority_for("grants") is Authority.RECOMMEND
    assert SECOND.authority_for("grants") is Authority.NONE
