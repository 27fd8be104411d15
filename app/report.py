"""A report as people read it on a terminal, and as the contract's JSON."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.domain import Answer, Finding, Outcome, PhotoFacts, Region, Verdict, Words

LIGHTS = {
    Answer.APPROVE: ("READY", "bold green"),
    Answer.REFER: ("CHECK", "bold yellow"),
    Answer.REJECT: ("STOP", "bold red"),
}
_STYLES = {Outcome.ADVISE: "cyan", Outcome.REFER: "yellow", Outcome.REJECT: "red"}


def light(answer: Answer) -> Text:
    """The verdict as a word with its colour; never the colour alone."""
    word, style = LIGHTS[answer]
    return Text(f"{word} ({answer.value})", style)


def marked(text: str, findings: Iterable[Finding]) -> Text:
    """The text with the words that findings point at marked, the worst outcome on top."""
    shown = Text(text)
    for finding in sorted(findings, key=lambda one: one.outcome):
        if isinstance(finding.where, Words) and finding.where.field == "text":
            shown.stylize(f"{_STYLES[finding.outcome]} underline", finding.where.start, finding.where.end)
    return shown


def place(finding: Finding) -> str:
    """Where a finding points, in a few characters."""
    where = finding.where
    if isinstance(where, Region):
        box = where.box
        return f"photo {where.photo + 1}, box {box.left},{box.top}–{box.right},{box.bottom}"
    if isinstance(where, Words):
        field = where.field.value.replace("_", " ")
        photo = f" of photo {where.photo + 1}" if where.photo is not None else ""
        return f"{field}{photo}, {where.start}–{where.end}"
    return "the whole draft"


def findings_table(verdict: Verdict) -> Table:
    """All findings, worst first."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    for head in ("outcome", "rule", "where", "what"):
        table.add_column(head, no_wrap=head in {"outcome", "rule"}, overflow="fold")
    for finding in sorted(verdict.findings, key=lambda one: -one.outcome):
        words = Text(finding.message)
        if finding.hint:
            words.append(f" {finding.hint}", "dim")
        table.add_row(Text(finding.outcome.word, _STYLES[finding.outcome]), finding.rule, place(finding), words)
    return table


def photo_line(number: int, facts: PhotoFacts) -> str:
    """What was seen in a photo, in a line."""
    faces = f"{len(facts.faces)} face{'' if len(facts.faces) == 1 else 's'}"
    unseen = f"; not seen: {', '.join(facts.unseen)}" if facts.unseen else ""
    return f"photo {number + 1}: {facts.width} × {facts.height}, {facts.composition}, {faces}, matching {facts.matching}{unseen}"


def show(console: Console, text: str, verdict: Verdict, photos: Iterable[PhotoFacts]) -> None:
    """The whole report."""
    console.print(light(verdict.answer), marked(text, verdict.findings) if text else Text("(no text)", "dim"))
    for number, facts in enumerate(photos):
        console.print(photo_line(number, facts), style="dim")
    if verdict.findings:
        console.print(findings_table(verdict))
    else:
        console.print("Nothing was found. A person still decides.")
    console.print(f"policy {verdict.policy}, engine {verdict.engine}", style="dim")
