"""Taking children out of everything that is stored about drafts and elsewhere: their ids, and words that name them.

Verdicts and decisions are otherwise never changed, and the database refuses it: here a row is put in the place of
another, with all that was judged but without the child. Words give way to blocks of the same length, so that what
findings point at stays where it was. Tables are found by their columns, so that one added later is not forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, and_, delete, exists, insert, inspect, or_, select, true, update

from app.domain import MOVES, Stage
from app.store import Store, drafts
from app.tables import Base, DecisionRow, DraftPhotoRow, DraftRow, IdempotencyRow, PhotoRow, PupilRow, VerdictRow
from app.tables.base import Document, Words

DRAFTS_AT_ONCE = 100

_SPARED = frozenset(
    {
        *("accounts", "api_keys", "audit", "events", "idempotency", "people", "permission_forms", "permission_rounds"),
        *("policies", "pupils", "schools", "sessions", "staff", "tombstones", "leavers", "destructions", "dpias"),
        *("decisions", "draft_photos", "drafts", "photos", "verdicts"),
        *("roster_columns", "source_groups"),
    }
)
"""Tables of which the words are not a pupil's, or that are seen to apart from the rest."""
_ROW_BY_ROW = frozenset({"verdicts", "decisions"})
_SURE = frozenset({"likely", "certain"})
_Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Gone:
    """The children to take out: their ids, what masks their names in a text, and what makes such a mask for given words."""

    ids: frozenset[str]
    mask: _Change
    mask_of: Callable[[Iterable[str]], _Change]


def of_pupils() -> tuple[tuple[Table, Column[Any]], ...]:
    """All tables with a column that points at a pupil, in an order in which their rows can be deleted."""
    return tuple(
        (table, column)
        for table in reversed(Base.metadata.sorted_tables)
        for column in table.columns
        if any(key.column is PupilRow.__table__.c.id for key in column.foreign_keys)
    )


def delete_pupils(store: Store, ids: Iterable[str] | Any) -> None:
    """Delete the pupils of those ids (or of that query), and every row that belongs to them; one that may stand alone stays, alone."""
    options = {"synchronize_session": False}
    for table, column in of_pupils():
        theirs = (table.c.school_id == store.school_id, column.in_(ids))
        if column.nullable:
            store.session.execute(update(table).where(*theirs).values({column.name: None}), execution_options=options)
        else:
            store.session.execute(delete(table).where(*theirs), execution_options=options)
    pupils = PupilRow.__table__
    these = (pupils.c.school_id == store.school_id, pupils.c.id.in_(ids))
    store.session.execute(delete(pupils).where(*these), execution_options=options)  # type: ignore[arg-type]


# ---------------------------------------------------------------- drafts


def sweep_drafts(
    store: Store, gone: Gone, *, after: str = "", since: datetime | None = None, by: str, now: datetime
) -> str | None:
    """Take the children out of the next drafts after that id; returns the last one's id, or None if there were none.

    With ``since`` only drafts that changed or were vetted from then on. An open draft that named one is withdrawn.
    """
    store.take_turn()
    query = select(DraftRow.id).where(DraftRow.school_id == store.school_id, DraftRow.id > after)
    if since is not None:
        vetted = exists().where(VerdictRow.draft_id == DraftRow.id, VerdictRow.vetted_at >= since)
        query = query.where(or_(DraftRow.updated_at >= since, vetted))
    ids = store.session.scalars(query.order_by(DraftRow.id).limit(DRAFTS_AT_ONCE)).all()
    for draft_id in ids:
        _sweep_draft(store, gone, draft_id, by=by, now=now)
    return ids[-1] if ids else None


def _sweep_draft(store: Store, gone: Gone, draft_id: str, *, by: str, now: datetime) -> None:
    of_draft = VerdictRow.draft_id == draft_id
    verdicts = select(VerdictRow.evidence).where(VerdictRow.school_id == store.school_id, of_draft)
    kept = store.session.execute(verdicts).all()
    named = {word for row in kept for word in _words_naming(row.evidence, gone.ids)}
    own = gone.mask_of(named) if named else None

    def mask(words: str) -> str:
        masked = gone.mask(words)
        return own(masked) if own else masked

    changed = _rewrite(store, DraftRow.__table__, DraftRow.id == draft_id, gone.ids, mask)
    changed |= _rewrite(store, DraftPhotoRow.__table__, DraftPhotoRow.draft_id == draft_id, gone.ids, mask)
    photos = select(DraftPhotoRow.photo_id).where(
        DraftPhotoRow.school_id == store.school_id, DraftPhotoRow.draft_id == draft_id
    )
    changed |= _rewrite(store, PhotoRow.__table__, PhotoRow.id.in_(photos), gone.ids, mask)
    _rewrite(store, VerdictRow.__table__, of_draft, gone.ids, mask)
    _rewrite(store, DecisionRow.__table__, DecisionRow.draft_id == draft_id, gone.ids, mask)
    this = (DraftRow.school_id == store.school_id, DraftRow.id == draft_id)
    stage = Stage(store.session.scalars(select(DraftRow.stage).where(*this)).one())
    if changed and Stage.WITHDRAWN in MOVES[stage]:
        drafts.move(store, draft_id, stage, Stage.WITHDRAWN, by=by, now=now)


def _words_naming(written: Any, ids: frozenset[str]) -> Iterator[str]:
    """The very words that a verdict took for a name of one of these children, where it was sure or nearly."""
    evidence = written.get("evidence", {})
    for name in evidence.get("text", {}).get("names", ()):
        if name.get("certainty") in _SURE and ids & set(name.get("pupils", ())):
            where = name.get("where", {})
            words = _field(evidence, where)[where.get("start", 0) : where.get("end", 0)]
            if words.strip():
                yield words


def _field(evidence: Mapping[str, Any], where: Mapping[str, Any]) -> str:
    """The text that a finding in words points into; empty where it is of metadata, which are masked by full names."""
    draft, number = evidence.get("draft", {}), where.get("photo")
    if where.get("field") == "text":
        return str(draft.get("text", ""))
    photos = evidence.get("photos", ()) if where.get("field") == "picture_text" else draft.get("photos", ())
    if number is None or not 0 <= number < len(photos):
        return ""
    return str(photos[number].get(where.get("field"), ""))


# ---------------------------------------------------------------- everything else


def sweep_rest(store: Store, gone: Gone) -> None:
    """Take the children out of every other table of the school, photos that no draft has and answers kept for repeats."""
    store.take_turn()
    lone = ~exists().where(DraftPhotoRow.photo_id == PhotoRow.id)
    _rewrite(store, PhotoRow.__table__, lone, gone.ids, gone.mask)
    for table in Base.metadata.sorted_tables:
        if table.name not in _SPARED and "school_id" in table.columns:
            _rewrite(store, table, true(), gone.ids, gone.mask)
    _sweep_repeats(store, gone)


def _rewrite(store: Store, table: Any, where: Any, ids: frozenset[str], mask: _Change) -> bool:
    """Clear all words and documents of the children in those rows of the school; whether any words were masked."""
    columns = [one for one in table.columns if isinstance(one.type, Words | Document)]
    if not columns:
        return False
    masked = False
    keys = list(inspect(table).primary_key.columns)
    ours = table.c.school_id == store.school_id
    for row in store.session.execute(select(table).where(ours, where)).mappings().all():
        clean = {column.name: without(row[column], ids, mask) for column in columns}
        new = {name: value for name, value in clean.items() if value != row[table.c[name]]}
        if not new:
            continue
        masked = masked or any(_worded(row[table.c[name]], mask) for name in new)
        this = and_(ours, *(key == row[key] for key in keys))
        if table.name in _ROW_BY_ROW:
            whole = {column.name: row[column] for column in table.columns} | new
            store.session.execute(delete(table).where(this))
            store.session.execute(insert(table).values(whole))
        else:
            store.session.execute(update(table).where(this).values({table.c[name]: new[name] for name in new}))
    return masked


def _worded(value: Any, mask: _Change) -> bool:
    return bool(without(value, frozenset(), mask) != value)


def without(value: Any, ids: frozenset[str], mask: _Change) -> Any:
    """A document without those ids, and without the objects that were about one of them alone; words are masked."""
    if isinstance(value, str):
        return "" if value in ids else mask(value)
    if isinstance(value, Mapping):
        return {key: without(item, ids, mask) for key, item in value.items() if key not in ids}
    if isinstance(value, list | tuple):
        return [without(item, ids, mask) for item in value if not _is_about(item, ids)]
    return value


def _is_about(item: Any, ids: frozenset[str]) -> bool:
    if isinstance(item, str):
        return item in ids
    return isinstance(item, Mapping) and item.get("pupil") in ids


def _sweep_repeats(store: Store, gone: Gone) -> None:
    """Answers kept for repeated requests: those about the children go, others lose them."""
    of_school = IdempotencyRow.school_id == store.school_id
    for row in store.session.scalars(select(IdempotencyRow).where(of_school)).all():
        this = (of_school, IdempotencyRow.principal == row.principal, IdempotencyRow.key == row.key)
        answer = (row.body or b"").decode("utf-8", "replace")
        if any(pupil in row.route for pupil in gone.ids):
            store.session.execute(delete(IdempotencyRow).where(*this))
            continue
        clean = _clean_answer(answer, gone)
        if clean is None:
            store.session.execute(delete(IdempotencyRow).where(*this))
        elif clean != answer:
            store.session.execute(update(IdempotencyRow).where(*this).values(body=clean.encode()))


def _clean_answer(answer: str, gone: Gone) -> str | None:
    """The answer without the children; None for one that cannot be read and may hold them."""
    if not answer:
        return answer
    try:
        said = json.loads(answer)
    except ValueError:
        return None
    clean = without(said, gone.ids, gone.mask)
    return answer if clean == said else json.dumps(clean, ensure_ascii=False)
