"""Keys: every key that a policy may have, and those that are refused because nothing would enforce them."""

KEPT = None
"""Nothing stands against the key."""

LATER = "is not enforced by this version; remove it"
"""A policy must not promise what nobody checks: such a key is refused rather than read and forgotten."""

POLICY: dict[str, str | None] = {
    "version": KEPT,
    "mode": KEPT,
    "timing": KEPT,
    "operations": KEPT,
    "exceptions": KEPT,
    "safety": KEPT,
    "otherwise": KEPT,
}
TIMING: dict[str, str | None] = {"grace": KEPT, "skew": KEPT, "horizon": KEPT}
DEMANDS: dict[str, str | None] = {
    "authority": KEPT,
    "approvals": KEPT,
    "time_bound": KEPT,
    "evidence": KEPT,
    "on_violation": KEPT,
    "rollback": LATER,
}
OPERATION: dict[str, str | None] = {"id": KEPT, "when": KEPT, **DEMANDS}
OTHERWISE: dict[str, str | None] = {
    **DEMANDS,
    "id": "is always `otherwise` here; remove it",
    "when": "makes no sense here: this class is for what matched no other; remove it",
}
APPROVALS: dict[str, str | None] = {
    "count": KEPT,
    "roles": KEPT,
    "human": KEPT,
    "independent": KEPT,
    "assurance": KEPT,
    "valid_for": KEPT,
    "single_use": LATER,
}
TIME_BOUND: dict[str, str | None] = {"required": KEPT, "max": LATER}
EVIDENCE: dict[str, str | None] = {"prompt": KEPT, "context": LATER}
EXCEPTION: dict[str, str | None] = {"id": KEPT, "owner": KEPT, "until": KEPT, "when": KEPT, "waives": KEPT}
SAFETY: dict[str, str | None] = {
    "protected_subjects": KEPT,
    "revocations_per_minute": LATER,
    "per_subject_per_hour": LATER,
}
