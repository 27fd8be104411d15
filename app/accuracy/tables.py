"""The figures as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.accuracy.curves import height_name
from app.accuracy.figures import Finding, Matching, Rule, Share, Told


def compared(references: int, rule: Rule) -> str:
    """What a face is compared with."""
    if references == 1:
        return "1 reference"
    return f"{'the nearest' if rule is Rule.NEAREST else 'the centre'} of {references} references"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table, with a line break at its end."""
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)]) + "\n"


def heights(findings: Mapping[str, Finding]) -> str:
    """Faces found by height, a pair of columns for each set of scenes."""
    first = next(iter(findings.values()))
    heads = [f"{name}{', ' if name else ''}{what}" for name in findings for what in ("for certain", "at all")]
    rows = []
    for at, row in enumerate(first.heights):
        mine = [finding.heights[at] for finding in findings.values()]
        rows.append([height_name(row), *(cell for one in mine for cell in (one.certain.told, str(one.at_all)))])
    return table(("Height of the face", *heads), rows)


def told(finding: Finding) -> str:
    """Who was there against who was said to be there, in pictures."""
    counts = {(there, said): count for there, said, count in finding.told}
    rows = [(there.value, *(counts[there, said] for said in Told)) for there in Told]
    return table(("In the picture", *(f"said: {said.value}" for said in Told)), rows)


def counting(findings: Mapping[str, Finding]) -> str:
    """People counted and false finds, a column for each set of scenes."""
    every = findings.values()
    rows: list[tuple[object, ...]] = [
        ("pictures; faces", *(f"{one.pictures:,}; {one.faces:,}" for one in every)),
        ("nobody, one or several: told rightly", *(one.told_rightly.told for one in every)),
        ("groups taken for an individual", *(one.groups_as_individuals.told for one in every)),
        ("groups taken for one or nobody, with nothing that brings a person to look", *(one.unremarked.told for one in every)),
        ("faces counted exactly", *(one.counted_right.told for one in every)),
        ("false finds a picture: certain; possible", *(_false(one) for one in every)),
    ]  # fmt: skip
    return table(("", *findings), rows)


def _false(finding: Finding) -> str:
    return f"{finding.false_certain / finding.pictures:.2f}; {finding.false_possible / finding.pictures:.2f}"


def sizes(matching: Matching) -> str:
    """Matching by the height of the face."""
    rows = [
        (f"{row.height_px} px", row.pictures, row.not_found, percent(row.equal_error), row.missed, row.false_alarms)
        for row in matching.sizes
        if row.pictures
    ]
    return table(
        ("Height", "pictures", "face not found", "equal error rate", "same person missed", "others alarm"), rows
    )


def advice(matching: Matching) -> str:
    """Thresholds for 2 % missed, as each half advises."""
    rows = [
        (compared(row.references, row.rule), *(f"{one:.3f}" for one in row.thresholds), row.missed.told)
        for row in matching.advice
    ]
    return table(("Compared with", "first half advises", "second half", "missed by the other half"), rows)


def galleries(matching: Matching) -> str:
    """False alarms by the number of people listed."""
    rows = [
        (row.people, compared(row.references, row.rule), "; ".join(f"{one:.3f}" for one in _thresholds(matching, row.references, row.rule)), row.false_alarms.told)
        for row in matching.galleries
    ]  # fmt: skip
    heads = ("People listed", "Compared with", "thresholds (2 % missed)", "others’ faces that alarm")
    return table(heads, rows)


def _thresholds(matching: Matching, references: int, rule: Rule) -> tuple[float, float]:
    return next(one.thresholds for one in matching.advice if (one.references, one.rule) == (references, rule))


def line_ups(matching: Matching) -> str:
    """The own face among others."""
    rows = [
        (row.faces, row.references, row.first, row.first_two, row.first_three, row.first_five)
        for row in matching.line_ups
    ]
    return table(("Faces", "References", "own face first", "among two", "among three", "among five"), rows)


def in_force(matching: Matching) -> str:
    """What the policy's thresholds do."""
    rows = [
        (row.people, row.references, row.own_clear, row.own_possible, row.own_missed, row.others_clear, row.others_possible)
        for row in matching.in_force
    ]  # fmt: skip
    heads = (
        "People listed", "References", "listed: clear", "listed: possible", "listed: missed",
        "others: clear", "others: possible",
    )  # fmt: skip
    return table(heads, rows)


def percent(value: float | None) -> str:
    """``1.2 %``, or a dash."""
    return "–" if value is None else str(Share(round(value * 1_000_000), 1_000_000))
