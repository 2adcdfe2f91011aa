"""Ignored: families of Okta's event types that change nobody's access, and why each is left out."""

SIGN_IN = "a sign-in or a session, no change of access"
OF_SIGN_IN = "a token of a sign-in, no change of access"
EVALUATED = "a policy that was evaluated, not changed"
WEATHER = "the health of Okta or of an integration"
SIGNAL = "a signal about risk or a device, no change of access"
STEP = "a step of a review or request that decides nothing yet"
CAUSE = "a rule or an import; each change that it makes is an event of its own"
REPORT = "a report or a message"

FAMILIES: dict[str, str] = {
    "user.session.": SIGN_IN,
    "user.authentication.": SIGN_IN,
    "user.mfa.attempt": SIGN_IN,
    "user.mfa.okta_verify": SIGN_IN,
    "user.mfa.factor.update": SIGN_IN,
    "user.account.lock": SIGN_IN,
    "user.account.access_super_user_app": SIGN_IN,
    "user.account.report_suspicious_activity": SIGNAL,
    "user.risk.": SIGNAL,
    "user.behavior.": SIGNAL,
    "user.import.": CAUSE,
    "user.registration.": STEP,
    "app.oauth2.authorize.": OF_SIGN_IN,
    "app.oauth2.as.authorize": OF_SIGN_IN,
    "app.oauth2.as.token.": OF_SIGN_IN,
    "app.oauth2.as.evaluate.": OF_SIGN_IN,
    "app.oauth2.token.": OF_SIGN_IN,
    "app.oauth2.signon": SIGN_IN,
    "app.oauth2.invalid_client": SIGN_IN,
    "app.access_request.request": STEP,
    "app.access_request.grant": CAUSE,
    "app.access_request.delete": STEP,
    "app.user_management": CAUSE,
    "app.realtimesync.": CAUSE,
    "app.generic.": WEATHER,
    "app.audit_report.": REPORT,
    "application.provision.": CAUSE,
    "application.integration.": WEATHER,
    "application.cache.": WEATHER,
    "application.policy.sign_on.deny_access": EVALUATED,
    "access.request.create": STEP,
    "access.request.update": STEP,
    "certification.campaign.create": STEP,
    "certification.campaign.launch": STEP,
    "certification.campaign.update": STEP,
    "certification.campaign.context.": STEP,
    "certification.campaign.close": STEP,
    "certification.campaign.delete": STEP,
    "certification.campaign.item.remediate": CAUSE,
    "certification.remediation.": CAUSE,
    "access.review.": STEP,
    "group.user_membership.rule.": CAUSE,
    "policy.evaluate_": EVALUATED,
    "policy.auth_reevaluate": EVALUATED,
    "policy.entity_risk.": EVALUATED,
    "security.": SIGNAL,
    "device.": SIGNAL,
    "analytics.": REPORT,
    "core.": WEATHER,
    "support.": REPORT,
    "event_hook.delivery": WEATHER,
    "inline_hook.executed": WEATHER,
    "inline_hook.response.": WEATHER,
    "system.agent.": WEATHER,
    "system.client.": WEATHER,
    "system.csv.": CAUSE,
    "system.email.": REPORT,
    "system.import.": CAUSE,
    "system.ldapi.": SIGN_IN,
    "system.operation.": WEATHER,
    "system.org.rate_limit.": WEATHER,
    "system.org.task.": WEATHER,
    "system.push.": SIGN_IN,
    "system.sms.": SIGN_IN,
    "system.voice.": SIGN_IN,
    "workflows.user.": SIGN_IN,
    "zone.": "a network zone, no change of anybody's access",
}
"""By the beginning of the event type. A type that is neither here nor in the other tables is refused, not dropped."""


def reason_to_ignore(event_type: str) -> str | None:
    """Say why an event type is no evidence; None when nobody has said so."""
    return next((why for family, why in FAMILIES.items() if event_type.startswith(family)), None)
