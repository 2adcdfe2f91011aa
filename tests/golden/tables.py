"""Tables: the adapters' own tables as Markdown, spliced into the page that explains them."""

from collections.abc import Callable, Iterable
from pathlib import Path

from streams.adapters.cloudtrail import events as cloudtrail
from streams.adapters.cloudtrail import ignored as cloudtrail_ignored
from streams.adapters.okta import approvals as okta_approvals
from streams.adapters.okta import events as okta
from streams.adapters.okta import ignored as okta_ignored
from streams.adapters.otel import operations as otel

PAGE = Path(__file__).parents[2] / "docs/adapters.md"
NOTHING = "-"


def page() -> str:
    """Write the page as it should be: every table between its marks."""
    text = PAGE.read_text(encoding="utf-8")
    for name, write in TABLES.items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        before, rest = text.split(begin)
        text = before + begin + write() + end + rest.split(end)[1]
    return text


def _table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    names = head.split(" | ")
    lines = [f"| {head} |", "|" + "---|" * len(names), *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def _okta_changes() -> str:
    return _table(
        "event type | operation | whose | held | process",
        (
            (
                f"`{name}`",
                mapped.operation,
                "the actor"
                if mapped.whose == okta.ACTOR
                else ", ".join(filter(None, (*mapped.whose, mapped.otherwise))),
                "admin roles" if mapped.roles else _held(mapped.held, mapped.implied),
                mapped.process or NOTHING,
            )
            for name, mapped in okta.CHANGES.items()
        ),
    )


def _held(types: tuple[str, ...], implied: str) -> str:
    named = "the other targets" if types == okta.EVERYTHING_ELSE else ", ".join(types)
    return ", else ".join(filter(None, (named, f"`{implied}`" if implied else ""))) or NOTHING


def _okta_approvals() -> str:
    return _table("event type | outcome", ((f"`{n}`", str(o)) for n, o in okta_approvals.APPROVALS.items()))


def _okta_ignored() -> str:
    return _table("begins with | because it is", ((f"`{n}`", why) for n, why in okta_ignored.FAMILIES.items()))


def _cloudtrail_changes() -> str:
    return _table(
        "call | operation | whose | held",
        (
            (
                f"`{call}`",
                mapped.operation or "enable, disable",
                "everybody in the account" if mapped.account_wide else _whose(mapped),
                ", else ".join(
                    filter(None, (_named(mapped.held), mapped.each and f"each of `{mapped.each}`", _implied(mapped)))
                )
                or NOTHING,
            )
            for call, mapped in cloudtrail.CHANGES.items()
        ),
    )


def _whose(mapped: cloudtrail.Mapped) -> str:
    own = "the caller" if mapped.or_own or not mapped.whose else ""
    return ", else ".join(filter(None, (_named(mapped.whose), own)))


def _named(named: tuple[cloudtrail.Named, ...]) -> str:
    return " or ".join(f"`{n.parameter}`" for n in named)


def _implied(mapped: cloudtrail.Mapped) -> str:
    return f"“{mapped.implied}”" if mapped.implied else ""


def _cloudtrail_ignored() -> str:
    return _table("call | because it is", ((f"`{n}`", why) for n, why in cloudtrail_ignored.NAMES.items()))


def _otel_operations() -> str:
    rows = [(f"`{name}`", "prompt") for name in sorted(otel.PROMPTS)]
    rows += [(f"`{name}`", f"context ({kind})") for name, kind in otel.CONTEXTS.items()]
    rows += [(f"`{name}`", f"ignored: {why}") for name, why in otel.IGNORED.items()]
    return _table("`gen_ai.operation.name` | becomes", rows)


TABLES: dict[str, Callable[[], str]] = {
    "okta changes": _okta_changes,
    "okta approvals": _okta_approvals,
    "okta ignored": _okta_ignored,
    "cloudtrail changes": _cloudtrail_changes,
    "cloudtrail ignored": _cloudtrail_ignored,
    "otel operations": _otel_operations,
}
