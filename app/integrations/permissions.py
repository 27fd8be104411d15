"""What families answered about publication, as the school's information system exports it: one row a pupil, by channel."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.integrations.cells import NO, NOT_YET, YES
from app.integrations.headings import mapped, with_way_out
from app.integrations.mis import KEYS, read_key, repeated
from app.integrations.sheets import Problem, Row, Sheet, condense, fold_heading, read_sheet


class Given(StrEnum):
    """What a family answered; *pending*, blank or not understood is `NOT_ANSWERED`."""

    GRANTED = "granted"
    REFUSED = "refused"
    NOT_ANSWERED = "not-answered"


SOCIAL_MEDIA = "social-media"
"""The channel that X belongs to."""

PHOTOGRAPHS = "photographs"
"""Photographs at all, whatever is done with them."""

_CHANNELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (SOCIAL_MEDIA, re.compile(r"twitter|tweet|socialmedia|socialnetwork|^(?:photos?on|consent|permission)?x$")),
    ("website", re.compile(r"web")),
    ("newsletter", re.compile(r"newsletter")),
    ("press", re.compile(r"press|newspaper|media")),
    ("prospectus", re.compile(r"prospectus|brochure|publication")),
    ("display", re.compile(r"display")),
    (PHOTOGRAPHS, re.compile(r"photo|image|picture")),
)
"""Channels by folded heading, the first match holds: ``Photographs on the website`` is the website."""

FORBIDS_POSTS = (SOCIAL_MEDIA, PHOTOGRAPHS, "website", "press")
_KEY_FIELDS = frozenset(column.field for column in KEYS)
_DIFFERING = "the answers differ from those of this pupil's other rows: a no among them holds, else no answer"
_ABOUT_THE_ANSWER = re.compile(r"date|notes?$|comment|givenby|recordedby|informedby")
_ABOUT_THE_PUPIL = re.compile(r"name|class|year|form|group|dob|birth|admission|gender|^sex$|contact|title")


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """What one pupil's family answered, by channel; ``key`` is a UPN or an `admission_key`."""

    key: str
    answers: Mapping[str, Given]
    line: int = 0

    @property
    def social_media(self) -> Given:
        """The answer that governs posts on X, failing closed.

        A yes must be said to social media itself. A no to photographs at all, to the website or to
        the press is a no to X as well: the Whitehouse policy honours there what parents said of
        "the school web site and in public arenas". A yes to those channels alone is no answer.
        """
        if any(self.answers.get(channel) is Given.REFUSED for channel in FORBIDS_POSTS):
            return Given.REFUSED
        return self.answers.get(SOCIAL_MEDIA, Given.NOT_ANSWERED)


@dataclass(frozen=True, slots=True)
class PermissionSheet:
    """What a permissions file holds: one row a pupil, and the channels it has columns for."""

    rows: tuple[PermissionRow, ...] = ()
    channels: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def channel_of(heading: str) -> str | None:
    """The channel a column's heading asks about, or None if it asks nothing about publication."""
    folded = fold_heading(heading)
    if _ABOUT_THE_ANSWER.search(folded):
        return None
    return next((channel for channel, pattern in _CHANNELS if pattern.search(folded)), None)


def read_permissions(data: bytes, chosen: Mapping[str, str] | None = None) -> PermissionSheet:
    """The answers in a permissions file; ``chosen`` are headings that the school maps to fields of the roster itself.

    Rows that repeat a pupil, one a contact, are folded where columns beside the answers tell them
    apart, and any no among them holds; a UPN that comes again for no reason that the file shows is an error.
    """
    keys = {heading: field for heading, field in (chosen or {}).items() if field in _KEY_FIELDS}
    sheet = read_sheet(data, mapped(KEYS, keys), others=True)
    problems = list(sheet.problems if sheet.headings else with_way_out(sheet.problems))
    channels = _map_channels(sheet, problems)
    beside = [name for name in sheet.headings if name not in channels and name not in _KEY_FIELDS]
    rows: dict[str, PermissionRow] = {}
    lines: dict[tuple[str, ...], int] = {}
    for row in sheet.rows:
        key = read_key(row, sheet, problems.append)
        if not key:
            continue
        first = lines.setdefault((key, *(row[name] for name in beside), *row.beyond), row.line)
        if first != row.line:
            problems.append(repeated(row.line, first, sheet))
            continue
        answers = _read_answers(row, channels, problems.append)
        known = rows.get(key)
        if known:
            if answers != known.answers:
                problems.append(Problem(row.line, _DIFFERING, sheet.heading("upn"), warning=True))
            answers = {channel: _strictest(known.answers.get(channel), given) for channel, given in answers.items()}
        rows[key] = PermissionRow(key, answers, known.line if known else row.line)
    if not rows and not problems:
        problems.append(Problem(0, "the file has no pupils"))
    return PermissionSheet(tuple(rows.values()), tuple(sorted(set(channels.values()))), condense(problems))


def _map_channels(sheet: Sheet, problems: list[Problem]) -> dict[str, str]:
    """The channel of each heading that asks about one; headings nobody understands are warned of."""
    channels: dict[str, str] = {}
    for field, heading in sheet.headings.items():
        channel = channel_of(heading)
        if channel:
            channels[field] = channel
        elif field not in _KEY_FIELDS and not (
            _ABOUT_THE_ANSWER.search(fold_heading(heading)) or _ABOUT_THE_PUPIL.search(fold_heading(heading))
        ):
            problems.append(Problem(sheet.header_line, "this column is not understood and not used", heading, True))
    if sheet.headings and not channels:
        detail = "no column asks about publication: name one Social Media, Website, Photo Consent or the like"
        problems.append(Problem(sheet.header_line, detail))
    return channels


def _read_answers(row: Row, channels: Mapping[str, str], complain: Callable[[Problem], None]) -> dict[str, Given]:
    answers: dict[str, Given] = {}
    for heading, channel in channels.items():
        given, doubt = parse_answer(row[heading])
        if doubt:
            complain(Problem(row.line, doubt, heading, warning=True))
        answers[channel] = _strictest(answers.get(channel), given)
    return answers


def _strictest(one: Given | None, other: Given) -> Given:
    """A no before no answer before a yes."""
    order = (Given.REFUSED, Given.NOT_ANSWERED, Given.GRANTED)
    return other if one is None else min(one, other, key=order.index)


_BEGINS_WITH_NO = re.compile(
    r"(?:no|not|never|none|do not|don[’']t|refus\w*|declin\w*|withdr\w*|opt(?:ed)?[ -]?out|object\w*)\b", re.IGNORECASE
)
_NOT_YET_BEGINS = ("not yet", "not known", "not requested", "not returned", "no answer", "no reply", "no response")


def parse_answer(cell: str) -> tuple[Given, str]:
    """What a cell answers, and a doubt about it or ``""``.

    A text that begins like a no is taken as one (``No, please``); nothing but the plain words of
    `YES` is ever a yes.
    """
    word = cell.casefold().rstrip(".!")
    if word in YES:
        return Given.GRANTED, ""
    if word in NO:
        return Given.REFUSED, ""
    if word in NOT_YET or word.startswith(_NOT_YET_BEGINS):
        return Given.NOT_ANSWERED, ""
    if _BEGINS_WITH_NO.match(word):
        return Given.REFUSED, "this reads like a no and is taken as one"
    return Given.NOT_ANSWERED, "this answer is not understood; it is recorded as not answered"
