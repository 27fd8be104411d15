"""Who may be shown: which of a family's answers holds, year by year. Everything here fails closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.domain import ChildNotShown, Pupil
from app.integrations.permissions import FORBIDS_POSTS, SOCIAL_MEDIA
from app.policy import NotAnswered, Policy
from app.store import Store, roster
from app.store import permissions as kept
from app.store.permissions import Permission, PermissionAnswer, Round

YEARS_BACK = 8
"""How many school years a no is looked for: from Nursery to Year 6."""

NO = frozenset({PermissionAnswer.REFUSED, PermissionAnswer.WITHDRAWN})
"""The answers that forbid."""

OFFICE = "office"
"""Who said what the office recorded without a word of whose it was."""
_NOBODYS = frozenset({"", OFFICE})

NOT_NOTED = "not noted"
"""Who gave a no where nobody noted it. As nobody can be known to be its giver, only the safeguarding lead ends it."""


def school_year_name(begins_on: date) -> str:
    """A school year as answers are filed under it: ``2026-27``."""
    return f"{begins_on.year}-{(begins_on.year + 1) % 100:02}"


def school_years(policy: Policy, day: date) -> tuple[str, ...]:
    """The school year of that day, then those before it, as far as answers matter."""
    begins_on = policy.school_year_of(day)
    return tuple(school_year_name(begins_on.replace(year=begins_on.year - back)) for back in range(YEARS_BACK))


def standing_answer(years: Sequence[Iterable[Permission]]) -> PermissionAnswer:
    """What holds for posts on X, from one pupil's answers of this school year, then of the years before.

    Any no that stands refuses, whoever gave it and to whichever channel that concerns pictures in public; else a yes
    of this year to social media grants: a yes ends with its school year. A no of which nobody noted who gave it
    stands beside all answers.
    """
    every = [tuple(answers) for answers in years]
    if _unnamed_no(every) or any(channel in FORBIDS_POSTS for _, channel, _ in standing_noes(every)):
        return PermissionAnswer.REFUSED
    this_year = every[0] if every else ()
    granted = (one.channel.partition("/")[0] for one in this_year if one.answer is PermissionAnswer.GRANTED)
    return PermissionAnswer.GRANTED if SOCIAL_MEDIA in granted else PermissionAnswer.NOT_ANSWERED


def standing_noes(years: Sequence[Iterable[Permission]]) -> Iterator[tuple[int, str, PermissionAnswer]]:
    """The noes that were not answered anew: how many school years ago, to which channel, and the answer.

    In a later school year whoever gave a no takes it back, by a yes to the same channel. Where a file gave it, or the
    office did not write down who did, anybody's yes to that channel does. Noes of nobody knows whom are not among them.
    """
    by_person: set[str] = set()
    by_anybody: set[str] = set()
    for back, answers in enumerate(years):
        named = [(one.channel, *one.channel.partition("/")[::2], one.answer) for one in answers]
        for place, channel, teller, answer in named:
            is_renewed = place in by_person or (teller in _NOBODYS and channel in by_anybody)
            if answer in NO and teller != NOT_NOTED and not is_renewed:
                yield back, channel, answer
        granted = [(place, channel) for place, channel, _, answer in named if answer is PermissionAnswer.GRANTED]
        by_person |= {place for place, _ in granted}
        by_anybody |= {channel for _, channel in granted}


def _unnamed_no(years: Sequence[Iterable[Permission]]) -> bool:
    latest: dict[str, PermissionAnswer] = {}
    for answers in years:
        for one in answers:
            if _is_unnamed(one.channel):
                latest.setdefault(one.channel, one.answer)
    return not NO.isdisjoint(latest.values())


def _is_unnamed(place: str) -> bool:
    channel, _, teller = place.partition("/")
    return teller == NOT_NOTED and channel in FORBIDS_POSTS


def due_on(asked: Round | None, joined_on: date | None = None) -> date | None:
    """By when a family answers; None if this school year's round was never opened.

    A child who came after it was opened has as long as the others had, from the day they came. Answers that were
    loaded without a round do not open one: nobody was given a day to answer by.
    """
    if asked is None or asked.opened_on is None or asked.due_on is None:
        return None
    if joined_on is None or joined_on <= asked.opened_on:
        return asked.due_on
    return joined_on + (asked.due_on - asked.opened_on)


def round_is_over(asked: Round | None, day: date, joined_on: date | None = None) -> bool:
    """Whether the day by which that child's family was to answer has passed."""
    due = due_on(asked, joined_on)
    return due is not None and day > due


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that decides who may be shown. ``years`` holds current answers, this school year's first; ``joined`` when
    children came who were not in the first roster."""

    years: tuple[tuple[Permission, ...], ...] = ()
    round: Round | None = None
    held: frozenset[str] = frozenset()
    joined: Mapping[str, date] = field(default_factory=dict)

    def answers(self) -> dict[str, PermissionAnswer]:
        """What holds for each pupil of whom anything is on record."""
        by_pupil: dict[str, list[list[Permission]]] = {}
        for back, answers in enumerate(self.years):
            for one in answers:
                by_pupil.setdefault(one.pupil, [[] for _ in self.years])[back].append(one)
        return {pupil: standing_answer(years) for pupil, years in by_pupil.items()}


def not_shown(
    pupils: Sequence[Pupil], wishes: Wishes, policy: Policy, day: date, enrolled: Iterable[str] = ()
) -> tuple[ChildNotShown, ...]:
    """The children who must not be shown on ``day``, and nothing of why; ``enrolled`` have templates."""
    answers, has_templates = wishes.answers(), frozenset(enrolled)

    def is_shown(pupil: Pupil) -> bool:
        answer = answers.get(pupil.id, PermissionAnswer.NOT_ANSWERED)
        if answer is PermissionAnswer.NOT_ANSWERED and policy.not_answered is NotAnswered.ALLOW:
            return round_is_over(wishes.round, day, wishes.joined.get(pupil.id))
        return answer is PermissionAnswer.GRANTED

    return tuple(
        ChildNotShown(pupil.id, pupil.class_name, pupil.id in has_templates)
        for pupil in pupils
        if pupil.id in wishes.held or not is_shown(pupil)
    )


def answer_of(store: Store, policy: Policy, day: date, pupil_id: str) -> PermissionAnswer:
    """What holds for one pupil's posts on X, holds apart."""
    return read_wishes(store, policy, day, ()).answers().get(pupil_id, PermissionAnswer.NOT_ANSWERED)


def read_wishes(store: Store, policy: Policy, day: date, held: Iterable[str]) -> Wishes:
    """All that decides who may be shown on ``day``; ``held`` are the pupils under a safeguarding hold."""
    years = school_years(policy, day)
    answers = tuple(kept.current(store, year) for year in years)
    return Wishes(answers, kept.round_of(store, years[0]), frozenset(held), roster.joined(store))
