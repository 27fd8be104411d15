"""The register's version: one more whenever anything changes that a verdict could rest on.

Decisions are bound to it. It comes from a hash of what vetting would be given, so that a file
loaded again without change leaves drafts alone, and a school year's turn does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain import Account, ChildNotShown, Event, Pupil, StaffMember
from app.policy import Policy
from app.register.ageing import in_use
from app.register.recalls import Standing, notice_losses
from app.register.validity import valid_pupils
from app.register.wishes import not_shown, read_wishes
from app.store import Store, accounts, biometrics, dpias, events, holds, phrases, roster, schools
from app.store.dpias import Dpia
from app.store.holds import HoldLevel
from app.store.permissions import PermissionAnswer, Round
from app.store.phrases import About


@dataclass(frozen=True, slots=True)
class Contents:
    """All of a register that a verdict on ``day`` could rest on. ``pupils`` holds the leavers still guarded;
    ``faces`` the ids of reference photos that are not too old, the ``photos``, and of their vectors; ``elsewhere_mark`` stands for the pupils of other schools.
    ``never_named`` and ``never_located`` are pupils under a hold that goes so far; of those who ``said_no`` there is more than silence."""

    day: date
    pupils: tuple[Pupil, ...]
    staff: tuple[StaffMember, ...]
    accounts: tuple[Account, ...]
    events: tuple[Event, ...]
    not_shown: tuple[ChildNotShown, ...]
    consented: frozenset[str]
    faces: tuple[str, ...]
    round: Round | None
    roster_as_of: datetime | None
    phrases: tuple[tuple[About, str], ...] = ()
    elsewhere_mark: str = ""
    photos: frozenset[str] = frozenset()
    dpia: Dpia | None = None
    never_named: frozenset[str] = frozenset()
    never_located: frozenset[str] = frozenset()
    said_no: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """SHA-256 (hex). When roster and answers were loaded does not count, only whether they ever were."""
        total = hashlib.sha256()
        whole: tuple[Iterable[object], ...] = (
            self.pupils,
            self.staff,
            self.accounts,
            self.events,
            self.not_shown,
            sorted(self.consented),
            self.faces,
            sorted(self.phrases),
            (self.elsewhere_mark,),
            (self.dpia,),
            sorted(self.never_named),
            sorted(self.never_located),
            (self.roster_as_of is None, self.round is None or self.round.as_of is None),
        )
        for part in whole:
            for one in part:
                total.update(repr(one).encode("utf-8", "surrogatepass") + b"\n")
            total.update(b"\n")
        return total.hexdigest()


def read_contents(store: Store, policy: Policy, now: datetime) -> Contents:
    """What the register holds, as it counts at that instant."""
    day = policy.day_of(now)
    guarded = tuple(pupil for pupil in roster.every(store) if is_guarded(pupil, policy, day))
    held = holds.standing(store)
    wishes = read_wishes(store, policy, day, {hold.pupil for hold in held})
    photos = frozenset(one.id for one in in_use(biometrics.reference_photos(store), policy, day))
    every = biometrics.every_template(store)  # an engine may look for which the policy has no distances
    templates = [template for template in every if template.reference_photo in photos]
    consented = valid_pupils(store, day)
    enrolled = consented & {template.pupil for template in templates}
    return Contents(
        day,
        guarded,
        roster.staff(store),
        accounts.every(store),
        events.every(store),
        not_shown(guarded, wishes, policy, day, enrolled),
        consented,
        (*sorted(photos), *(template.id for template in templates)),
        wishes.round,
        roster.as_of(store),
        tuple((one.about, one.phrase) for one in phrases.standing(store)),
        roster.elsewhere_mark(store),
        photos,
        dpias.current(store),
        frozenset(hold.pupil for hold in held if hold.level is HoldLevel.NO_NAME),
        frozenset(hold.pupil for hold in held if hold.level is HoldLevel.NO_LOCATION),
        wishes.held | {pupil for pupil, answer in wishes.answers().items() if answer is PermissionAnswer.REFUSED},
    )


def is_guarded(pupil: Pupil, policy: Policy, day: date) -> bool:
    """Whether a child is on roll, or left so lately that their record is kept and their names are still looked for."""
    return pupil.left_on is None or pupil.left_on >= unguarded_before(policy, day)


def unguarded_before(policy: Policy, day: date) -> date:
    """The day before which a child must have left for their names to be free on ``day``."""
    return day - timedelta(days=policy.retention.leaver_days)


def stamp(store: Store, policy: Policy, now: datetime) -> int:
    """Give the register the version of what it now holds; call it at the end of whatever changes it.

    A permission that was lost by the change reaches back to drafts, in the same transaction.
    """
    contents = read_contents(store, policy, now)
    number = schools.set_register_version(store, contents.digest)
    notice_losses(store, policy, Standing(contents.pupils, contents.not_shown, contents.said_no), now)
    return number
