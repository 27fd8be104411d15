"""What a file of the office changes, told in names: counts and lists, what is permitted no more first, problems by line."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from app import register
from app.domain import Pupil
from app.errors import Malformed
from app.integrations.calendars import read_events
from app.integrations.mis import PupilRow, read_roster
from app.integrations.oneroster import read_oneroster
from app.integrations.permissions import PHOTOGRAPHS
from app.integrations.sheets import Problem
from app.register import Difference, Manner, Move, Office
from app.store import Store, events, imports, roster, schools
from app.store.permissions import PermissionAnswer
from app.web.slips import HEADINGS

Moves = Mapping[str, Sequence[Move]]
"""By a child's UPN, the answers that a file changes."""

LISTED = 500
"""How many of each list are shown; the counts are of all."""

_CONFIRMED_FROM = 5  # one part in so many may leave without anybody confirming it


class Kind(StrEnum):
    """What is taken in."""

    ROSTER = "roster"
    STAFF = "staff"
    PERMISSIONS = "permissions"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Line:
    """One child, person or event: what they are called, what changes, and the id of a child who is on record."""

    who: str
    what: str = ""
    pupil: str = ""


@dataclass(frozen=True, slots=True)
class List:
    """One list of the difference; ``more`` are not shown."""

    key: str
    title: str
    count: int
    lines: tuple[Line, ...]
    help: str = ""

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class View:
    """A difference as it is shown. ``seen`` is the same for the same difference; ``leaving`` must be confirmed, if not 0."""

    lists: tuple[List, ...]
    elsewhere: int
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    seen: str
    leaving: int = 0
    on_roll: int = 0

    @property
    def changes_nothing(self) -> bool:
        """Whether the file says what is known already."""
        return not self.errors and not any(one.count for one in self.lists)


def take_in(office: Office, kind: Kind, data: bytes, manner: Manner, *, by: str, now: datetime) -> Difference:
    """Take in a file of whatever form its content has, or only say what it would change."""
    if kind is Kind.STAFF:
        return register.import_staff(office, data, by=by, now=now, dry_run=manner.dry_run)
    if kind is Kind.PERMISSIONS:
        return register.import_permissions(office, data, by=by, now=now, dry_run=manner.dry_run)
    if kind is Kind.EVENTS:
        return register.import_events(office, data, calendar_type(data), by=by, now=now, dry_run=manner.dry_run)
    if is_zip(data):
        return register.import_oneroster(office, data, manner, by=by, now=now)
    if is_xml(data):
        return register.import_transfers(office, data, manner, by=by, now=now)
    return register.import_roster(office, data, by=by, now=now, dry_run=manner.dry_run, confirm=manner.confirm)


def is_zip(data: bytes) -> bool:
    """Whether it is a zip that may be OneRoster's; a workbook is one too, and is told apart, as it is no OneRoster."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return "[Content_Types].xml" not in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return True  # broken off: what reads zips says so


def is_xml(data: bytes) -> bool:
    """Whether it begins as XML does."""
    return data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def calendar_type(data: bytes) -> str:
    """The media type of a calendar, by how it begins."""
    begins = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().upper()
    return "text/calendar" if begins.startswith(b"BEGIN:VCALENDAR") else "text/csv"


def view(office: Office, kind: Kind, data: bytes, found: Difference, now: datetime) -> View:
    """The difference in names of the register and of the file."""
    with office.database.read() as session:
        store = Store(session, office.school_id)
        on_record = {pupil.upn: pupil for pupil in roster.every(store)}
    moves = register.moved_answers(office, data, now) if kind is Kind.PERMISSIONS else {}
    label = _labels(office, kind, data, on_record, moves, now)
    lists = [_list(kind, key, keys, label) for key, keys in _keys(kind, found)]
    on_roll = sum(pupil.left_on is None for pupil in on_record.values())
    leaving = len(found.left) if kind is Kind.ROSTER and len(found.left) * _CONFIRMED_FROM > on_roll else 0
    return View(
        tuple(one for one in lists if one is not None),
        found.elsewhere,
        tuple(one for one in found.problems if not one.warning),
        tuple(one for one in found.problems if one.warning),
        _seen(found, moves),
        leaving,
        on_roll,
    )


def _seen(found: Difference, moves: Moves) -> str:
    whole = (found.added, found.changed, found.left, found.lowered, found.elsewhere, sorted(moves.items()))
    return hashlib.sha256(repr(whole).encode("utf-8", "surrogatepass")).hexdigest()


def _keys(kind: Kind, found: Difference) -> Iterable[tuple[str, Sequence[str]]]:
    if kind is Kind.PERMISSIONS:
        lowered = set(found.lowered)
        yield "lowered", found.lowered
        yield "added", [one for one in found.added if one not in lowered]
        yield "changed", [one for one in found.changed if one not in lowered]
        yield "left", [one for one in found.left if one not in lowered]
        return
    yield from (("added", found.added), ("changed", found.changed), ("left", found.left))


_TITLES = {
    (Kind.ROSTER, "added"): "Come", (Kind.ROSTER, "changed"): "Changed", (Kind.ROSTER, "left"): "Leave",
    (Kind.STAFF, "added"): "New", (Kind.STAFF, "changed"): "Changed", (Kind.STAFF, "left"): "No longer listed",
    (Kind.EVENTS, "added"): "New", (Kind.EVENTS, "changed"): "Changed", (Kind.EVENTS, "left"): "No longer in the calendar",
    (Kind.PERMISSIONS, "lowered"): "Families permit less than before",
    (Kind.PERMISSIONS, "added"): "Answered for the first time", (Kind.PERMISSIONS, "changed"): "Answer changed",
    (Kind.PERMISSIONS, "left"): "Answer gone",
}  # fmt: skip
_HELP = {
    "lowered": "Recorded first, by itself: it stands even if the rest of the file should fail.",
    "left": "",
}


def _list(kind: Kind, key: str, keys: Sequence[str], label: Callable[[str], Line]) -> List | None:
    if not keys:
        return None
    lines = sorted((label(one) for one in keys[: LISTED * 4]), key=lambda one: (one.who.casefold(), one.what))
    return List(key, _TITLES[kind, key], len(keys), tuple(lines[:LISTED]), _HELP.get(key, ""))


# ---------------------------------------------------------------- what keys stand for


def _labels(
    office: Office, kind: Kind, data: bytes, on_record: Mapping[str, Pupil], moves: Moves, now: datetime
) -> Callable[[str], Line]:
    if kind is Kind.STAFF:
        return Line
    if kind is Kind.EVENTS:
        return _event_labels(office, data, now)
    rows = _rows(office, data, now) if kind is Kind.ROSTER else {}

    def label(upn: str) -> Line:
        pupil, row = on_record.get(upn), rows.get(upn)
        if pupil is None:
            return _of_row(row) if row else Line(f"UPN {upn}")
        named = register.called(pupil)
        where = f", {named.class_name}" if named.class_name else ""
        return Line(f"{named.name}{where}", _what(pupil, row) or _answers(moves.get(upn, ())), pupil.id)

    return label


_ANSWERS = {
    PermissionAnswer.GRANTED: "yes",
    PermissionAnswer.REFUSED: "no",
    PermissionAnswer.WITHDRAWN: "no, withdrawn",
    PermissionAnswer.NOT_ANSWERED: "not answered",
}
_CHANNELS = {**HEADINGS, PHOTOGRAPHS: "Photographs"}


def _answers(moves: Iterable[Move]) -> str:
    """What a family answers otherwise, in the order of the form."""
    order = list(_CHANNELS)
    told = sorted(moves, key=lambda one: order.index(one.channel) if one.channel in order else len(order))
    return "; ".join(
        f"{_CHANNELS.get(one.channel, one.channel)}: {_ANSWERS[one.before]} → {_ANSWERS[one.after]}" for one in told
    )


def _of_row(row: PupilRow) -> Line:
    name = f"{row.preferred_first or row.legal_first} {row.preferred_surname or row.legal_surname}"
    return Line(f"{name}{f', {row.class_name}' if row.class_name else ''}", f"UPN {row.upn}")


def _rows(office: Office, data: bytes, now: datetime) -> dict[str, PupilRow]:
    """The children of a roster file by UPN; of a transfer file none."""
    with office.database.read() as session:
        store = Store(session, office.school_id)
        chosen, name = imports.columns(store), schools.get(store).name
    if is_zip(data):
        return {row.upn: row for row in read_oneroster(data, name, office.day(now)).students if row.upn}
    if is_xml(data):
        return {}
    return {row.upn: row for row in read_roster(data, chosen).rows}


_COMPARED = (
    ("class_name", "class"),
    ("year", "year"),
    ("legal_first", "legal first name"),
    ("legal_surname", "legal surname"),
    ("preferred_first", "preferred first name"),
    ("preferred_surname", "preferred surname"),
    ("middle", "middle names"),
)


def _what(pupil: Pupil, row: PupilRow | None) -> str:
    """What the file says otherwise of a child; a birthday is not told."""
    if row is None:
        return ""
    told = [
        f"{words}: {getattr(pupil, name) or 'none'} → {getattr(row, name) or 'none'}"
        for name, words in _COMPARED
        if getattr(pupil, name) != getattr(row, name)
    ]
    if row.born_on is not None and row.born_on != pupil.born_on:
        told.append("date of birth")
    if pupil.left_on is not None and row.leaving_on is None:
        told.append("was on record as having left")
    return "; ".join(told)


def _event_labels(office: Office, data: bytes, now: datetime) -> Callable[[str], Line]:
    with office.database.read() as session:
        known = {one.id: one for one in events.every(Store(session, office.school_id))}
    new = {one.id: one for one in read_events(data, calendar_type(data), now).rows}

    def label(event_id: str) -> Line:
        event = new.get(event_id) or known.get(event_id)
        if event is None:
            return Line(event_id)
        local = office.policy.local(event.starts_at)
        return Line(event.title, f"{local.day} {local:%B %Y, %H:%M}{f', {event.place}' if event.place else ''}")

    return label


def refuse_empty(data: bytes, name: str) -> None:
    """Malformed where no file was chosen, or an empty one."""
    if not data:
        raise Malformed("The file is empty: save it again and choose it." if name else "Choose a file first.")
