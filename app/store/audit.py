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

from sqlalchemy import Text, bindparam, cast, delete, func, or_, select, update

from app.errors import Malformed
from app.store import Store
from app.store.paging import Page
from app.store.paging import cut as cut_off
from app.tables import AuditRow, SchoolRow

ROWS_AT_ONCE = 1000
PROBLEMS_TOLD = 100


_HEAD = (
    select(SchoolRow.audit_seq, SchoolRow.audit_hash)
    .where(SchoolRow.id == bindparam("school"))
    .with_for_update(key_share=True)
)
_NEW_HEAD = update(SchoolRow).where(SchoolRow.id == bindparam("school"))


class Action(StrEnum):
    """What can be done, as ``subject.thing.verb``."""

    SCHOOL_CREATE = "school.record.create"
    SCHOOL_PURGE = "school.record.purge"
    AUDIT_CUT = "school.audit.cut"
    AUDIT_READ = "school.audit.read"
    BACKUP_MAKE = "school.backup.make"
    BACKUP_RESTORE = "school.backup.restore"
    ACCOUNTS_PUT = "school.accounts.put"
    CONNECTION_PUT = "school.connection.put"
    CONNECTION_RENEW = "school.connection.renew"
    CONNECTION_END = "school.connection.end"
    WEBHOOK_PUT = "school.webhook.put"
    WEBHOOK_END = "school.webhook.end"
    FEED_PUT = "school.feed.put"
    FEED_END = "school.feed.end"
    POLICY_ADD = "school.policy.add"
    EVENTS_REPLACE = "school.events.replace"
    KEY_CREATE = "access.key.create"
    KEY_REVOKE = "access.key.revoke"
    PERSON_ADD = "access.person.add"
    PERSON_CHANGE = "access.person.change"
    PERSON_LEAVE = "access.person.leave"
    IDENTITY_LINK = "access.identity.link"
    IDENTITY_UNLINK = "access.identity.unlink"
    POSTING_ASK = "access.posting.ask"
    POSTING_DECIDE = "access.posting.decide"
    DEPARTURE_CONFIRM = "school.departure.confirm"
    ACCOUNT_DECIDE = "school.account.decide"
    SESSION_OPEN = "access.session.open"
    SESSION_CLOSE = "access.session.close"
    SESSION_CONFIRM = "access.session.confirm"
    SECOND_FACTOR_ADD = "access.second-factor.add"
    SECOND_FACTOR_REMOVE = "access.second-factor.remove"
    RECOVERY_CODES_RENEW = "access.recovery-codes.renew"
    RECOVERY_CODE_USE = "access.recovery-code.use"
    LINK_CREATE = "access.link.create"
    LINK_USE = "access.link.use"
    ROSTER_REPLACE = "register.roster.replace"
    ROSTER_AMEND = "register.roster.amend"
    COLUMNS_PUT = "register.columns.put"
    STAFF_REPLACE = "register.staff.replace"
    PUPIL_ERASE = "register.pupil.erase"
    PUPIL_EXPORT = "register.pupil.export"
    PHRASE_ALLOW = "register.phrase.allow"
    PHRASE_WITHDRAW = "register.phrase.withdraw"
    ROUND_OPEN = "permission.round.open"
    PERMISSIONS_RECORD = "permission.answers.record"
    PERMISSIONS_READ = "permission.answers.read"
    FORM_KEEP = "permission.form.keep"
    SILENCE_DECIDE = "permission.silence.decide"
    NOTICE_RECORD = "biometric.notice.record"
    RESPONSE_RECORD = "biometric.response.record"
    REFERENCE_ADD = "biometric.photo.add"
    TEMPLATE_ADD = "biometric.template.add"
    TEMPLATE_REFUSE = "biometric.template.refuse"
    TEMPLATES_DROP = "biometric.templates.drop"
    BIOMETRICS_DESTROY = "biometric.templates.destroy"
    REFERENCE_REMOVE = "biometric.photo.remove"
    REFERENCE_READ = "biometric.photo.read"
    DPIA_RECORD = "biometric.dpia.record"
    SEALS_RENEW = "register.seals.renew"
    ACCURACY_MEASURE = "biometric.accuracy.measure"
    PHOTO_ADD = "desk.photo.add"
    PHOTOS_DELETE = "desk.photos.delete"
    DRAFT_ADD = "desk.draft.add"
    DRAFT_REVISE = "desk.draft.revise"
    DRAFT_VET = "desk.draft.vet"
    DRAFT_MOVE = "desk.draft.move"
    DRAFT_DECIDE = "desk.draft.decide"
    FACES_READ = "desk.faces.read"
    FACES_COMPARE = "desk.faces.compare"
    DRAFT_ESCALATE = "desk.draft.escalate"
    RECALL_OPEN = "desk.recall.open"
    RECALL_CLOSE = "desk.recall.close"
    LOCK_TAKE_OVER = "desk.lock.take_over"
    DEPUTY_NAME = "access.deputy.name"
    DEPUTY_END = "access.deputy.end"
    PUBLISH_PLAN = "publishing.draft.plan"
    PUBLISH_BEGIN = "publishing.attempt.begin"
    PUBLISH_SEND = "publishing.attempt.send"
    PUBLISH_END = "publishing.attempt.end"
    PUBLISH_TAKE_DOWN = "publishing.post.take-down"
    PUBLISH_PAUSE = "publishing.school.pause"
    PUBLISH_RESUME = "publishing.school.resume"


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
    connection = (
        store.session.connection()
    )  # every change writes a line or three: this takes half of the session's time
    head = connection.execute(_HEAD, {"school": store.school_id}).one()
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
    store.insert(AuditRow, {"school_id": store.school_id, **line})
    connection.execute(_NEW_HEAD, {"school": store.school_id, "audit_seq": line["seq"], "audit_hash": line["hash"]})


def page(store: Store, *, limit: int, cursor: str | None = None) -> Page[AuditLine]:
    """The trail, newest first."""
    query = select(AuditRow).where(AuditRow.school_id == store.school_id).order_by(AuditRow.seq.desc())
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
            raise Malformed("The cursor is not one of ours.")
        query = query.where(AuditRow.seq < int(cursor))
    rows, more = cut_off(store.session.scalars(query.limit(limit + 1)).all(), limit)
    return Page(tuple(_line(row) for row in rows), str(rows[-1].seq) if more else None)


def about(store: Store, subject: str) -> tuple[AuditLine, ...]:
    """All that was done to one thing, oldest first."""
    query = select(AuditRow).where(AuditRow.school_id == store.school_id, AuditRow.subject == subject)
    return tuple(_line(row) for row in store.session.scalars(query.order_by(AuditRow.seq)))


def mentioning(store: Store, thing: str) -> tuple[AuditLine, ...]:
    """All lines about one thing or with its id among their details, oldest first."""
    told = or_(AuditRow.subject == thing, cast(AuditRow.detail, Text).contains(thing, autoescape=True))
    query = select(AuditRow).where(AuditRow.school_id == store.school_id, told)
    return tuple(_line(row) for row in store.session.scalars(query.order_by(AuditRow.seq)))


def answers_of(store: Store, pupil_id: str) -> tuple[AuditLine, ...]:
    """All lines about one child's answers alone, said or read, oldest first."""
    actions = (Action.PERMISSIONS_RECORD, Action.PERMISSIONS_READ)
    query = select(AuditRow).where(AuditRow.school_id == store.school_id, AuditRow.action.in_(map(str, actions)))
    lines = (_line(row) for row in store.session.scalars(query.order_by(AuditRow.seq)))
    return tuple(line for line in lines if line.subject == pupil_id or line.detail.get("pupils") == [pupil_id])


def verify(store: Store) -> AuditReport:
    """Go through the whole chain: edits, gaps, removals, changes of order and a cut-off tail are problems.

    Old lines may have been let go (``cut``): the chain then begins with the line after them, and a line of its own, further on,
    must say up to where and with which hash.
    """
    head = store.session.execute(
        select(SchoolRow.audit_seq, SchoolRow.audit_hash, SchoolRow.audit_cut, SchoolRow.audit_cut_hash).where(
            SchoolRow.id == store.school_id
        )
    ).one()
    problems: list[AuditProblem] = []
    rows, last_seq, last_hash = 0, head.audit_cut, head.audit_cut_hash or _origin(store.school_id)
    told: tuple[Any, Any] = (0, "")
    for line in _lines(store):
        rows += 1
        problems += _problems_of(line, last_seq, last_hash)
        last_seq, last_hash = line.seq, line.hash
        if line.action == Action.AUDIT_CUT:
            told = (line.detail.get("up_to"), line.detail.get("hash"))
    if head.audit_cut and told != (head.audit_cut, head.audit_cut_hash):
        problems.append(AuditProblem(head.audit_cut, "lines up to here were removed otherwise than by the purge"))
    if last_seq < head.audit_seq:
        problems.append(AuditProblem(last_seq + 1, f"lines up to {head.audit_seq} are missing at the end"))
    elif last_seq > head.audit_seq:
        problems.append(AuditProblem(head.audit_seq + 1, "lines follow that the school's row does not know of"))
    elif rows and last_hash != head.audit_hash:
        problems.append(AuditProblem(last_seq, "the last line is not the one the school's row knows of"))
    return AuditReport(rows, last_hash if rows else "", tuple(problems[:PROBLEMS_TOLD]))


def count_before(store: Store, instant: datetime) -> int:
    """How many lines ``cut`` would let go."""
    query = select(func.count()).select_from(AuditRow)
    return store.session.scalars(query.where(AuditRow.school_id == store.school_id, AuditRow.at < instant)).one()


def cut(store: Store, instant: datetime, *, by: str, now: datetime) -> int:
    """Let go of the lines from before that instant; returns how many. The chain can be verified as before.

    Where they ended, and with which hash, is told by a new line and by the school's row, up to which alone the
    database lets lines go.
    """
    store.take_turn()
    query = select(AuditRow.seq, AuditRow.hash).where(AuditRow.school_id == store.school_id, AuditRow.at < instant)
    last = store.session.execute(query.order_by(AuditRow.seq.desc()).limit(1)).one_or_none()
    if last is None:
        return 0
    append(store, Action.AUDIT_CUT, store.school_id, {"up_to": last.seq, "hash": last.hash}, by=by, now=now)
    store.session.execute(
        update(SchoolRow).where(SchoolRow.id == store.school_id).values(audit_cut=last.seq, audit_cut_hash=last.hash)
    )
    those = (AuditRow.school_id == store.school_id, AuditRow.seq <= last.seq)
    return len(store.session.scalars(delete(AuditRow).where(*those).returning(AuditRow.seq)).all())


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
