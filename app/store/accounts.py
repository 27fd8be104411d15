"""The school's own Twitter/X accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update

from app.db import new_id
from app.domain import Account, fold_handle
from app.store import Store, audit, keep_short
from app.tables import AccountRow


def put(store: Store, accounts: Sequence[Account], *, by: str, now: datetime) -> None:
    """Register accounts, or change those registered; others stay. The first ever put is the default.

    A closed one is changed and stays closed: opening it again is a decision of its own (``openings``).
    """
    folded = {keep_short("A handle", fold_handle(account.handle)): account for account in accounts}
    audit.append(store, audit.Action.ACCOUNTS_PUT, store.school_id, {"handles": sorted(folded)}, by=by, now=now)
    handles = select(AccountRow.handle).where(AccountRow.school_id == store.school_id)
    known = set(store.session.scalars(handles))
    position = len(known)  # accounts are never removed
    for handle, account in folded.items():
        values = {"classes": list(account.classes), "posters": list(account.posters)}
        if handle in known:
            store.session.execute(
                update(AccountRow)
                .where(AccountRow.school_id == store.school_id, AccountRow.handle == handle)
                .values(values)
            )
            continue
        store.session.execute(
            insert(AccountRow).values(
                id=new_id(now), school_id=store.school_id, handle=handle, position=position, **values
            )
        )
        position += 1


def every(store: Store) -> tuple[Account, ...]:
    """All accounts that are open, the default first."""
    query = select(AccountRow).where(AccountRow.school_id == store.school_id, AccountRow.closed_at.is_(None))
    rows = store.session.scalars(query.order_by(AccountRow.position))
    return tuple(Account(row.handle, tuple(row.classes), tuple(row.posters)) for row in rows)
