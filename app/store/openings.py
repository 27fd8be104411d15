"""The opening and closing of the school's accounts: each a decision with who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

from app.db import new_id
from app.domain import Account
from app.store import Store, audit
from app.tables import AccountDecisionRow, AccountRow


class Decided(StrEnum):
    """What was decided about an account."""

    OPENED = "opened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AccountDecision:
    """That an account was opened or closed, by whom, when and why."""

    id: str
    handle: str
    decided: Decided
    reason: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """An account with the instant it was closed; None while it is open."""

    account: Account
    closed_at: datetime | None


def decide(store: Store, handle: str, decided: Decided, reason: str, *, by: str, now: datetime) -> AccountDecision:
    """Write the decision down and open or close the account of that handle, which is registered."""
    made = AccountDecision(new_id(now), handle, decided, reason, by, now)
    detail = {"handle": handle, "decided": str(decided)}
    audit.append(store, audit.Action.ACCOUNT_DECIDE, made.id, detail, by=by, now=now)
    store.session.execute(
        insert(AccountDecisionRow).values(
            id=made.id,
            school_id=store.school_id,
            handle=handle,
            decision=str(decided),
            reason=reason,
            decided_by=by,
            decided_at=now,
        )
    )
    store.session.execute(
        update(AccountRow)
        .where(AccountRow.school_id == store.school_id, AccountRow.handle == handle)
        .values(closed_at=now if decided is Decided.CLOSED else None)
    )
    return made


def known(store: Store) -> tuple[Known, ...]:
    """All accounts ever registered, open or closed, the default first."""
    query = select(AccountRow).where(AccountRow.school_id == store.school_id).order_by(AccountRow.position)
    return tuple(
        Known(Account(row.handle, tuple(row.classes), tuple(row.posters)), row.closed_at)
        for row in store.session.scalars(query)
    )


def decisions(store: Store) -> tuple[AccountDecision, ...]:
    """All that was ever decided, latest first."""
    query = select(AccountDecisionRow).where(AccountDecisionRow.school_id == store.school_id)
    rows = store.session.scalars(query.order_by(AccountDecisionRow.decided_at.desc(), AccountDecisionRow.id.desc()))
    return tuple(
        AccountDecision(row.id, row.handle, Decided(row.decision), row.reason, row.decided_by, row.decided_at)
        for row in rows
    )
