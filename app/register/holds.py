"""Safeguarding holds: set and lifted by the safeguarding lead, their reasons sealed.

Whoever is under a hold looks to everybody else exactly like a child whose family said no.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.errors import NotFound
from app.register import version
from app.register.office import Office, require_own
from app.store import Store
from app.store import holds as kept
from app.store.holds import Hold, HoldLevel

_IN_CARE = "The roster says that the child is looked after."


def set_hold(
    office: Office, pupil_id: str, reason: str, *, level: HoldLevel = HoldLevel.NO_PUBLISH, by: str, now: datetime
) -> Hold:
    """Set a hold; whatever its level, the child is not shown. NotFound if there is no such pupil."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        require_own(store, pupil_id)
        hold = kept.put_on(store, pupil_id, level, _seal(office, pupil_id, reason), by=by, now=now)
        version.stamp(store, office.policy, now)
    return hold


def lift_hold(office: Office, hold_id: str, *, by: str, now: datetime) -> None:
    """End a hold; NotFound if none of that id still holds."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        if not kept.lift(store, hold_id, by=by, now=now):
            raise NotFound("There is no such hold.")
        version.stamp(store, office.policy, now)


def read_hold_reason(office: Office, pupil_id: str, hold_id: str, *, by: str, now: datetime) -> str:
    """Why a hold was set, for the safeguarding lead alone; the reading is audited. NotFound if there is no such hold."""
    with office.database.write() as session:
        sealed = kept.read_reason(Store(session, office.school_id), hold_id, by=by, now=now)
    if sealed is None:
        raise NotFound("There is no such hold.")
    return office.vault.open(sealed, _purpose(pupil_id)).decode()


def guard_children_in_care(office: Office, store: Store, pupils: Sequence[str], *, by: str, now: datetime) -> None:
    """Put a hold on each child who never had one: once the lead has lifted it, the roster does not bring it back."""
    for pupil in pupils:
        if not kept.of_pupil(store, pupil):
            kept.put_on(store, pupil, HoldLevel.NO_PUBLISH, _seal(office, pupil, _IN_CARE), by=by, now=now)


def _seal(office: Office, pupil_id: str, reason: str) -> bytes:
    return office.vault.seal(reason.encode("utf-8", "surrogatepass"), _purpose(pupil_id))


def _purpose(pupil_id: str) -> str:
    return f"hold {pupil_id}"
