"""Children who are taken off the record: on request, and when their names need no longer be guarded.

Everything that is stored is gone through, in steps that each hold the database for a moment; the child's own record
goes last, with whatever came meanwhile, so that an erasure that was broken off can be asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from app.domain import Pupil
from app.errors import NotFound
from app.register import tombstones, version
from app.register.child_keys import discard_photos
from app.register.office import Office
from app.register.recalls import reach_back
from app.register.traces import Traces, mask_of
from app.register.version import is_guarded, unguarded_before
from app.store import Store, audit, biometrics, erasing, leavers, permissions, roster
from app.store.erasing import Gone
from app.store.leavers import Leaver
from app.store.tombstones import Tombstone

_AT_ONCE = 50


class _Why(StrEnum):
    """Why children go."""

    ASKED = "asked"
    LEFT = "left"


def erase_pupil(office: Office, pupil_id: str, *, by: str, now: datetime) -> None:
    """Erase a pupil with all answers, holds, photos and templates, and take them out of what is stored of drafts.

    NotFound if nothing is kept of anybody of that id. A tombstone stays; a roster file that names the child again is
    then taken only when confirmed, and knows nothing of what was known of them.
    """
    with office.database.read() as session:
        store = Store(session, office.school_id)
        pupil, leaver = roster.find(store, pupil_id), leavers.find(store, pupil_id)
    if pupil is not None:
        _erase(office, [pupil], why=_Why.ASKED, by=by, now=now)
    elif leaver is not None:
        _forget_leaver(office, pupil_id, by=by, now=now)
    else:
        raise NotFound("There is no such pupil.")


def replay_erasures(office: Office, copy: Path | None = None, *, by: str, now: datetime) -> int:
    """Erase again whoever has a tombstone and is there, as after a backup was restored; returns how many.

    ``copy`` is a copy of the file of tombstones that was kept apart.
    """
    known = tombstones.every(office, copy)
    if not known:
        return 0
    with office.database.read() as session:
        store = Store(session, office.school_id)
        back = [pupil for one in known if (pupil := roster.find(store, one.pupil)) is not None]
        left = [one.pupil for one in known if leavers.find(store, one.pupil) is not None]
    if back:
        _erase(office, back, why=_Why.ASKED, by=by, now=now)
    for pupil_id in left:
        _forget_leaver(office, pupil_id, by=by, now=now)
    tombstones.write_missing(office, known)
    return len(back) + len(left)


def count_leavers(office: Office, now: datetime) -> int:
    """How many ``purge_leavers`` would erase."""
    with office.database.read() as session:
        store = Store(session, office.school_id)
        every = (*roster.every(store), *roster.elsewhere(store))
    return sum(not is_guarded(pupil, office.policy, office.day(now)) for pupil in every)


def purge_leavers(office: Office, *, by: str, now: datetime) -> int:
    """Erase those who left so long ago that their names need no longer be guarded; returns how many.

    What their families answered is kept sealed for a while. Those of the trust's other schools go too, all at once.
    """
    with office.database.read() as session:
        store = Store(session, office.school_id)
        pupils, of_a_trust = roster.every(store), bool(roster.elsewhere_mark(store))
    gone = [pupil for pupil in pupils if not is_guarded(pupil, office.policy, office.day(now))]
    for start in range(0, len(gone), _AT_ONCE):
        _erase(office, gone[start : start + _AT_ONCE], why=_Why.LEFT, by=by, now=now)
    return len(gone) + (_forget_elsewhere(office, by=by, now=now) if of_a_trust else 0)


def _forget_elsewhere(office: Office, *, by: str, now: datetime) -> int:
    with office.database.write() as session:
        store = Store(session, office.school_id)
        gone = roster.forget_elsewhere(store, unguarded_before(office.policy, office.day(now)), by=by, now=now)
        if gone:
            version.stamp(store, office.policy, now)
    return gone


def _forget_leaver(office: Office, pupil_id: str, *, by: str, now: datetime) -> None:
    with office.database.write() as session:
        store = Store(session, office.school_id)
        audit.append(store, audit.Action.PUPIL_ERASE, pupil_id, by=by, now=now)
        leavers.forget(store, [pupil_id])
        tombstones.put(office, store, [Tombstone(pupil_id, "", now)])
    office.database.settle()


def _erase(office: Office, pupils: Sequence[Pupil], *, why: _Why, by: str, now: datetime) -> None:
    gone = Gone(frozenset(pupil.id for pupil in pupils), Traces.of_pupils(pupils).mask, mask_of)
    ours = [pupil for pupil in pupils if not pupil.elsewhere]
    if why is _Why.ASKED:
        with office.database.write() as session:  # while it can still be told by what drafts they are in
            reach_back(Store(session, office.school_id), office.policy, ours, recalled=gone.ids, now=now)
    _sweep(office, gone, by=by, now=now)
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        if why is _Why.LEFT:
            _keep_answers(office, store, pupils)
        if why is _Why.ASKED:
            reach_back(store, office.policy, ours, recalled=gone.ids, now=now)
        there = [pupil for pupil in pupils if roster.find(store, pupil.id) is not None]
        files = {pupil.id: roster.erase(store, pupil.id, by=by, now=now) for pupil in there}
        _sweep_late(store, gone, by=by, now=now)
        version.stamp(store, office.policy, now)
        if why is _Why.ASKED:
            marks = [Tombstone(pupil.id, tombstones.mark_of(office, pupil.upn), now) for pupil in pupils]
            tombstones.put(office, store, marks)
    for pupil_id, unused in files.items():
        discard_photos(office, pupil_id, unused)
    office.database.settle()


def _sweep(office: Office, gone: Gone, *, by: str, now: datetime) -> None:
    """Take the children out of all drafts, some at a time."""
    last: str | None = ""
    while last is not None:
        with office.database.write() as session:
            last = erasing.sweep_drafts(Store(session, office.school_id), gone, after=last, by=by, now=now)


def _sweep_late(store: Store, gone: Gone, *, by: str, now: datetime) -> None:
    """Take them out of what came while the drafts were gone through, and of everything else."""
    last: str | None = ""
    while last is not None:
        last = erasing.sweep_drafts(store, gone, after=last, since=now, by=by, now=now)
    erasing.sweep_rest(store, gone)


def _keep_answers(office: Office, store: Store, pupils: Sequence[Pupil]) -> None:
    """Seal what the families of leavers answered, without names, where they answered anything."""
    said = {pupil.id: _answers(store, pupil.id) for pupil in pupils}
    for pupil in pupils:
        if pupil.left_on is not None and said[pupil.id]:
            sealed = office.vault.seal(json.dumps(said[pupil.id]).encode(), answers_purpose(pupil.id))
            leavers.keep(store, Leaver(pupil.id, pupil.left_on, sealed))


def _answers(store: Store, pupil_id: str) -> list[dict[str, str]]:
    """Each answer as kind, what and when; free text stays behind, as it may name people."""
    given = [
        {
            "kind": "permission",
            "school_year": one.school_year,
            "channel": one.channel.partition("/")[0],
            "answer": str(one.answer),
            "source": one.source,
            "at": one.recorded_at.isoformat(),
        }
        for one in permissions.history(store, pupil_id)
    ]
    said = [
        {
            "kind": "biometric response",
            "actor": str(one.actor),
            "answer": str(one.decision),
            "in_writing": "yes" if one.in_writing else "no",
            "at": one.received_on.isoformat(),
        }
        for one in biometrics.responses_of(store, pupil_id)
    ]
    told = [
        {"kind": "biometric notice", "at": one.sent_on.isoformat() if one.sent_on else "", "exemption": one.exemption}
        for one in biometrics.notices(store)
        if one.pupil == pupil_id
    ]
    return [*given, *said, *told]


def answers_purpose(pupil_id: str) -> str:
    """What a leaver's answers are sealed for."""
    return f"answers {pupil_id}"
