"""Who is on duty at the desk: those who may approve and are not away, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.store.deputies import Absence
from app.store.people import Person
from app.web.security import ROLES, Scope

APPROVERS = frozenset({"approver", "dsl"})
"""Those whose work it is to look at drafts. An administrator may, too, but is not expected at the desk."""


def reviews(person: Person) -> bool:
    """Whether somebody may decide on drafts."""
    return person.active and Scope.REVIEW in ROLES.get(person.role, frozenset())


def writes(person: Person) -> bool:
    """Whether somebody may write drafts, and is told what became of them."""
    return person.active and Scope.DRAFTS in ROLES.get(person.role, frozenset())


@dataclass(frozen=True, slots=True)
class Duty:
    """The desk today. ``present`` are approvers who are not away and deputies in the place of those who are."""

    present: tuple[Person, ...]
    away: tuple[Absence, ...]
    people: dict[str, Person]

    @property
    def is_empty(self) -> bool:
        """Whether nobody is left who is expected to look."""
        return not self.present

    def stands_in(self, person_id: str) -> tuple[Absence, ...]:
        """The absences in which that person is the deputy."""
        return tuple(one for one in self.away if one.deputy_id == person_id)

    def is_away(self, person_id: str) -> bool:
        """Whether that person is away."""
        return any(one.person_id == person_id for one in self.away)


def duty(everybody: Iterable[Person], away: Iterable[Absence]) -> Duty:
    """The desk, of all people and today's absences. A deputy who may not decide (any more) does not count."""
    people = {one.id: one for one in everybody}
    absences = tuple(away)
    gone = {one.person_id for one in absences}
    deputies = {one.deputy_id for one in absences if one.deputy_id}
    present = tuple(
        one
        for one in people.values()
        if reviews(one) and one.id not in gone and (one.role in APPROVERS or one.id in deputies)
    )
    return Duty(present, absences, people)
