"""What follows when a child must not be shown any more: drafts to look at again, and published ones to take down.

Nothing here says why a child must not be shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, exists, insert, select, tuple_, update
from sqlalchemy.orm import Session

from app.db import new_id
from app.domain import Stage
from app.errors import Conflict, NotFound
from app.store import Store, audit, everywhere
from app.store.paging import Page, cut, read_cursor, write_cursor
from app.store.records import read_findings
from app.tables import DecisionRow, DraftPhotoRow, DraftRow, NotShownRow, RecallRow, RecheckRow, VerdictRow

_OPEN = ""
_AT_ONCE = 200


class WhyFound(StrEnum):
    """Why a draft may show a child: the classes declared, a question once asked about it, or a likeness."""

    CLASS = "class"
    ROLL_CALL = "roll-call"
    MATCH = "match"


class RecallOutcome(StrEnum):
    """How a recall ends."""

    TAKEN_DOWN = "taken_down"
    KEPT = "kept"


# ---------------------------------------------------------------- who must not be shown


@dataclass(frozen=True, slots=True)
class Losses:
    """Who must not be shown and might be before; ``said_no``: of whom there is a no where there was none."""

    not_shown: frozenset[str] = frozenset()
    said_no: frozenset[str] = frozenset()


def note_not_shown(store: Store, standing: Mapping[str, bool], *, now: datetime) -> Losses:
    """Note who must not be shown now, and whether that is by a no; returns what was lost since this was noted last."""
    before = {one.pupil_id: one.said_no for one in store.session.execute(_noted(store))}
    ended = [pupil for pupil in before if standing.get(pupil) is not before[pupil]]
    begun = [pupil for pupil in standing if before.get(pupil) is not standing[pupil]]
    for few in _some(ended):
        theirs = (NotShownRow.school_id == store.school_id, NotShownRow.pupil_id.in_(few))
        store.session.execute(delete(NotShownRow).where(*theirs))
    if begun:
        rows = [
            {"id": new_id(now), "school_id": store.school_id, "pupil_id": pupil, "said_no": standing[pupil]}
            for pupil in begun
        ]
        store.session.execute(insert(NotShownRow), rows)
    return Losses(
        frozenset(standing.keys() - before.keys()),
        frozenset(pupil for pupil in begun if standing[pupil]),
    )


def said_no(store: Store) -> frozenset[str]:
    """The children of whom there is a no, as of the register's last change."""
    return frozenset(one.pupil_id for one in store.session.execute(_noted(store)) if one.said_no)


def _noted(store: Store) -> Any:
    return select(NotShownRow.pupil_id, NotShownRow.said_no).where(NotShownRow.school_id == store.school_id)


def _some(ids: Collection[str]) -> Iterable[list[str]]:
    every = list(ids)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))


# ---------------------------------------------------------------- drafts that may show them


@dataclass(frozen=True, slots=True)
class PhotoDraft:
    """A draft with at least one photo, in short."""

    id: str
    stage: Stage
    classes: tuple[str, ...]
    created_at: datetime


def with_photos(store: Store, stages: Collection[Stage]) -> tuple[PhotoDraft, ...]:
    """All drafts at those stages that have a photo, oldest first."""
    query = (
        select(DraftRow.id, DraftRow.stage, DraftRow.classes, DraftRow.created_at)
        .where(DraftRow.school_id == store.school_id, DraftRow.stage.in_([str(stage) for stage in stages]))
        .where(exists().where(DraftPhotoRow.draft_id == DraftRow.id))
        .order_by(DraftRow.created_at, DraftRow.id)
    )
    return tuple(
        PhotoDraft(row.id, Stage(row.stage), tuple(row.classes), row.created_at) for row in store.session.execute(query)
    )


def mentions(
    store: Store, draft_ids: Collection[str], pupils: Collection[str], rules: Mapping[str, WhyFound]
) -> dict[str, dict[str, WhyFound]]:
    """By draft, which of these children its verdicts' findings under ``rules`` or the answers to it ever were about."""
    wanted, found = set(pupils), dict[str, dict[str, WhyFound]]()

    def note(draft: str, about: Iterable[str], why: WhyFound) -> None:
        for pupil in wanted.intersection(about):
            place = found.setdefault(draft, {})
            if place.get(pupil) is not WhyFound.MATCH:
                place[pupil] = why

    for few in _some(draft_ids):
        judged = select(VerdictRow.draft_id, VerdictRow.findings).where(
            VerdictRow.school_id == store.school_id, VerdictRow.draft_id.in_(few)
        )
        for row in store.session.execute(judged):
            for finding in read_findings(row.findings):
                if finding.rule in rules:
                    note(row.draft_id, finding.pupils, rules[finding.rule])
        decided = select(DecisionRow.draft_id, DecisionRow.answers).where(
            DecisionRow.school_id == store.school_id, DecisionRow.draft_id.in_(few)
        )
        for row in store.session.execute(decided):
            note(row.draft_id, row.answers, WhyFound.ROLL_CALL)
    return found


# ---------------------------------------------------------------- looking again


@dataclass(frozen=True, slots=True)
class Recheck:
    """A draft to look at again for these children; ``asked`` counts how often that was asked for."""

    draft: str
    pupils: tuple[str, ...]
    asked: int


def ask_recheck(store: Store, draft_id: str, pupils: Iterable[str], *, now: datetime) -> None:
    """Have a draft looked at again after the commit; asked for twice, it is done once, for all the children."""
    this = (RecheckRow.school_id == store.school_id, RecheckRow.draft_id == draft_id)
    row = store.session.scalars(select(RecheckRow).where(*this)).one_or_none()
    if row is None:
        values = {"school_id": store.school_id, "draft_id": draft_id, "pupils": sorted(set(pupils))}
        store.session.execute(insert(RecheckRow).values(**values, asked=1, asked_at=now))
        return
    both = sorted({*row.pupils, *pupils})
    store.session.execute(update(RecheckRow).where(*this).values(pupils=both, asked=row.asked + 1, asked_at=now))


def rechecks(store: Store) -> tuple[Recheck, ...]:
    """The drafts to look at again, asked for first in front."""
    query = select(RecheckRow).where(RecheckRow.school_id == store.school_id)
    rows = store.session.scalars(query.order_by(RecheckRow.asked_at, RecheckRow.draft_id))
    return tuple(Recheck(row.draft_id, tuple(row.pupils), row.asked) for row in rows)


def end_recheck(store: Store, recheck: Recheck) -> None:
    """The draft was looked at again; nothing is done where that was asked for anew meanwhile."""
    this = (RecheckRow.school_id == store.school_id, RecheckRow.draft_id == recheck.draft)
    store.session.execute(delete(RecheckRow).where(*this, RecheckRow.asked == recheck.asked))


def schools_to_recheck(session: Session) -> tuple[str, ...]:
    """The ids of all schools with drafts to look at again."""
    return tuple(everywhere(session).scalars(select(RecheckRow.school_id).distinct().order_by(RecheckRow.school_id)))


# ---------------------------------------------------------------- taking down


@dataclass(frozen=True, slots=True)
class Recall:
    """A published draft that may show these children; ``outcome`` None while nobody has decided."""

    id: str
    draft: str
    pupils: tuple[str, ...]
    why_found: WhyFound
    opened_at: datetime
    outcome: RecallOutcome | None = None
    reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None


def open_recall(store: Store, draft_id: str, found: Mapping[str, WhyFound], *, by: str, now: datetime) -> bool:
    """List a published draft for taking down, for these children; False where it is listed for them already."""
    store.take_turn()
    this = (RecallRow.school_id == store.school_id, RecallRow.draft_id == draft_id, RecallRow.outcome == _OPEN)
    row = store.session.scalars(select(RecallRow).where(*this)).one_or_none()
    known = set(row.pupils) if row else set()
    new = sorted(found.keys() - known)
    if not new:
        return False
    why = _strongest([*found.values(), *([WhyFound(row.why_found)] if row else [])])
    recall_id = row.id if row else new_id(now)
    detail = {"draft": draft_id, "pupils": new, "why_found": str(why)}
    audit.append(store, audit.Action.RECALL_OPEN, recall_id, detail, by=by, now=now)
    if row:
        values = {"pupils": sorted(known | set(new)), "why_found": str(why)}
        store.session.execute(update(RecallRow).where(*this, RecallRow.id == recall_id).values(**values))
        return True
    store.session.execute(
        insert(RecallRow).values(
            id=recall_id,
            school_id=store.school_id,
            draft_id=draft_id,
            pupils=new,
            why_found=str(why),
            opened_at=now,
            outcome=_OPEN,
            reason="",
            decided_by="",
        )
    )
    return True


def _strongest(reasons: Iterable[WhyFound]) -> WhyFound:
    return max(reasons, key=[WhyFound.CLASS, WhyFound.ROLL_CALL, WhyFound.MATCH].index)


def get_recall(store: Store, recall_id: str) -> Recall:
    """The recall of that id; NotFound if there is none."""
    this = (RecallRow.school_id == store.school_id, RecallRow.id == recall_id)
    row = store.session.execute(select(*_COLUMNS).where(*this)).one_or_none()
    if row is None:
        raise NotFound("There is no such recall.")
    return _recall(row)


def open_recalls(store: Store, *, limit: int, cursor: str | None = None) -> Page[Recall]:
    """Those on which nobody has decided, oldest first."""
    query = select(*_COLUMNS).where(RecallRow.school_id == store.school_id, RecallRow.outcome == _OPEN)
    if cursor is not None:
        query = query.where(tuple_(RecallRow.opened_at, RecallRow.id) > _place(cursor))
    return _page(store, query.order_by(RecallRow.opened_at, RecallRow.id), limit)


def open_of_draft(store: Store, draft_id: str) -> tuple[Recall, ...]:
    """Those of a draft on which nobody has decided."""
    this = (RecallRow.school_id == store.school_id, RecallRow.draft_id == draft_id, RecallRow.outcome == _OPEN)
    return tuple(_recall(row) for row in store.session.execute(select(*_COLUMNS).where(*this)))


def closed_recalls(store: Store, *, limit: int, cursor: str | None = None) -> Page[Recall]:
    """Those that ended, opened last in front."""
    query = select(*_COLUMNS).where(RecallRow.school_id == store.school_id, RecallRow.outcome != _OPEN)
    if cursor is not None:
        query = query.where(tuple_(RecallRow.opened_at, RecallRow.id) < _place(cursor))
    return _page(store, query.order_by(RecallRow.opened_at.desc(), RecallRow.id.desc()), limit)


def close_recall(
    store: Store, recall_id: str, outcome: RecallOutcome, reason: str, *, by: str, now: datetime
) -> Recall:
    """End a recall, in the caller's transaction. NotFound if there is none of that id, Conflict where it ended before."""
    store.take_turn()
    if get_recall(store, recall_id).outcome is not None:
        raise Conflict("Somebody has decided on this already.", slug="recall-closed")
    audit.append(store, audit.Action.RECALL_CLOSE, recall_id, {"outcome": str(outcome)}, by=by, now=now)
    values = {"outcome": str(outcome), "reason": reason, "decided_by": by, "decided_at": now}
    this = (RecallRow.school_id == store.school_id, RecallRow.id == recall_id)
    store.session.execute(update(RecallRow).where(*this).values(**values))
    return get_recall(store, recall_id)


_COLUMNS = (
    RecallRow.id,
    RecallRow.draft_id,
    RecallRow.pupils,
    RecallRow.why_found,
    RecallRow.opened_at,
    RecallRow.outcome,
    RecallRow.reason,
    RecallRow.decided_by,
    RecallRow.decided_at,
)


def _place(cursor: str) -> Any:
    return tuple_(*read_cursor(cursor), types=[RecallRow.opened_at.type, RecallRow.id.type])


def _page(store: Store, query: Any, limit: int) -> Page[Recall]:
    rows, more = cut(store.session.execute(query.limit(limit + 1)).all(), limit)
    items = tuple(_recall(row) for row in rows)
    return Page(items, write_cursor(items[-1].opened_at, items[-1].id) if more else None)


def _recall(row: Row[Any]) -> Recall:
    return Recall(
        row.id,
        row.draft_id,
        tuple(row.pupils),
        WhyFound(row.why_found),
        row.opened_at,
        RecallOutcome(row.outcome) if row.outcome else None,
        row.reason,
        row.decided_by,
        row.decided_at,
    )
