"""Story on a screen: on top what is wrong and what is being done about it, below the timeline."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from streams.core.case import deed
from streams.core.command import Command
from streams.core.evidence import Approval, Change, Consent, Context, Outcome, Prompt, Status
from streams.core.finding import Finding, Severity
from streams.core.requirement import Mode, Response
from streams.core.time import Millis, utc
from streams.core.verdict import Judgement, Verdict
from streams.ops.story import Part, Story
from streams.ops.telling import happened_at, tell

JUDGED = {
    Judgement.UPHELD: ("✔", "bold green"),
    Judgement.VIOLATED: ("✖", "bold red"),
    Judgement.INDETERMINATE: ("?", "bold yellow"),
}
SEVERE = {Severity.LOW: "cyan", Severity.MEDIUM: "yellow", Severity.HIGH: "red", Severity.CRITICAL: "bold red"}
STANDING = {"confirmed": "green", "taken back": "dim"}


def clean(text: str) -> str:
    """Replace what does not print: somebody's prompt must not move the cursor or colour the screen."""
    return "".join(c if c.isprintable() else "�" for c in text)


class StoryView:
    """A story, ready for a rich console."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Write the head, an empty line, and the timeline."""
        yield from self._head()
        yield Text()
        yield self._timeline()

    def _head(self) -> Iterator[RenderableType]:
        story, verdict = self._story, self._story.verdict
        tenant = f" (tenant {story.tenant})" if story.tenant != "default" else ""
        name = clean(f"{story.decision_id}{tenant}")
        if verdict is None:
            yield Text.assemble(("… ", "bold"), (name, "bold"), "  not judged yet")
            return
        symbol, style = JUDGED[verdict.judgement]
        yield Text.assemble(
            (f"{symbol} {verdict.judgement.value.upper()}  ", style), (name, "bold"), (_under(verdict), "dim")
        )
        for change in (p for p in story.parts if isinstance(p, Change) and p.change_id in verdict.changes):
            yield Padding(Text(f"{clean(deed(change))}."), (0, 0, 0, 2))
        yield self._findings(verdict)
        for reason in verdict.reasons:
            yield Padding(Text(f"cannot be judged: {clean(reason)}", "yellow"), (0, 0, 0, 2))
        for command in story.commands:
            yield Padding(self._command(command), (0, 0, 0, 2))
        if verdict.judgement is Judgement.VIOLATED and not story.commands:
            yield Padding(Text(_why_no_command(verdict), "dim"), (0, 0, 0, 2))

    def _findings(self, verdict: Verdict) -> Table:
        """Lay out the findings, worst first; what every sentence repeats (the deed) stands above them already."""
        deeds = [deed(p) for p in self._story.parts if isinstance(p, Change)]
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        table.add_column("severity", no_wrap=True)
        table.add_column("code", no_wrap=True, style="bold")
        table.add_column("why", overflow="fold")
        for finding in sorted(verdict.findings, key=_worst_first):
            severity = Text(f"  {finding.severity.value}", SEVERE[finding.severity])
            table.add_row(severity, Text(finding.code), Text(clean(_short(finding.message, deeds))))
        return table

    def _command(self, command: Command) -> Text:
        standing = self._story.standing(command)
        return Text.assemble(
            ("→ ", "bold"), clean(tell(command).says), "  ", (f"[{standing}]", STANDING.get(standing, "bold yellow"))
        )

    def _timeline(self) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
        table.add_column("at", no_wrap=True, style="dim")
        table.add_column("word", no_wrap=True)
        table.add_column("what", overflow="fold")
        day = ""
        for part in self._story.parts:
            at = utc(Millis(happened_at(part)))
            if at[:10] != day:
                day = at[:10]
                table.add_row("", "", Text(f"{day} (UTC)", "dim"))
            table.add_row(at[11:19], *_row(part))
        return table


def _row(part: Part) -> tuple[Text, Text]:
    told = tell(part)
    symbol, style = _mark(part)
    what = Text(clean(told.says), style if isinstance(part, Verdict) else "")
    if isinstance(part, Verdict):
        for finding in sorted(part.findings, key=_worst_first):
            what.append("\n").append_text(Text(f"{finding.code} → {finding.response.value}", SEVERE[finding.severity]))
        for reason in part.reasons:
            what.append(f"\n{clean(reason)}", "yellow")
    else:
        for line in told.lines:
            what.append(f"\n{clean(line)}", "dim")
    return Text(f"{symbol} {told.word}", style), what


def _mark(part: Part) -> tuple[str, str]:
    """Choose symbol and colour of a row."""
    match part:
        case Context():
            return "▫", "dim"
        case Prompt():
            return "◆", "cyan"
        case Approval():
            return ("✓", "green") if part.outcome is Consent.APPROVED else ("✗", "red")
        case Change():
            return "●", "bold"
        case Verdict():
            return JUDGED[part.judgement]
        case Command():
            return "→", "bold magenta"
        case Outcome():
            return ("✓", "green") if part.status is Status.SUCCEEDED else ("!", "bold yellow")


def _short(message: str, deeds: list[str]) -> str:
    """Leave out of a finding's sentence what was done, when it begins with that."""
    for told in deeds:
        rest = message.removeprefix(told).lstrip(",; ")
        if rest != message and rest:
            return rest
    return message


def _worst_first(finding: Finding) -> tuple[int, str, str]:
    return -tuple(Severity).index(finding.severity), finding.code, finding.finding_id


def _under(verdict: Verdict) -> str:
    again = f" · version {verdict.version}" if verdict.version > 1 else ""
    return f"{again} · policy {clean(verdict.policy_version)} ({verdict.mode.value})"


def _why_no_command(verdict: Verdict) -> str:
    if verdict.mode is Mode.OBSERVE and verdict.response.rank >= Response.REVOKE.rank:
        return f"→ nothing is undone: the policy only observes; it would {verdict.response.value.replace('-', ' ')}"
    return f"→ no command: the response is {verdict.response.value.replace('-', ' ')}"
