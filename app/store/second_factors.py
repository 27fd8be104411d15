"""Second factors: the sealed secret of a person's app, the last code used, and recovery codes, each good once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from app.db import new_id
from app.store import Store, audit
from app.tables import RecoveryCodeRow, SecondFactorRow


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A person's app, as far as we know it. ``secret`` is sealed; ``last_step`` the time step of the last code used."""

    person_id: str
    secret: bytes
    last_step: int
    set_at: datetime


def find(store: Store, person_id: str) -> SecondFactor | None:
    """The person's second factor, or None."""
    query = select(SecondFactorRow).where(
        SecondFactorRow.school_id == store.school_id, SecondFactorRow.person_id == person_id
    )
    row = store.session.scalars(query).one_or_none()
    return None if row is None else SecondFactor(row.person_id, row.secret, row.last_step, row.set_at)


def having(store: Store) -> frozenset[str]:
    """The ids of all people who have one."""
    query = select(SecondFactorRow.person_id).where(SecondFactorRow.school_id == store.school_id)
    return frozenset(store.session.scalars(query))


def put(
    store: Store, person_id: str, secret: bytes, last_step: int, marks: Iterable[str], *, by: str, now: datetime
) -> None:
    """Give a person a second factor in place of any other, with recovery codes of those marks."""
    audit.append(store, audit.Action.SECOND_FACTOR_ADD, person_id, by=by, now=now)
    _drop(store, person_id)
    store.session.execute(
        insert(SecondFactorRow).values(
            person_id=person_id, school_id=store.school_id, secret=secret, last_step=last_step, set_at=now
        )
    )
    _add_codes(store, person_id, marks, now)


def remove(store: Store, person_id: str, *, by: str, now: datetime) -> bool:
    """Take a person's second factor and recovery codes away; False if there is none."""
    store.take_turn()
    if find(store, person_id) is None:
        return False
    audit.append(store, audit.Action.SECOND_FACTOR_REMOVE, person_id, by=by, now=now)
    _drop(store, person_id)
    return True


def use_step(store: Store, person_id: str, step: int) -> bool:
    """Note that the code of that time step was used; False if it, or a later one, was used before.

    Not audited: what it opens is.
    """
    used = store.session.execute(
        update(SecondFactorRow)
        .where(
            SecondFactorRow.school_id == store.school_id,
            SecondFactorRow.person_id == person_id,
            SecondFactorRow.last_step < step,
        )
        .values(last_step=step)
        .returning(SecondFactorRow.person_id)
    ).all()
    return bool(used)


def renew_codes(store: Store, person_id: str, marks: Iterable[str], *, by: str, now: datetime) -> None:
    """Recovery codes of those marks in place of all others."""
    audit.append(store, audit.Action.RECOVERY_CODES_RENEW, person_id, by=by, now=now)
    _drop_codes(store, person_id)
    _add_codes(store, person_id, marks, now)


def use_code(store: Store, person_id: str, mark: str, *, by: str, now: datetime) -> bool:
    """Use up the recovery code of that mark; False if there is none, or it was used."""
    store.take_turn()
    used = store.session.execute(
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.school_id == store.school_id,
            RecoveryCodeRow.person_id == person_id,
            RecoveryCodeRow.mark == mark,
            RecoveryCodeRow.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCodeRow.id)
    ).all()
    if not used:
        return False
    audit.append(
        store, audit.Action.RECOVERY_CODE_USE, person_id, {"left": codes_left(store, person_id)}, by=by, now=now
    )
    return True


def codes_left(store: Store, person_id: str) -> int:
    """How many recovery codes the person has not used."""
    query = select(func.count()).select_from(RecoveryCodeRow)
    return store.session.scalars(
        query.where(
            RecoveryCodeRow.school_id == store.school_id,
            RecoveryCodeRow.person_id == person_id,
            RecoveryCodeRow.used_at.is_(None),
        )
    ).one()


def _drop(store: Store, person_id: str) -> None:
    _drop_codes(store, person_id)
    store.session.execute(
        delete(SecondFactorRow).where(
            SecondFactorRow.school_id == store.school_id, SecondFactorRow.person_id == person_id
        )
    )


def _drop_codes(store: Store, person_id: str) -> None:
    store.session.execute(
        delete(RecoveryCodeRow).where(
            RecoveryCodeRow.school_id == store.school_id, RecoveryCodeRow.person_id == person_id
        )
    )


def _add_codes(store: Store, person_id: str, marks: Iterable[str], now: datetime) -> None:
    rows = [{"id": new_id(now), "school_id": store.school_id, "person_id": person_id, "mark": mark} for mark in marks]
    store.session.execute(insert(RecoveryCodeRow), rows)
