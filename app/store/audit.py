"""The audit trail: who did what to which thing and when, in a chain of hashes that shows any change.

Each line's hash is the SHA-256 of its content and of the hash before it; the first follows a hash
of the school's id, and the school's own row holds the head, so that a cut-off tail shows as well.
Lines hold ids, never names. Whoever can rewrite the whole database can forge a whole chain: keep the
head (``AuditReport.head``) somewhere else now and then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

from app.errors import Malformed
from app.store import Store
from app.store.paging import Page, cut
from app.tables import AuditRow, SchoolRow

ROWS_AT_ONCE = 1000
PROBLEMS_TOLD = 100


class Action(StrEnum):
    """What can be done, as ``subject.thing.verb``."""

    SCHOOL_CREATE = "school.record.create"
    ACCOUNTS_PUT = "school.accounts.put"
    POLICY_ADD = "school.policy.add"
    EVENTS_REPLACE = "school.events.replace"
    KEY_CREATE = "access.key.create"
    KEY_REVOKE = "access.key.revoke"
    PERSON_ADD = "access.person.add"
    PERSON_CHANGE = "access.person.change"
    SESSION_OPEN = "access.session.open"
    SESSION_CLOSE = "access.session.close"
    ROSTER_REPLACE = "register.roster.replace"
    STAFF_REPLACE = "register.staff.replace"
    PUPIL_ERASE = "register.pupil.erase"
    PHRASE_ALLOW = "register.phrase.allow"
    PHRASE_WITHDRAW = "register.phrase.withdraw"
    ROUND_OPEN = "permission.round.open"
    PERMISSIONS_RECORD = "permission.answers.record"
    HOLD_SET = "safeguarding.hold.set"
    HOLD_LIFT = "safeguarding.hold.lift"
    HOLD_READ = "safeguarding.reason.read"
    NOTICE_RECORD = "biometric.notice.record"
    RESPONSE_RECORD = "biometric.response.record"
    REFERENCE_ADD = "biometric.photo.add"
    TEMPLATE_ADD = "biometric.template.add"
    TEMPLATES_DROP = "biometric.templates.drop"
    BIOMETRICS_DESTROY = "biometric.templates.destroy"
    PHOTO_ADD = "desk.photo.add"
    PHOTOS_DELETE = "desk.photos.delete"
    DRAFT_ADD = "desk.draft.add"
    DRAFT_REVISE = "desk.draft.revise"
    DRAFT_VET = "desk.draft.vet"
    DRAFT_MOVE = "desk.draft.move"
    DRAFT_DECIDE = "desk.draft.decide"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line; ``subject`` is the id of what it was done to."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditProblem:
    """Something wrong with the chain at the line of that number."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What checking the chain found; ``head`` is the hash of its last line. At most 100 problems are listed."""

    rows: int
    head: str
    problems: tuple[AuditProblem, ...]


def append(
    store: Store,
    action: Action,
    subject: str,
    detail: Mapping[str, Any] | None = None,
    *,
    by: str,
    now: datetime,
) -> None:
    """Write the next line, and hold the school's turn until the transaction ends.

    ``detail`` holds ids and counts, never names: strings, whole numbers, booleans, None, lists and mappings of them.
    """
    head = store.session.execute(
        select(SchoolRow.audit_seq, SchoolRow.audit_hash)
        .where(SchoolRow.id == store.school_id)
        .with_for_update(key_share=True)
    ).one()
    line = {
        "seq": head.audit_seq + 1,
        "at": now.astimezone(UTC),
        "actor": by,
        "action": str(action),
        "subject": subject,
        "detail": dict(detail or {}),
        "previous_hash": head.audit_hash or _origin(store.school_id),
    }
    line["hash"] = _hash(**line)
    store.session.execute(insert(AuditRow).values(school_id=store.school_id, **line))
    store.session.execute(
        update(SchoolRow).where(SchoolRow.id == store.school_id).values(audit_seq=line["seq"], audit_hash=line["hash"])
    )


def page(store: Store, *, limit: int, cursor: str | None = None) -> Page[AuditLine]:
    """The trail, newest first."""
    query = select(AuditRow).where(AuditRow.school_id == store.school_id).order_by(AuditRow.seq.desc())
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
            raise Malformed("The cursor is not one of ours.")
        query = query.where(AuditRow.seq < int(cursor))
    rows, more = cut(store.session.scalars(query.limit(limit + 1)).all(), limit)
    return Page(tuple(_line(row) for row in rows), str(rows[-1].seq) if more else None)


def about(store: Store, subject: str) -> tuple[AuditLine, ...]:
    """All that was done to one thing, oldest first."""
    query = select(AuditRow).where(AuditRow.school_id == store.school_id, AuditRow.subject == subject)
    return tuple(_line(row) for row in store.session.scalars(query.order_by(AuditRow.seq)))


def verify(store: Store) -> AuditReport:
    """Go through the whole chain: edits, gaps, removals, changes of order and a cut-off tail are problems."""
    head = store.session.execute(
        select(SchoolRow.audit_seq, SchoolRow.audit_hash).where(SchoolRow.id == store.school_id)
    ).one()
    problems: list[AuditProblem] = []
    rows, last_seq, last_hash = 0, 0, _origin(store.school_id)
    for line in _lines(store):
        rows += 1
        problems += _problems_of(line, last_seq, last_hash)
        last_seq, last_hash = line.seq, line.hash
    if last_seq < head.audit_seq:
        problems.append(AuditProblem(last_seq + 1, f"lines up to {head.audit_seq} are missing at the end"))
    elif last_seq > head.audit_seq:
        problems.append(AuditProblem(head.audit_seq + 1, "lines follow that the school's row does not know of"))
    elif rows and last_hash != head.audit_hash:
        problems.append(AuditProblem(last_seq, "the last line is not the one the school's row knows of"))
    return AuditReport(rows, last_hash if rows else "", tuple(problems[:PROBLEMS_TOLD]))


def _problems_of(line: AuditLine, last_seq: int, last_hash: str) -> list[AuditProblem]:
    found = []
    if line.seq != last_seq + 1:
        found.append(AuditProblem(last_seq + 1, f"missing: {line.seq} follows {last_seq}"))
    if line.previous_hash != last_hash:
        found.append(AuditProblem(line.seq, "does not follow the line before it"))
    try:
        written = _hash(line.seq, line.at, line.actor, line.action, line.subject, line.detail, line.previous_hash)
    except TypeError:
        written = ""
    if line.hash != written:
        found.append(AuditProblem(line.seq, "was changed after it was written"))
    return found


def _lines(store: Store) -> Iterator[AuditLine]:
    query = select(AuditRow).where(AuditRow.school_id == store.school_id).order_by(AuditRow.seq)
    for row in store.session.scalars(query.execution_options(yield_per=ROWS_AT_ONCE)):
        yield _line(row)


def _line(row: AuditRow) -> AuditLine:
    return AuditLine(row.seq, row.at, row.actor, row.action, row.subject, row.detail, row.previous_hash, row.hash)


def _origin(school_id: str) -> str:
    return hashlib.sha256(f"fledgling audit of school {school_id}".encode()).hexdigest()


def _hash(
    seq: int,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
    previous_hash: str,
) -> str:
    content = {
        "seq": seq,
        "at": at.isoformat(timespec="microseconds"),
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": detail,
        "previous_hash": previous_hash,
    }
    _check_exact(detail)
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()


def _check_exact(value: Any) -> None:
    """Only what comes back from either database as it went in: no fractions, no other types."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            _check_exact(item)
            if not isinstance(key, str):
                raise TypeError("keys of an audit line's detail are strings")
    elif isinstance(value, list | tuple):
        for item in value:
            _check_exact(item)
    elif value is not None and not isinstance(value, str | int):
        raise TypeError(f"an audit line's detail cannot hold {type(value).__name__}")
