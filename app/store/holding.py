"""The one switch of a school that holds everything that is to be published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from app.store import Store, audit
from app.tables import HoldingRow


@dataclass(frozen=True, slots=True)
class Holding:
    """``paused_at`` None: nothing is held. ``problem`` is a word for why the service itself paused, ``reason`` a sentence."""

    paused_at: datetime | None = None
    paused_by: str = ""
    problem: str = ""
    reason: str = ""

    @property
    def paused(self) -> bool:
        """Whether everything is held."""
        return self.paused_at is not None


def current(store: Store) -> Holding:
    """How things stand."""
    row = store.session.scalars(select(HoldingRow).where(HoldingRow.school_id == store.school_id)).one_or_none()
    if row is None:
        return Holding()
    return Holding(row.paused_at, row.paused_by, row.problem, row.reason)


def pause(store: Store, reason: str, *, problem: str = "", by: str, now: datetime) -> bool:
    """Hold everything; False where it was held before, and nothing is done."""
    store.take_turn()
    if current(store).paused:
        return False
    audit.append(store, audit.Action.PUBLISH_PAUSE, store.school_id, {"problem": problem}, by=by, now=now)
    _put(store, paused_at=now, paused_by=by, problem=problem, reason=reason)
    return True


def resume(store: Store, *, by: str, now: datetime) -> bool:
    """Hold nothing any more; False where nothing was held."""
    store.take_turn()
    if not current(store).paused:
        return False
    audit.append(store, audit.Action.PUBLISH_RESUME, store.school_id, by=by, now=now)
    _put(store, paused_at=None, paused_by="", problem="", reason="")
    return True


def _put(store: Store, **values: Any) -> None:
    this = HoldingRow.school_id == store.school_id
    if store.session.scalars(select(HoldingRow.school_id).where(this)).one_or_none():
        store.session.execute(update(HoldingRow).where(this).values(**values))
        return
    usual = {"paused_at": None, "paused_by": "", "problem": "", "reason": ""}
    store.session.execute(insert(HoldingRow).values(school_id=store.school_id, **(usual | values)))
