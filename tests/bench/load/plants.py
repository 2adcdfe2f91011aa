"""THE table of plants: what a decision of the load may be, how often, and what a verdict on it must say."""

from collections.abc import Callable
from dataclasses import dataclass

from streams.core.evidence import Approval, Change, Consent, Evidence, Prompt, Scope
from streams.core.parties import Actor, Approver, Authority, Kind
from streams.core.time import SECOND_MS
from streams.core.verdict import Judgement
from tests.bench.load import cast
from tests.bench.load.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One kind of decision. `share`: parts in a thousand decisions. `judgement` None: there is nothing to judge.

    `code`: the finding that the verdict must name; empty where it must name none.
    """

    name: str
    share: int
    tell: Callable[[Story], list[Evidence]]
    judgement: Judgement | None
    code: str = ""


def _nothing_came_of_it(story: Story) -> list[Evidence]:
    return story.talk(Authority.RECOMMEND)


def _still_waiting(story: Story) -> list[Evidence]:
    """Somebody has agreed, and the change was not made yet: it stays open."""
    facts = story.talk(Authority.RECOMMEND)
    about = facts[0]
    assert isinstance(about, Prompt)
    wanted = about.tool_calls[0]
    approval = Approval(
        **story.common("approval", "approvals", story.begins_at + 30 * SECOND_MS),
        approval_id=f"request-{story.decision_id}",
        approver=_any(story, cast.MANAGERS),
        outcome=Consent.APPROVED,
        scope=Scope(operation="grant", subject=wanted.subject, entitlements=(wanted.entitlement or "",)),
        decided_at=story.begins_at,
        ticket=f"REQ-{story.decision_id}",
    )
    return [*facts, approval]


def _granted(story: Story) -> list[Evidence]:
    change = _grant(story)
    return [*story.talk(Authority.EXECUTE), _by_manager(story, change), change]


def _joined(story: Story) -> list[Evidence]:
    change = story.change("grant", "joiner", story.by_agent(), privileged=False, ends=False)
    return [*story.talk(Authority.EXECUTE), _by_manager(story, change), change]


def _left(story: Story) -> list[Evidence]:
    change = story.change("disable", "leaver", story.by_agent(), privileged=False, ends=False)
    return [*story.talk(Authority.EXECUTE), change]


def _elevated(story: Story) -> list[Evidence]:
    change = story.change("elevate", "request", story.by_platform(), privileged=True, ends=True)
    return [*story.talk(Authority.RECOMMEND), *_by_owner_and_security(story, change), change]


def _unapproved(story: Story) -> list[Evidence]:
    return [*story.talk(Authority.EXECUTE), _grant(story), story.outcome()]


def _approved_by_a_bot(story: Story) -> list[Evidence]:
    change = _grant(story)
    bot = Approver(id=story.one(cast.AGENTS), kind=Kind.AI_AGENT, roles=("manager",))
    consent = story.approval(change, bot, _before(story, change))
    return [*story.talk(Authority.EXECUTE), consent, change, story.outcome()]


def _approved_by_oneself(story: Story) -> list[Evidence]:
    change = _grant(story)
    oneself = Approver(id=change.actor.on_behalf_of or "", kind=Kind.HUMAN)
    consent = story.approval(change, oneself, _before(story, change))
    return [*story.talk(Authority.EXECUTE), consent, change, story.outcome()]


def _approved_afterwards(story: Story) -> list[Evidence]:
    change = _grant(story)
    after = story.approval(change, _any(story, cast.MANAGERS), change.executed_at + 20 * SECOND_MS)
    return [*story.talk(Authority.EXECUTE), change, after, story.outcome()]


def _approved_something_else(story: Story) -> list[Evidence]:
    change = _grant(story)
    other = Scope(operation=change.operation, subject=change.subject.id, entitlements=("group-of-somebody-else",))
    consent = story.approval(change, _any(story, cast.MANAGERS), _before(story, change), scope=other)
    return [*story.talk(Authority.EXECUTE), consent, change, story.outcome()]


def _approved_long_ago(story: Story) -> list[Evidence]:
    change = _grant(story)
    at = _before(story, change)
    consent = story.approval(change, _any(story, cast.MANAGERS), at, valid_until=at + SECOND_MS)
    return [*story.talk(Authority.EXECUTE), consent, change, story.outcome()]


def _denied(story: Story) -> list[Evidence]:
    change = _grant(story)
    refusal = story.approval(change, _any(story, cast.MANAGERS), _before(story, change), outcome=Consent.DENIED)
    return [*story.talk(Authority.EXECUTE), refusal, change, story.outcome()]


def _half_approved(story: Story) -> list[Evidence]:
    change = story.change("elevate", "request", story.by_platform(), privileged=True, ends=True)
    only = _by_owner_and_security(story, change)[0]
    return [*story.talk(Authority.RECOMMEND), only, change, story.outcome()]


def _endless(story: Story) -> list[Evidence]:
    change = story.change("grant", "request", story.by_agent(), privileged=False, ends=False)
    return [*story.talk(Authority.EXECUTE), _by_manager(story, change), change, story.outcome()]


def _unexplained(story: Story) -> list[Evidence]:
    change = _grant(story)
    shown = [fact for fact in story.talk(Authority.EXECUTE) if not isinstance(fact, Prompt)]
    return [*shown, _by_manager(story, change), change, story.outcome()]


def _elevated_by_an_agent(story: Story) -> list[Evidence]:
    change = story.change("elevate", "request", story.by_agent(), privileged=True, ends=True)
    return [*story.talk(Authority.EXECUTE), *_by_owner_and_security(story, change), change, story.outcome()]


def _done_by_a_stranger(story: Story) -> list[Evidence]:
    actor = Actor(id=cast.STRANGER, kind=Kind.AI_AGENT, on_behalf_of=story.one(cast.PEOPLE))
    change = story.change("grant", "request", actor, privileged=False, ends=True)
    return [*story.talk(Authority.EXECUTE), _by_manager(story, change), change, story.outcome()]


def _grant(story: Story) -> Change:
    return story.change("grant", "request", story.by_agent(), privileged=False, ends=True)


def _by_manager(story: Story, change: Change) -> Approval:
    return story.approval(change, _any(story, cast.MANAGERS), _before(story, change))


def _by_owner_and_security(story: Story, change: Change) -> tuple[Approval, Approval]:
    return (
        story.approval(change, _any(story, cast.OWNERS), _before(story, change)),
        story.approval(change, _any(story, cast.SECURITY), _before(story, change)),
    )


def _any(story: Story, approvers: tuple[Approver, ...]) -> Approver:
    return approvers[int(story.random.random() * len(approvers))]


def _before(story: Story, change: Change) -> int:
    return change.executed_at - story.between(10 * SECOND_MS, 40 * SECOND_MS)


UPHELD, VIOLATED = Judgement.UPHELD, Judgement.VIOLATED

PLANTS: tuple[Plant, ...] = (
    Plant(name="nothing came of it", share=700, tell=_nothing_came_of_it, judgement=None),
    Plant(name="granted", share=70, tell=_granted, judgement=UPHELD),
    Plant(name="joined", share=50, tell=_joined, judgement=UPHELD),
    Plant(name="left", share=10, tell=_left, judgement=UPHELD),
    Plant(name="elevated", share=120, tell=_elevated, judgement=UPHELD),
    Plant(name="unapproved", share=8, tell=_unapproved, judgement=VIOLATED, code="APPROVAL_MISSING"),
    Plant(name="by a bot", share=5, tell=_approved_by_a_bot, judgement=VIOLATED, code="APPROVER_NOT_HUMAN"),
    Plant(name="by oneself", share=5, tell=_approved_by_oneself, judgement=VIOLATED, code="SELF_APPROVAL"),
    Plant(name="afterwards", share=4, tell=_approved_afterwards, judgement=VIOLATED, code="APPROVAL_AFTER_EXECUTION"),
    Plant(name="other", share=4, tell=_approved_something_else, judgement=VIOLATED, code="APPROVAL_SCOPE_MISMATCH"),
    Plant(name="long ago", share=3, tell=_approved_long_ago, judgement=VIOLATED, code="APPROVAL_EXPIRED"),
    Plant(name="denied", share=4, tell=_denied, judgement=VIOLATED, code="EXECUTED_AFTER_DENIAL"),
    Plant(name="half approved", share=5, tell=_half_approved, judgement=VIOLATED, code="QUORUM_NOT_MET"),
    Plant(name="endless", share=3, tell=_endless, judgement=VIOLATED, code="NO_EXPIRY"),
    Plant(name="unexplained", share=3, tell=_unexplained, judgement=VIOLATED, code="UNEXPLAINED_ACTION"),
    Plant(name="by an agent", share=3, tell=_elevated_by_an_agent, judgement=VIOLATED, code="AUTHORITY_EXCEEDED"),
    Plant(name="by a stranger", share=3, tell=_done_by_a_stranger, judgement=VIOLATED, code="AGENT_UNREGISTERED"),
)  # fmt: skip
"""Seven of ten requests change nothing; five of six changes are in order. Together with what is told of each, that is
25 % prompts, 60 % contexts, 8 % approvals, 6 % changes and 1 % outcomes, about 16 records for each change."""

WAITING: tuple[Plant, ...] = (
    Plant(name="still waiting", share=1_000, tell=_still_waiting, judgement=None),
)  # fmt: skip
"""Decisions that stay open and are never due, about five records each: to have many open ones."""

UNAPPROVED: tuple[Plant, ...] = (
    *(plant for plant in PLANTS if plant.name != "unapproved"),
    Plant(name="unapproved", share=100, tell=_unapproved, judgement=VIOLATED, code="APPROVAL_MISSING"),
)
"""As `PLANTS`, with more that a command must take back: to have commands to wait for."""
