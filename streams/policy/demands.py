"""Demands: what one class of operations asks of a change, read from its mapping; every default stands here."""

from enum import StrEnum

from streams.core.parties import Assurance, Authority
from streams.core.requirement import ApprovalsRequired, Requirement, Response
from streams.core.time import DAY_MS, SECOND_MS
from streams.policy import keys
from streams.policy.form import Form

COUNT_MAX = 10
"""People asked for one change: more never answer in time, and a typing error of 100 would revoke everything."""

VALID_FOR_MS_MAX = 365 * DAY_MS
"""An approval that is good for longer than a year is no approval of this change."""

ROLES_MAX = 20
"""Roles that must all be among the approvers."""


class Asked(StrEnum):
    """Whether a kind of evidence must be there."""

    REQUIRED = "required"
    OPTIONAL = "optional"


UNSAID = Requirement(
    operation_class="otherwise",
    authority=Authority.NONE,
    approvals=ApprovalsRequired(),
    prompt_required=True,
    on_violation=Response.HOLD,
)
"""What is asked of a change that matches no class when the policy has no `otherwise`: nothing passes in silence."""


def demands(form: Form, operation_class: str) -> Requirement:
    """Read the demands of a class: what it does not allow is forbidden, what it does not ask is not required."""
    bound, evidence = form.form("time_bound"), form.form("evidence")
    if bound is not None:
        bound.allow(keys.TIME_BOUND)
    if evidence is not None:
        evidence.allow(keys.EVIDENCE)
    prompt = evidence.choice("prompt", Asked, Asked.OPTIONAL) if evidence is not None else Asked.OPTIONAL
    return Requirement(
        operation_class=operation_class,
        authority=form.choice("authority", Authority, Authority.NONE),
        approvals=_approvals(form),
        expiry_required=bound.flag("required", default=False) if bound is not None else False,
        prompt_required=prompt is Asked.REQUIRED,
        on_violation=form.choice("on_violation", Response, Response.ALERT),
    )


def _approvals(form: Form) -> ApprovalsRequired | None:
    asked = form.form("approvals")
    if asked is None:
        return None
    asked.allow(keys.APPROVALS)
    lapses = asked.has("valid_for")
    valid_for_ms = asked.duration("valid_for", default=0, least=SECOND_MS, most=VALID_FOR_MS_MAX)
    return ApprovalsRequired(
        count=asked.whole("count", default=1, least=1, most=COUNT_MAX),
        roles=asked.texts("roles", most=ROLES_MAX),
        human=asked.flag("human", default=True),
        independent=asked.flag("independent", default=True),
        assurance=asked.choice("assurance", Assurance, Assurance.NONE),
        valid_for_ms=valid_for_ms if lapses else None,
    )
