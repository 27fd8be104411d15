"""Marks on words: spans of findings laid over a text, and in words where a finding points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from app.web.schemas import BoxOut, FindingOut, PhotoOut, RegionWhere, Report, WordsWhere

ORDER = ("reject", "refer", "advise")
"""Outcomes, the worst first."""

QUOTED_POINTS = 80

_FIELDS = {
    "text": "In the post",
    "alt_text": "In the description of photo {}",
    "picture_text": "In the words on photo {}",
    "file_name": "In the file name of photo {}",
    "metadata": "In the data inside the file of photo {}",
}


def mark(
    text: str, findings: Iterable[FindingOut], field: str, photo: int | None = None
) -> list[tuple[str, str | None]]:
    """The text in parts, each with the worst outcome of the findings on it, or None."""
    worst = [len(ORDER)] * len(text)
    for finding in findings:
        where = finding.where
        if not isinstance(where, WordsWhere) or where.field != field or where.photo != photo:
            continue
        rank = ORDER.index(finding.outcome)
        for place in range(max(where.start, 0), min(where.end, len(text))):
            worst[place] = min(worst[place], rank)
    parts, start = [], 0
    for rank, run in groupby(worst):
        end = start + sum(1 for _ in run)
        parts.append((text[start:end], ORDER[rank] if rank < len(ORDER) else None))
        start = end
    return parts


def mark_linked(
    text: str, groups: Sequence[Sequence[FindingOut]], field: str, photo: int | None = None
) -> list[tuple[str, str | None, tuple[int, ...]]]:
    """As ``mark``, with which of the groups of findings each part belongs to."""
    here: list[list[int]] = [[] for _ in text]
    for number, group in enumerate(groups):
        for place in _places_in(group, field, photo, len(text)):
            if not here[place] or here[place][-1] != number:
                here[place].append(number)
    parts: list[tuple[str, str | None, tuple[int, ...]]] = []
    start = 0
    for numbers, run in groupby(here):
        end = start + sum(1 for _ in run)
        outcome = min((groups[one][0].outcome for one in numbers), key=ORDER.index, default=None)
        parts.append((text[start:end], outcome, tuple(numbers)))
        start = end
    return parts


def _places_in(group: Iterable[FindingOut], field: str, photo: int | None, length: int) -> Iterator[int]:
    for finding in group:
        where = finding.where
        if isinstance(where, WordsWhere) and where.field == field and where.photo == photo:
            yield from range(max(where.start, 0), min(where.end, length))


def place_of(
    finding: FindingOut,
    text: str,
    alt_texts: Sequence[str],
    photos: Sequence[PhotoOut],
    picture_texts: Sequence[str] = (),
) -> str:
    """Where a finding points, so that nobody depends on a colour; empty where it points nowhere.

    ``picture_texts`` are the words read in each photo, where they are at hand and may be shown.
    """
    where = finding.where
    if isinstance(where, WordsWhere):
        number = where.photo
        place = _FIELDS[where.field].format(1 if number is None else number + 1)
        shown = text if where.field == "text" else ""
        if where.field == "alt_text" and number is not None and number < len(alt_texts):
            shown = alt_texts[number]
        if where.field == "picture_text" and number is not None and number < len(picture_texts):
            shown = picture_texts[number]
        words = shown[where.start : where.end]
        return f"{place}: “{_short(words)}”" if words.strip() else place
    if isinstance(where, RegionWhere):
        face = face_at(where, photos)
        return f"In photo {where.photo + 1}" + ("" if face is None else f", face {face + 1}")
    return ""


def grouped(report: Report, text: str, alt_texts: Sequence[str]) -> list[tuple[FindingOut, list[str]]]:
    """The findings, the worst first, each with where it points; those that say the same stand together."""
    return [(group[0], places_of(group, report, text, alt_texts)) for group in alike(report)]


def alike(report: Report) -> list[list[FindingOut]]:
    """The findings, the worst first; those that say the same stand together."""
    groups: dict[tuple[str, str, str, str], list[FindingOut]] = {}
    for one in sorted(report.findings, key=lambda finding: ORDER.index(finding.outcome)):
        groups.setdefault((one.rule, one.outcome, one.message, one.hint), []).append(one)
    return list(groups.values())


def places_of(
    group: Iterable[FindingOut],
    report: Report,
    text: str,
    alt_texts: Sequence[str],
    picture_texts: Sequence[str] = (),
) -> list[str]:
    """Where findings that say the same point, each place once."""
    places = (place_of(one, text, alt_texts, report.photos, picture_texts) for one in group)
    return list(dict.fromkeys(filter(None, places)))


def face_at(where: RegionWhere, photos: Sequence[PhotoOut]) -> int | None:
    """The index of the face that a region is, or None where it is something else."""
    faces = photos[where.photo].faces if where.photo < len(photos) else []
    return next((index for index, face in enumerate(faces) if face.box == where.box), None)


def other_boxes(findings: Iterable[FindingOut], photos: Sequence[PhotoOut], photo: int) -> list[BoxOut]:
    """The regions in a photo that findings point at and that are no faces."""
    regions = [one.where for one in findings if isinstance(one.where, RegionWhere) and one.where.photo == photo]
    return [where.box for where in regions if face_at(where, photos) is None]


def _short(words: str) -> str:
    return words if len(words) <= QUOTED_POINTS else f"{words[:QUOTED_POINTS]}…"
