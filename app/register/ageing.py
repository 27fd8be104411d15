"""How old reference photos are: after a year a new one is due, and some weeks later the old one is not used any more."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.policy import Policy
from app.store.biometrics import ReferencePhoto


class PhotoState(StrEnum):
    """Whether a reference photo is used; ``due``: still, but a new one is wanted."""

    IN_USE = "in-use"
    DUE = "due"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Ageing:
    """The days of one photo: taken, from when a new one is due, and from when it is not used any more."""

    taken_on: date
    due_on: date
    lapses_on: date

    def state(self, on: date) -> PhotoState:
        """How it stands on that day."""
        if on >= self.lapses_on:
            return PhotoState.LAPSED
        return PhotoState.DUE if on >= self.due_on else PhotoState.IN_USE

    def months(self, on: date) -> int:
        """Its age in whole months."""
        passed = 12 * (on.year - self.taken_on.year) + on.month - self.taken_on.month
        return max(0, passed - (on.day < self.taken_on.day))


def ageing(taken_on: date, policy: Policy) -> Ageing:
    """The days of a photo that was taken on that day."""
    due_on = _months_later(taken_on, policy.staleness.reference_months)
    return Ageing(taken_on, due_on, due_on + timedelta(days=policy.staleness.reference_grace_days))


def ageing_of(photo: ReferencePhoto, policy: Policy) -> Ageing:
    """The days of a photo on record; where nobody said when it was taken, it counts from when it came."""
    return ageing(photo.taken_on or policy.day_of(photo.created_at), policy)


def in_use(photos: Iterable[ReferencePhoto], policy: Policy, on: date) -> tuple[ReferencePhoto, ...]:
    """Those that are not too old to be compared with."""
    return tuple(one for one in photos if ageing_of(one, policy).state(on) is not PhotoState.LAPSED)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max - timedelta(days=366)  # a grace follows
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
