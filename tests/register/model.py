"""What the register must never get wrong, written from the rules and not from its code: a few dictionaries and days.

The rules are those of ``docs/permissions.md`` and of the law it rests on: any no suffices, the child's included, and stays
until whoever said it takes it back; a face is on record only while all were told, one agreed in writing and nobody objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

PUBLIC = ("social-media", "photographs", "website", "press")
"""The channels of which a no keeps a child out of posts."""

YES, BLANK = "granted", "not_answered"
NOES = ("refused", "withdrawn")

_FILE = ""
_OFFICE = "office"  # a word of which the office did not write down whose it was


def school_day(now: datetime) -> date:
    """The day it is in London."""
    return now.astimezone(ZoneInfo("Europe/London")).date()


def school_year(day: date) -> int:
    """The year in which the school year of that day began."""
    return day.year if (day.month, day.day) >= (9, 1) else day.year - 1


@dataclass
class Said:
    """An answer to the use of a face, as it counts: ``at`` is the order in which it was recorded."""

    received_on: date
    at: int
    actor: str
    contact: str
    decision: str
    in_writing: bool
    generation: int

    @property
    def is_no(self) -> bool:
        return self.decision != "consent"

    @property
    def is_yes(self) -> bool:
        return not self.is_no and (self.in_writing or self.actor == "child")


@dataclass
class Told:
    """How one parent stands: of which generation of the assessment they were told, or whether they are exempt."""

    generations: set[int] = field(default_factory=set)
    exempt: bool = False


@dataclass
class Child:
    """All that was ever said of one child, and by whom. ``answers`` are by school year, channel and teller."""

    class_name: str
    joined_on: date | None
    on_roll: bool = True
    answers: dict[tuple[int, str, str], str] = field(default_factory=dict)
    unnamed: set[str] = field(default_factory=set)
    holds: int = 0
    ever_held: bool = False
    told: dict[str, Told] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)

    def hold(self) -> None:
        self.holds += 1
        self.ever_held = True

    # ------------------------------------------------------------ publication

    def tell(self, year: int, channel: str, teller: str, answer: str) -> None:
        """One person's word; of a no by nobody knows whom there is no taking back."""
        if teller == "not noted":
            self.unnamed.add(channel)
        else:
            self.answers[year, channel, teller or _OFFICE] = answer

    def file(self, year: int, row: dict[str, str]) -> None:
        """What the school's file says, a channel that it leaves out being blank; a blank takes back no no."""
        for channel in {*row, *(one for said, one, teller in self.answers if (said, teller) == (year, _FILE))}:
            answer = row.get(channel, BLANK)
            if answer != BLANK or self.answers.get((year, channel, _FILE)) not in NOES:
                self.answers[year, channel, _FILE] = answer

    def says_no(self) -> bool:
        """Whether any no stands."""
        return bool(self.holds or self.unnamed & set(PUBLIC)) or any(
            answer in NOES and channel in PUBLIC and not self._is_taken_back(year, channel, teller)
            for (year, channel, teller), answer in self.answers.items()
        )

    def _is_taken_back(self, year: int, channel: str, teller: str) -> bool:
        """By the same person; a no in a file, or of whom nobody wrote down, by any yes in a later year's asking."""
        return any(
            answer == YES and said > year and asked == channel and (who == teller or teller in (_FILE, _OFFICE))
            for (said, asked, who), answer in self.answers.items()
        )

    def may_be_shown(self, day: date, rounds: dict[int, tuple[date, date]], silence: str) -> bool:
        """Whether nobody says no and there is a permission: a yes of this school year, or silence where it permits."""
        if self.says_no():
            return False
        year = school_year(day)
        if any(
            (said, channel, answer) == (year, "social-media", YES)
            for (said, channel, _), answer in self.answers.items()
        ):
            return True
        if silence == "refuse" or year not in rounds:
            return False
        opened_on, due_on = rounds[year]
        late = self.joined_on - opened_on if self.joined_on else timedelta()
        return day > due_on + max(late, timedelta())

    # ------------------------------------------------------------ faces

    def notify(self, contact: str, generation: int, *, sent: bool, exempt: bool) -> None:
        one = self.told.setdefault(contact.casefold(), Told())
        one.exempt |= exempt
        if sent:
            one.generations.add(generation)

    def face_may_be_kept(self, generation: int) -> bool:
        """On roll, everybody told or exempt, a written yes to this use, and no no that stands."""
        adults = {one.contact.casefold() for one in self.said if one.contact and one.actor != "child"}
        contacts = adults | set(self.told)
        settled = {name for name, one in self.told.items() if one.exempt or generation in one.generations}
        agreed = any(one.is_yes and one.actor != "child" and one.generation == generation for one in self.said)
        objected = any(one.is_no and not self._is_revoked(one, len(contacts)) for one in self.said)
        return self.on_roll and bool(contacts) and contacts <= settled and agreed and not objected

    def _is_revoked(self, no: Said, contacts: int) -> bool:
        """Whether the last that the same person said since is a yes; among several parents a nameless one is nobody's."""

        def is_same(one: Said) -> bool:
            if one.actor != no.actor:
                return False
            if no.actor in ("child", "local_authority"):
                return True
            if contacts > 1:
                return bool(no.contact) and one.contact.casefold() == no.contact.casefold()
            return one.contact.casefold() == no.contact.casefold() or not (one.contact and no.contact)

        since = [one for one in self.said if (one.received_on, one.at) > (no.received_on, no.at) and is_same(one)]
        return bool(since) and max(since, key=lambda one: (one.received_on, one.at)).is_yes
