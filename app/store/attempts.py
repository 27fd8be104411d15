"""Attempts to post: one for each revision of a draft, on record before anything is sent.

From ``sent_at`` on, and until there is an outcome, the post may be out: nobody sends it again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

from app.db import new_id
from app.errors import NotFound
from app.store import Store, audit
from app.tables import AttemptRow


class AttemptOutcome(StrEnum):
    """How an attempt ended."""

    OPEN = ""
    POSTED = "posted"
    REFUSED = "refused"
    REHEARSED = "rehearsed"


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture that was handed over for a post, by its place among the draft's photos."""

    sha256: str
    id: str
    at: datetime
    described: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """The one attempt to post a revision. ``looks``: how often the account's recent posts were searched for it."""

    id: str
    draft_id: str
    revision: int
    digest: str
    publisher: str
    account: str
    media: tuple[Medium, ...]
    tries: int
    looks: int
    begun_at: datetime
    sent_at: datetime | None
    outcome: AttemptOutcome
    post_id: str
    url: str
    ended_at: datetime | None
    ended_by: str
    taken_down_at: datetime | None

    @property
    def in_doubt(self) -> bool:
        """Whether it was sent and nobody knows what became of it."""
        return self.sent_at is not None and self.outcome is AttemptOutcome.OPEN


def begin(
    store: Store, draft_id: str, *, revision: int, digest: str, publisher: str, account: str, by: str, now: datetime
) -> Attempt:
    """Put an attempt on record, or take up the one of that revision.

    One that ended without a post begins anew; one that is in doubt, or out, comes back as it is.
    """
    store.take_turn()
    before = find(store, draft_id, revision)
    if before is not None and (before.in_doubt or before.outcome is AttemptOutcome.POSTED):
        return before
    same = before is not None and (before.publisher, before.account) == (publisher, account)
    if before is not None and before.outcome is AttemptOutcome.OPEN and same:
        return before
    detail = {"revision": revision, "publisher": publisher, "account": account}
    audit.append(store, audit.Action.PUBLISH_BEGIN, draft_id, detail, by=by, now=now)
    values = {"digest": digest, "publisher": publisher, "account": account, "media": [], "begun_at": now}
    if before is not None:
        anew = {"outcome": "", "sent_at": None, "ended_at": None, "ended_by": ""}
        store.session.execute(update(AttemptRow).where(*_this(store, before.id)).values(**values, **anew))
        return get(store, draft_id, revision)
    store.session.execute(
        insert(AttemptRow).values(
            id=new_id(now),
            school_id=store.school_id,
            draft_id=draft_id,
            revision=revision,
            tries=0,
            looks=0,
            outcome="",
            post_id="",
            url="",
            ended_by="",
            taken_down_by="",
            **values,
        )
    )
    return get(store, draft_id, revision)


def keep_media(store: Store, attempt: Attempt, media: Sequence[Medium]) -> None:
    """Note which pictures were handed over and described."""
    written = [
        {"sha256": one.sha256, "id": one.id, "at": one.at.isoformat(), "described": one.described} for one in media
    ]
    store.session.execute(update(AttemptRow).where(*_this(store, attempt.id)).values(media=written))


def send(store: Store, attempt: Attempt, *, by: str, now: datetime) -> bool:
    """Note that the post is being sent: to be committed before it is. False where it was sent before."""
    store.take_turn()
    sent = store.session.execute(
        update(AttemptRow)
        .where(*_this(store, attempt.id), AttemptRow.sent_at.is_(None), AttemptRow.outcome == "")
        .values(sent_at=now, tries=attempt.tries + 1, looks=0)
        .returning(AttemptRow.id)
    ).all()
    if not sent:
        return False
    detail = {"attempt": attempt.id, "try": attempt.tries + 1}
    audit.append(store, audit.Action.PUBLISH_SEND, attempt.draft_id, detail, by=by, now=now)
    return True


def unsend(store: Store, attempt: Attempt, *, by: str, now: datetime) -> None:
    """Note that nothing is out, for certain: it may be sent again."""
    detail = {"attempt": attempt.id, "outcome": "not-posted"}
    audit.append(store, audit.Action.PUBLISH_END, attempt.draft_id, detail, by=by, now=now)
    values = {"sent_at": None, "outcome": "", "ended_at": None, "ended_by": ""}
    store.session.execute(update(AttemptRow).where(*_this(store, attempt.id)).values(**values))


def end(
    store: Store,
    attempt: Attempt,
    outcome: AttemptOutcome,
    *,
    post_id: str = "",
    url: str = "",
    by: str,
    now: datetime,
) -> None:
    """Note how an attempt ended."""
    detail = {"attempt": attempt.id, "outcome": str(outcome), "post": post_id}
    audit.append(store, audit.Action.PUBLISH_END, attempt.draft_id, detail, by=by, now=now)
    values = {"outcome": str(outcome), "post_id": post_id, "url": url, "ended_at": now, "ended_by": by}
    store.session.execute(update(AttemptRow).where(*_this(store, attempt.id)).values(**values))


def note_look(store: Store, attempt: Attempt) -> int:
    """Note that the account's recent posts were searched once more; returns how often by now."""
    store.session.execute(update(AttemptRow).where(*_this(store, attempt.id)).values(looks=attempt.looks + 1))
    return attempt.looks + 1


def take_down(store: Store, attempt: Attempt, *, by: str, now: datetime) -> None:
    """Note that the post was taken down."""
    detail = {"attempt": attempt.id, "post": attempt.post_id}
    audit.append(store, audit.Action.PUBLISH_TAKE_DOWN, attempt.draft_id, detail, by=by, now=now)
    values = {"taken_down_at": now, "taken_down_by": by}
    store.session.execute(update(AttemptRow).where(*_this(store, attempt.id)).values(**values))


def find(store: Store, draft_id: str, revision: int) -> Attempt | None:
    """The attempt to post that revision, or None."""
    this = (AttemptRow.school_id == store.school_id, AttemptRow.draft_id == draft_id, AttemptRow.revision == revision)
    row = store.session.scalars(select(AttemptRow).where(*this)).one_or_none()
    return None if row is None else _attempt(row)


def get(store: Store, draft_id: str, revision: int) -> Attempt:
    """The attempt to post that revision; NotFound if there is none."""
    found = find(store, draft_id, revision)
    if found is None:
        raise NotFound("Nobody has begun to publish this draft.")
    return found


def latest(store: Store, draft_ids: Collection[str]) -> dict[str, Attempt]:
    """The attempt at the newest revision of each draft that has one, by the draft's id."""
    query = select(AttemptRow).where(AttemptRow.school_id == store.school_id, AttemptRow.draft_id.in_(draft_ids))
    return {row.draft_id: _attempt(row) for row in store.session.scalars(query.order_by(AttemptRow.revision))}


def drafts_of_posts(store: Store, post_ids: Collection[str]) -> dict[str, str]:
    """The drafts that these posts are known to be, by the post's id."""
    query = select(AttemptRow.post_id, AttemptRow.draft_id).where(
        AttemptRow.school_id == store.school_id, AttemptRow.post_id.in_(post_ids), AttemptRow.post_id != ""
    )
    return {row.post_id: row.draft_id for row in store.session.execute(query)}


def _this(store: Store, attempt_id: str) -> tuple[Any, ...]:
    return AttemptRow.school_id == store.school_id, AttemptRow.id == attempt_id


def _attempt(row: AttemptRow) -> Attempt:
    media = tuple(
        Medium(one["sha256"], one["id"], datetime.fromisoformat(one["at"]), one["described"]) for one in row.media
    )
    return Attempt(
        row.id,
        row.draft_id,
        row.revision,
        row.digest,
        row.publisher,
        row.account,
        media,
        row.tries,
        row.looks,
        row.begun_at,
        row.sent_at,
        AttemptOutcome(row.outcome),
        row.post_id,
        row.url,
        row.ended_at,
        row.ended_by,
        row.taken_down_at,
    )
