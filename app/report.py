"""A report as people read it on a terminal, and as the contract's JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from app.domain import Answer, Finding, Outcome, PhotoFacts, Region, Verdict, Words

LIGHTS = {
    Answer.APPROVE: ("READY", "bold green"),
    Answer.REFER: ("CHECK", "bold yellow"),
    Answer.REJECT: ("STOP", "bold red"),
}
_STYLES = {Outcome.ADVISE: "cyan", Outcome.REFER: "yellow", Outcome.REJECT: "red"}


# Control characters as pictures of themselves: one for one, so that spans still fit, and no terminal obeys them.
_VISIBLE = {
    **{code: 0x2400 + code for code in range(0x20) if code not in b"\t\n"},
    **dict.fromkeys(range(0x7F, 0xA0), 0xFFFD),
}


def light(answer: Answer) -> Text:
    """The verdict as a word with its colour; never the colour alone."""
    word, style = LIGHTS[answer]
    return Text(f"{word} ({answer.value})", style)


def marked(text: str, findings: Iterable[Finding]) -> Text:
    """The text with the words that findings point at marked, the worst outcome on top."""
    shown = Text(text.translate(_VISIBLE))
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


def finding_lines(alike: Sequence[Finding]) -> tuple[Text, Text]:
    """Findings that say the same in two parts: what rule and where; what it says and what would help."""
    first = alike[0]
    head = Text("  ")
    head.append(f"{first.outcome.word:7}", _STYLES[first.outcome])
    head.append(first.rule, "bold").append(f"  {'; '.join(place(one) for one in alike)}", "dim")
    words = Text(first.message)
    if first.hint:
        words.append(f" {first.hint}", "dim")
    return head, words


def _alike(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings worst first, those that say the same together."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: -one.outcome):
        groups.setdefault((finding.rule, finding.message), []).append(finding)
    return list(groups.values())


def photo_line(number: int, facts: PhotoFacts) -> str:
    """What was seen in a photo, in a line."""
    certain = sum(not face.possible for face in facts.faces)
    faces = f"{certain} face{'' if certain == 1 else 's'}"
    if possible := len(facts.faces) - certain:
        faces += f" and {possible} possible"
    unseen = f"; not seen: {', '.join(facts.unseen)}" if facts.unseen else ""
    size = f"{facts.width} × {facts.height}"
    return f"  photo {number + 1}: {size}, {facts.composition}, {faces}, matching {facts.matching}{unseen}"


def show(
    console: Console,
    text: str,
    verdict: Verdict,
    photos: Iterable[PhotoFacts],
    *,
    notes: Iterable[str] = (),
    without_names: str | None = None,
) -> None:
    """The whole report, worst findings first; ``without_names`` is the text as it could be said instead."""
    console.print(light(verdict.answer), marked(text, verdict.findings) if text else Text("(no text)", "dim"))
    for number, facts in enumerate(photos):
        console.print(photo_line(number, facts), style="dim")
    for alike in _alike(verdict.findings):
        head, words = finding_lines(alike)
        console.print(head)
        console.print(Padding(words, (0, 0, 0, 9)), soft_wrap=False)
    if not verdict.findings:
        console.print("  Nothing was found. A person still decides.")
    for note in notes:
        console.print(Text(f"  note: {note}", "dim"))
    if without_names is not None:
        console.print(Text("  without names: ", "dim").append(without_names.translate(_VISIBLE)))
    console.print(f"  policy {verdict.policy}, engine {verdict.engine}", style="dim")
