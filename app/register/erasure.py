"""Children who are taken off the record: on request, and when their names need no longer be guarded."""

from __future__ import annotations

from datetime import datetime

from app.register import version
from app.register.office import Office
from app.register.version import is_guarded, unguarded_before
from app.store import Store, roster


def erase_pupil(office: Office, pupil_id: str, *, by: str, now: datetime) -> None:
    """Erase a pupil with all answers, holds, photos and templates; NotFound if there is none.

    While the child is on roll the next roster file brings them back, with nothing of what was known of them.
    """
    _erase(office, [pupil_id], by=by, now=now)


def purge_leavers(office: Office, *, by: str, now: datetime) -> int:
    """Erase those who left so long ago that their names need no longer be guarded; returns how many.

    Those of the trust's other schools go too, all at once.
    """
    with office.database.read() as session:
        store = Store(session, office.school_id)
        pupils, of_a_trust = roster.every(store), bool(roster.elsewhere_mark(store))
    gone = [pupil.id for pupil in pupils if not is_guarded(pupil, office.day(now))]
    if gone:
        _erase(office, gone, by=by, now=now)
    return len(gone) + (_forget_elsewhere(office, by=by, now=now) if of_a_trust else 0)


def _forget_elsewhere(office: Office, *, by: str, now: datetime) -> int:
    with office.database.write() as session:
        store = Store(session, office.school_id)
        gone = roster.forget_elsewhere(store, unguarded_before(office.day(now)), by=by, now=now)
        if gone:
            version.stamp(store, office.policy, now)
    return gone


def _erase(office: Office, pupils: list[str], *, by: str, now: datetime) -> None:
    with office.database.write() as session:
        store = Store(session, office.school_id)
        files = [sha256 for pupil in pupils for sha256 in roster.erase(store, pupil, by=by, now=now)]
        version.stamp(store, office.policy, now)
    for sha256 in files:
        office.files.delete(sha256)
