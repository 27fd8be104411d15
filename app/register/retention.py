"""What is kept only so long: found, counted and deleted once a day, by the periods of the school's policy."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from app.register.erasure import count_leavers, purge_leavers
from app.register.office import Office
from app.store import Store, audit, idempotency, leavers, people, pictures, schools
from app.vault import PhotoFiles


@dataclass(frozen=True, slots=True)
class Purged:
    """How many things of each kind were purged, or would be."""

    pictures: int = 0
    leavers: int = 0
    consent_evidence: int = 0
    audit_lines: int = 0
    sessions: int = 0
    kept_answers: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """The counts by kind."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Periods:
    """From when on each kind is kept."""

    unused_pictures: datetime
    published_pictures: datetime
    audit: datetime
    sessions: datetime
    repeats: datetime

    @classmethod
    def of(cls, office: Office, now: datetime) -> _Periods:
        kept = office.policy.retention
        return cls(
            now - timedelta(days=kept.rejected_picture_days),
            now - timedelta(days=kept.published_picture_days),
            now - timedelta(days=kept.audit_days),
            now - timedelta(days=kept.session_days),
            now - timedelta(days=kept.repeat_days),
        )


def would_purge(office: Office, now: datetime) -> Purged:
    """What ``purge`` would delete now; nothing is done."""
    since = _Periods.of(office, now)
    with office.database.read() as session:
        store = Store(session, office.school_id)
        return Purged(
            len(pictures.due(store, unused_since=since.unused_pictures, published_since=since.published_pictures)),
            count_leavers(office, now),
            leavers.count_before(store, _evidence_before(office, now)),
            audit.count_before(store, since.audit),
            people.count_sessions_before(store, since.sessions),
            idempotency.count_before(store, since.repeats),
        )


def purge(office: Office, photos: PhotoFiles, *, by: str, now: datetime) -> Purged:
    """Delete what is kept longer than the policy says, and note in the audit trail how much; ``photos`` are the drafts'."""
    gone = purge_leavers(office, by=by, now=now)
    since, evidence_before = _Periods.of(office, now), _evidence_before(office, now)
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        due = pictures.due(store, unused_since=since.unused_pictures, published_since=since.published_pictures)
        files = pictures.purge(store, due, by=by, now=now)
        evidence = leavers.count_before(store, evidence_before)
        leavers.forget_before(store, evidence_before)
        lines = audit.cut(store, since.audit, by=by, now=now)
        sessions, answers = (
            people.count_sessions_before(store, since.sessions),
            idempotency.count_before(store, since.repeats),
        )
        people.forget_sessions_before(store, since.sessions)
        idempotency.forget_before(store, since.repeats)
        purged = Purged(len(due), gone, evidence, lines, sessions, answers)
        schools.note_purge(store, purged.counts, office.day(now), by=by, now=now)
    for sha256 in files:
        photos.delete_older(sha256, now - timedelta(hours=1))  # somebody may just be uploading the same picture
    office.database.settle()
    return purged


def purge_daily(office: Office, photos: PhotoFiles, *, by: str, now: datetime) -> Purged | None:
    """``purge``, unless it was done on this day of the school's already: then None."""
    with office.database.read() as session:
        if schools.get(Store(session, office.school_id)).purged_on == office.day(now):
            return None
    return purge(office, photos, by=by, now=now)


def _evidence_before(office: Office, now: datetime) -> date:
    """The day before which a child must have left for the family's answers to go."""
    return office.day(now) - timedelta(days=office.policy.retention.consent_days)
