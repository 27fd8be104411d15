"""The figures in words: a report in Markdown that a data protection officer can read, without anybody's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.accuracy import curves, tables
from app.accuracy.curves import BY_GALLERY, BY_HEIGHT, BY_THRESHOLD
from app.accuracy.figures import Figures, Finding, Matching, Verification
from app.accuracy.matching import DRAWS, GALLERIES, LEAST_OTHERS, LEAST_PEOPLE

FILE = "report.md"

LIMITS = """\
## What these figures do not say

- **Children are harder.** Unless the pictures show children of the school's own age, matching is worse at school than
  here. Measured elsewhere with dlib's vectors: of pairs of pictures, 2 % of adults' and 18 % of young people's are taken
  wrongly at the equal error rate; with 20 children listed and three references each, a threshold that misses 5 % alarms
  on about 70 % of all other children. No distance proves that a child is *not* in a photo; a person decides.
- **Brothers, sisters and classmates** look more alike than people drawn from everywhere.
- **Famous people** may have been among the pictures that the networks were trained on, and look easier than others.
- **Small sets say little.** With 100 comparisons, 2 % is two faces. Comparisons of one person are not independent.
  None seen in *n* comparisons means, at best, fewer than about three in *n*.
- **Portraits are not playground photos.** Turned heads, hats, masks, shade and movement are in the figures only so far as
  the pictures hold them. Faces made smaller are cleaner than faces that were far away.
- **Light and dark skin, glasses, hijabs, disabilities of the face** are not told apart here: whether errors fall on some
  children more than on others needs a set that says who is who.
- A face that was **not found** is compared with nobody; the misses above count only faces that were found.
"""


@dataclass(frozen=True, slots=True)
class About:
    """What was measured, in the words of whoever asked: the set and the policy whose thresholds are tried."""

    pictures: str
    policy: str


@dataclass(frozen=True, slots=True)
class Written:
    """Where the report lies; whether curves could be drawn for it."""

    file: Path
    with_curves: bool


def write(figures: Figures, about: About, folder: Path) -> Written:
    """Writes the report and its curves into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = curves.draw(figures, folder)
    file = folder / FILE
    file.write_text(words(figures, about, drawn), encoding="utf-8")
    return Written(file, drawn is not None)


def words(figures: Figures, about: About, drawn: Sequence[str] | None) -> str:
    """The report; ``drawn`` are the curves beside it, None where they could not be drawn."""
    parts = ["# How well faces are found and known again\n", _head(figures, about, drawn)]
    if figures.finding:
        parts.append(_finding(figures.finding, drawn or ()))
    if figures.matching:
        parts.append(_matching(figures.matching, drawn or ()))
    elif figures.embedder == "no-embedder":
        parts.append("## Matching\n\nThis engine has no embedder: faces are compared with nobody.\n")
    return "\n".join([*parts, LIMITS])


def _head(figures: Figures, about: About, drawn: Sequence[str] | None) -> str:
    scenes = (
        f"{figures.finding.pictures:,} scenes with {figures.finding.faces:,} faces" if figures.finding else "no scenes"
    )
    people = (
        f"{figures.matching.pictures:,} portraits of {figures.matching.people:,} people"
        if figures.matching
        else "no portraits"
    )
    lines = [
        f"- Pictures: {about.pictures}: {scenes}; {people}.",
        f"- Engine: faces are found by `{figures.detector}` and compared by `{figures.embedder}`.",
        f"- Thresholds in force: {about.policy}.",
        "- The same pictures give the same figures: all draws are seeded.",
    ]
    if figures.weak:
        lines.append("- **This detector misses turned and small faces as a rule**: every photo goes to a person.")
    if drawn is None:
        lines.append("- The curves were left out: matplotlib is not installed whole. The tables hold their figures.")
    return "\n".join(lines) + "\n"


def _picture(name: str, drawn: Sequence[str], what: str) -> str:
    return f"\n![{what}]({name})\n" if name in drawn else ""


def _finding(finding: Finding, drawn: Sequence[str]) -> str:
    return f"""\
## Faces found

A face counts as found if a find overlaps its mark by 0.4 or holds its centre; each find counts for one face. "For certain"
faces are counted; "at all" includes possible ones, which are never counted and always bring a person to look.

{tables.heights({"": finding})}{_picture(BY_HEIGHT, drawn, "Faces found by height")}
## People counted

{tables.told(finding)}
{tables.counting({"": finding})}
A group taken for an individual is the costly error: rules for one child would be applied to several. False finds cost a
reviewer's time. Sets that leave far faces unmarked make finds look false that are not.
"""


def _matching(matching: Matching, drawn: Sequence[str]) -> str:
    head = f"""\
## Matching

{matching.pictures:,} portraits of {matching.people:,} people; of {matching.usable_people:,} there are two usable pictures \
or more. No face was found in {matching.not_found.told}.
{_refused(matching)}"""
    if matching.verification is None:
        return f"{head}\nToo few people to measure matching: {LEAST_PEOPLE} with two usable pictures each are needed.\n"
    return "\n".join(
        [
            head,
            _verification(matching, matching.verification, drawn),
            _advice(matching),
            _galleries(matching, drawn),
            _rest(matching),
        ]
    )


def _refused(matching: Matching) -> str:
    if not matching.refused:
        return "All would be taken as reference pictures.\n"
    reasons = ", ".join(f"{count:,} {slug}" for slug, count in matching.refused)
    return f"As reference pictures the school would refuse: {reasons}. They are still looked for.\n"


def _verification(matching: Matching, one: Verification, drawn: Sequence[str]) -> str:
    return f"""\
### One picture against one reference

{one.own_pairs:,} pairs of one person, {one.other_pairs:,} of two. Equal error rate (as many missed as false alarms): \
**{tables.percent(one.equal_error)}**. At {one.threshold:.3f}, where 2 % of one person's are missed, \
{one.false_alarms.told} of the others alarm.
{_picture(BY_THRESHOLD, drawn, "Misses and false alarms by threshold")}
Portraits made smaller, references at full size, at that same threshold:

{tables.sizes(matching)}"""


def _advice(matching: Matching) -> str:
    lines = [f"- {tables.compared(row.references, row.rule)}: {row.threshold:.3f}" for row in matching.advice]
    return f"""\
### Thresholds this set would advise

The people were split into halves by lot. Each half's own faces say which threshold misses at most 2 % of them; it is judged
on the other half, so nobody's faces are judged by a threshold made with them.

{tables.advice(matching)}
Advised, the wider of both halves:

{chr(10).join(lines)}
"""


def _galleries(matching: Matching, drawn: Sequence[str]) -> str:
    left_out = [str(size) for size in GALLERIES if size not in {row.people for row in matching.galleries}]
    short = (
        f"\nToo few people with pictures enough to list {', '.join(left_out)} of them and leave {LEAST_OTHERS} over.\n"
        if left_out
        else ""
    )
    if not matching.galleries:
        return f"### Several people listed\n{short}"
    return f"""\
### Several people listed

Faces of people who are *not* listed, compared with so many who are (drawn by lot, {DRAWS} times), at the thresholds above:

{tables.galleries(matching)}{short}{_picture(BY_GALLERY, drawn, "False alarms by the number of people listed")}"""


def _rest(matching: Matching) -> str:
    parts = []
    if matching.line_ups:
        parts.append(
            "### The line-up\n\nA person's own face among those of others, ranked by likeness to the references "
            f"(2,000 draws):\n\n{tables.line_ups(matching)}"
        )
    if not matching.measured_thresholds:
        parts.append(
            "### The policy's thresholds\n\nThe policy has none for this engine: nobody is clearly a child, everybody possibly.\n"
        )
    elif matching.in_force:
        parts.append(
            "### What the policy's thresholds do here\n\nClear: refused. Possible: a person looks. Missed: only the "
            f"line-up and the class list help.\n\n{tables.in_force(matching)}"
        )
    return "\n".join(parts)
