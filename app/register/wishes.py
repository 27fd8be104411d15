"""Who may be shown: which of a family's answers holds, year by year. Everything here fails closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain import ChildNotShown, Pupil
from app.integrations.permissions import FORBIDS_POSTS, SOCIAL_MEDIA
from app.policy import NotAnswered, Policy
from app.store import Store
from app.store import permissions as kept
from app.store.permissions import Permission, PermissionAnswer, Round

YEARS_BACK = 8
"""How many school years a no is looked for: from Nursery to Year 6."""

NO = frozenset({PermissionAnswer.REFUSED, PermissionAnswer.WITHDRAWN})
"""The answers that forbid."""


def school_year_name(begins_on: date) -> str:
    """A school year as answers are filed under it: ``2026-27``."""
    return f"{begins_on.year}-{(begins_on.year + 1) % 100:02}"


def school_years(policy: Policy, day: date) -> tuple[str, ...]:
    """The school year of that day, then those before it, as far as answers matter."""
    begins_on = policy.school_year_of(day)
    return tuple(school_year_name(begins_on.replace(year=begins_on.year - back)) for back in range(YEARS_BACK))


def standing_answer(years: Sequence[Iterable[Permission]]) -> PermissionAnswer:
    """What holds for posts on X, from one pupil's answers of this school year, then of the years before.

    This year: any no, whoever gave it and to whichever channel that concerns pictures in public,
    refuses; else a yes to social media grants. Where this year has neither, the latest earlier
    year with an answer counts, but only for a no: a no holds until it is answered anew, a yes
    ends with its school year.
    """
    for back, answers in enumerate(years):
        given = [(one.channel.partition("/")[0], one.answer) for one in answers]
        if any(answer in NO and channel in FORBIDS_POSTS for channel, answer in given):
            return PermissionAnswer.REFUSED
        if (SOCIAL_MEDIA, PermissionAnswer.GRANTED) in given:
            return PermissionAnswer.NOT_ANSWERED if back else PermissionAnswer.GRANTED
    return PermissionAnswer.NOT_ANSWERED


def round_is_over(asked: Round | None, day: date) -> bool:
    """Whether this school year's round was opened and its date has passed.

    Answers that were loaded without a round do not open one: nobody was given a day to answer by.
    """
    return asked is not None and asked.due_on is not None and day > asked.due_on


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that decides who may be shown. ``years`` holds current answers, this school year's first."""

    years: tuple[tuple[Permission, ...], ...] = ()
    round: Round | None = None
    held: frozenset[str] = frozenset()

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
    silence_permits = policy.not_answered is NotAnswered.ALLOW and round_is_over(wishes.round, day)
    answers, has_templates = wishes.answers(), frozenset(enrolled)
    shown = {PermissionAnswer.GRANTED, PermissionAnswer.NOT_ANSWERED} if silence_permits else {PermissionAnswer.GRANTED}
    return tuple(
        ChildNotShown(pupil.id, pupil.class_name, pupil.id in has_templates)
        for pupil in pupils
        if pupil.id in wishes.held or answers.get(pupil.id, PermissionAnswer.NOT_ANSWERED) not in shown
    )


def answer_of(store: Store, policy: Policy, day: date, pupil_id: str) -> PermissionAnswer:
    """What holds for one pupil's posts on X, holds apart."""
    return read_wishes(store, policy, day, ()).answers().get(pupil_id, PermissionAnswer.NOT_ANSWERED)


def read_wishes(store: Store, policy: Policy, day: date, held: Iterable[str]) -> Wishes:
    """All that decides who may be shown on ``day``; ``held`` are the pupils under a safeguarding hold."""
    years = school_years(policy, day)
    answers = tuple(kept.current(store, year) for year in years)
    return Wishes(answers, kept.round_of(store, years[0]), frozenset(held))
