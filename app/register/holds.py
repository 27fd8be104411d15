"""Safeguarding holds: set, reviewed and lifted by the safeguarding lead alone, their reasons sealed.

Whoever is under a hold looks to everybody else exactly like a child of whom somebody said no: setting a hold records
such a no, of which nobody noted who gave it, by the same words, through the same code and with the same audit line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.errors import Conflict, Fault, Malformed, NotFound
from app.integrations.permissions import SOCIAL_MEDIA
from app.register import version
from app.register.child_keys import open_reason, seal_reason
from app.register.office import Office, require_own
from app.register.permissions import Word, write_word
from app.register.sealing import Doing, open_doing, seal_doing
from app.register.wishes import NO, NOT_NOTED, school_years
from app.store import Store, audit, permissions
from app.store import holds as kept
from app.store.holds import Hold, HoldLevel, HoldWanted
from app.store.permissions import Permission, PermissionAnswer

LONGEST_REASON = 2_000  # characters

_IN_CARE = "The roster says that the child is looked after."
_PLACE = f"{SOCIAL_MEDIA}/{NOT_NOTED}"


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One thing that was done about a child's holds, as the audit trail proves it."""

    seq: int
    at: datetime
    by: str
    doing: Doing


def set_hold(
    office: Office,
    pupil_id: str,
    reason: str,
    *,
    level: HoldLevel = HoldLevel.NO_PUBLISH,
    review_on: date | None = None,
    by: str,
    now: datetime,
) -> Hold:
    """Set a hold; whatever its level, the child is not shown. NotFound if there is no such pupil."""
    if len(reason) > LONGEST_REASON:
        fault = Fault("#/reason", f"has more than {LONGEST_REASON:,} characters")
        raise Malformed("The reason is too long.", errors=(fault,))
    if review_on is not None and review_on < office.day(now):
        raise Malformed("The day has passed.", errors=(Fault("#/review_on", "has passed"),))
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        require_own(store, pupil_id)
        hold = _put_on(office, store, HoldWanted(pupil_id, level, b"", review_on), reason, by=by, now=now)
        version.stamp(store, office.policy, now)
    return hold


def _put_on(office: Office, store: Store, wanted: HoldWanted, reason: str, *, by: str, now: datetime) -> Hold:
    """The no that everybody sees, then the hold behind it; a no that stood before is nobody's hold and outlives it."""
    before = _unnamed(office, store, wanted.pupil, now)
    own = {one.answer_id for one in kept.of_pupil(store, wanted.pupil)}
    stood_before = before is not None and before.answer in NO and before.id not in own
    word = Word(PermissionAnswer.REFUSED, told_by=NOT_NOTED)
    write_word(office, store, wanted.pupil, word, Doing.HOLD, by=by, now=now)
    after = _unnamed(office, store, wanted.pupil, now)
    answer_id = "" if stood_before or after is None else after.id
    sealed = seal_reason(office, store, wanted.pupil, reason, now=now)
    return kept.put_on(
        store, HoldWanted(wanted.pupil, wanted.level, sealed, wanted.review_on, answer_id), by=by, now=now
    )


def _unnamed(office: Office, store: Store, pupil_id: str, now: datetime) -> Permission | None:
    """The latest word on posts of nobody knows whom."""
    years = school_years(office.policy, office.day(now))
    found = {one.school_year: one for one in permissions.of_pupil(store, pupil_id) if one.channel == _PLACE}
    return next((found[year] for year in years if year in found), None)


def lift_hold(office: Office, hold_id: str, *, by: str, now: datetime) -> None:
    """End a hold, and with the last of a child's the no that stood for it; NotFound if none of that id still holds."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        hold = next((one for one in kept.standing(store) if one.id == hold_id), None)
        if hold is None:
            raise NotFound("There is no such hold.")
        kept.lift(store, hold_id, by=by, now=now)
        own = {one.answer_id for one in kept.of_pupil(store, hold.pupil)}
        shown = _unnamed(office, store, hold.pupil, now)
        others = any(one.pupil == hold.pupil for one in kept.standing(store))
        ends = shown is not None and shown.id in own and not others
        answer = PermissionAnswer.NOT_ANSWERED if ends else PermissionAnswer.REFUSED
        stays = shown is not None and shown.id in own and others
        write_word(office, store, hold.pupil, Word(answer, told_by=NOT_NOTED), Doing.LIFT, by=by, now=now)
        if stays:
            _carry_over(office, store, hold.pupil, now)
        version.stamp(store, office.policy, now)


def _carry_over(office: Office, store: Store, pupil_id: str, now: datetime) -> None:
    """The no that was written last stands for the holds that are left."""
    shown = _unnamed(office, store, pupil_id, now)
    if shown is not None:
        kept.stand_for(store, pupil_id, shown.id)


def end_unnamed_no(office: Office, pupil_id: str, *, by: str, now: datetime) -> None:
    """End a no of which nobody noted who gave it; Conflict where a hold stands behind it, or there is none."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        require_own(store, pupil_id)
        if any(one.pupil == pupil_id for one in kept.standing(store)):
            raise Conflict("A hold stands behind this no: lift the hold.", slug="hold-stands")
        shown = _unnamed(office, store, pupil_id, now)
        if shown is None or shown.answer not in NO:
            raise Conflict("There is no such no.", slug="no-such-no")
        word = Word(PermissionAnswer.NOT_ANSWERED, told_by=NOT_NOTED)
        write_word(office, store, pupil_id, word, Doing.END, by=by, now=now)
        version.stamp(store, office.policy, now)


def list_holds(office: Office) -> tuple[Hold, ...]:
    """All holds of the school that still hold, those to be reviewed first in front."""
    with office.database.read() as session:
        standing = kept.standing(Store(session, office.school_id))
    return tuple(sorted(standing, key=lambda one: (one.review_on or date.max, one.set_at, one.id)))


def holds_of(office: Office, pupil_id: str) -> tuple[Hold, ...]:
    """All holds ever set on a child, oldest first; NotFound if there is no such pupil."""
    with office.database.read() as session:
        store = Store(session, office.school_id)
        require_own(store, pupil_id)
        return kept.of_pupil(store, pupil_id)


def hold_history(office: Office, pupil_id: str) -> tuple[HoldLine, ...]:
    """What was done about a child's holds, oldest first, out of the audit trail's sealed lines."""
    with office.database.read() as session:
        store = Store(session, office.school_id)
        require_own(store, pupil_id)
        lines = audit.answers_of(store, pupil_id)
    found = ((line, open_doing(office.vault, line.detail.get("sealed"))) for line in lines)
    told = {Doing.HOLD, Doing.LIFT, Doing.END, Doing.REASON}
    return tuple(HoldLine(line.seq, line.at, line.actor, doing) for line, doing in found if doing in told)


def read_hold_reason(office: Office, pupil_id: str, hold_id: str, *, by: str, now: datetime) -> str:
    """Why a hold was set, for the safeguarding lead alone. NotFound if the child has no such hold.

    The reading is audited, by the same line as any look at a child's answers.
    """
    with office.database.write() as session:
        store = Store(session, office.school_id)
        require_own(store, pupil_id)
        if all(one.id != hold_id for one in kept.of_pupil(store, pupil_id)):
            raise NotFound("There is no such hold.")
        detail = {"sealed": seal_doing(office.vault, Doing.REASON)}
        audit.append(store, audit.Action.PERMISSIONS_READ, pupil_id, detail, by=by, now=now)
        return open_reason(office, store, pupil_id, kept.sealed_reason(store, hold_id) or b"")


def guard_children_in_care(office: Office, store: Store, pupils: Sequence[str], *, by: str, now: datetime) -> None:
    """Put a hold on each child who never had one: once the lead has lifted it, the roster does not bring it back."""
    for pupil in pupils:
        if not kept.of_pupil(store, pupil):
            _put_on(office, store, HoldWanted(pupil, HoldLevel.NO_PUBLISH, b""), _IN_CARE, by=by, now=now)
