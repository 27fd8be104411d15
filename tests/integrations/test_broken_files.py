"""Whatever bytes come, every reader answers with rows or with problems and never fails."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.integrations.calendars import read_events
from app.integrations.mis import read_roster, read_staff
from app.integrations.permissions import read_permissions
from app.integrations.sheets import Problem

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TIMES = 150
ROSTER = b"""UPN;Forename;Surname;DOB;Looked After;Adno;Contact
R823403726001;"Al;i""ce";Smith;19/06/2018;Y;77;Mo
R823403726001;"Al;i""ce";Smith;19/06/2018;Y;77;Fa
"""
STAFF = b"title,first,surname,role,personal_handles\nMr,Jo,King,PE,@JoKing; https://x.com/Jo_K/\n"
PERMISSIONS = b"UPN,Surname,Twitter,Website,Contact\nR823403726001,Smith,Y,No,Mo\nR823403726001,Smith,,Yes,Fa\n"
EVENTS = b"id,title,starts_at,ends_at,place,synonyms\ne1,Fair,2026-12-12 10:00,13/12/2026 12:00,Hall,Bazaar;Fete\n"
CALENDAR = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:a
SUMMARY:Fair\\, winter
DTSTART;TZID=Europe/London:20261128T140000
DTEND;TZID=Europe/London:20261128T170000
RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO,SA
EXDATE;TZID=Europe/London:20261205T140000
END:VEVENT
END:VCALENDAR
"""
PIECES = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\xab", b"\xeb", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\x0b\x1c\x1a"),
    *(b"\r", b"\n", b"\r\n", b"\n ", b'"', b'""', b'"""', b'="', b",", b";", b"\t", b":", b"\\", b"sep=;\r\n", b"UPN"),
    *(b"0000-00-00", b"9999-12-31T23:59:59-12:00", b"0001-01-01T00:00:00+14:00", "٣²".encode(), b"9" * 30),
    *(b"COUNT=0;", b"INTERVAL=0;", b"UNTIL=9;", b"BYDAY=99MO;", b"TZID=Europe:", b"BEGIN:VEVENT\n", b"END:VEVENT\n"),
    *(b"x" * 131_073, b'"' * 20_001, b"x," * 1_001, b"x;" * 5_000, b" " * 200_000),
)

READERS: dict[str, tuple[bytes, Callable[[bytes], tuple[Problem, ...]]]] = {
    "roster": (ROSTER, lambda data: read_roster(data).problems),
    "staff": (STAFF, lambda data: read_staff(data).problems),
    "permissions": (PERMISSIONS, lambda data: read_permissions(data).problems),
    "events": (EVENTS, lambda data: read_events(data, "text/csv", NOW).problems),
    "calendar": (CALENDAR, lambda data: read_events(data, "text/calendar", NOW).problems),
}


def broken(data: bytes, chance: random.Random) -> bytes:
    """The file with some bytes of it lost, doubled, changed or put in."""
    whole = bytearray(data)
    for _ in range(chance.choice((1, 2, 5, 15))):
        at = chance.randrange(len(whole) + 1)
        match chance.randrange(4):
            case 0:
                del whole[at : at + chance.randrange(30)]
            case 1:
                whole[at:at] = whole[: chance.randrange(60)]
            case 2:
                whole[at : at + 1] = chance.randbytes(1)
            case _:
                whole[at:at] = chance.choice(PIECES)
    return bytes(whole)


@pytest.mark.parametrize("name", READERS)
def test_a_broken_file_is_answered_with_problems_in_plain_words(name: str) -> None:
    good, read = READERS[name]
    assert read(good) == () or all(problem.warning for problem in read(good))
    chance = random.Random(name)
    refused = 0
    for _ in range(TIMES):
        problems = read(broken(good, chance))
        refused += any(not problem.warning for problem in problems)
        assert all(problem.line >= 0 and 0 < len(problem.detail) < 400 for problem in problems)
    assert TIMES // 4 < refused < TIMES


@pytest.mark.parametrize("name", READERS)
def test_bytes_that_were_never_a_file_are_refused(name: str) -> None:
    chance = random.Random(name)
    for length in (1, 2, 3, 4, 40, 4_000, 400_000):
        assert any(not problem.warning for problem in READERS[name][1](chance.randbytes(length))), length
