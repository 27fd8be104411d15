"""How a roster comes: the headings a school maps itself, the ids its systems give, names that transfer files told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select

from app.db import new_id
from app.store import Store, audit
from app.tables import RosterColumnsRow, SourceGroupRow, SourcePupilRow, TransferNamesRow

_ROWS_AT_ONCE = 2_000

# ---------------------------------------------------------------- headings


def put_columns(store: Store, headings: Mapping[str, str], *, by: str, now: datetime) -> None:
    """Make these the headings that the school maps, each to its field; none at all is allowed."""
    audit.append(store, audit.Action.COLUMNS_PUT, store.school_id, {"headings": len(headings)}, by=by, now=now)
    store.session.execute(delete(RosterColumnsRow).where(RosterColumnsRow.school_id == store.school_id))
    # Pairs: PostgreSQL does not keep the order of keys, and the first of two headings is preferred.
    pairs = [list(pair) for pair in headings.items()]
    store.session.execute(
        insert(RosterColumnsRow).values(school_id=store.school_id, headings=pairs, set_by=by, set_at=now)
    )


def columns(store: Store) -> dict[str, str]:
    """The headings that the school maps, in its order."""
    query = select(RosterColumnsRow.headings).where(RosterColumnsRow.school_id == store.school_id)
    return dict(store.session.scalars(query).one_or_none() or ())


# ---------------------------------------------------------------- the ids of another system


@dataclass(frozen=True, slots=True)
class Sources:
    """The ids that the last OneRoster files gave: of children, to the ids they have here; of groups, to kind and name."""

    pupils: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[tuple[str, str], str] = field(default_factory=dict)


def sources(store: Store) -> Sources:
    """All ids that are known."""
    pupils = select(SourcePupilRow.source_id, SourcePupilRow.pupil_id).where(
        SourcePupilRow.school_id == store.school_id
    )
    groups = select(SourceGroupRow.kind, SourceGroupRow.source_id, SourceGroupRow.title).where(
        SourceGroupRow.school_id == store.school_id
    )
    return Sources(
        {row.source_id: row.pupil_id for row in store.session.execute(pupils)},
        {(row.kind, row.source_id): row.title for row in store.session.execute(groups)},
    )


def replace_sources(store: Store, known: Sources, *, now: datetime) -> None:
    """Make these all the ids that are known. No audit line of its own: the import writes one."""
    for table in (SourcePupilRow, SourceGroupRow):
        store.session.execute(delete(table).where(table.school_id == store.school_id))
    pupils = [{"source_id": source, "pupil_id": pupil} for source, pupil in known.pupils.items()]
    groups = [{"kind": kind, "source_id": source, "title": title} for (kind, source), title in known.groups.items()]
    _insert(store, SourcePupilRow, pupils, now)
    _insert(store, SourceGroupRow, groups, now)


def _insert(
    store: Store,
    table: type[SourcePupilRow | SourceGroupRow | TransferNamesRow],
    rows: Sequence[Mapping[str, object]],
    now: datetime,
) -> None:
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        store.session.execute(insert(table), [{"id": new_id(now), "school_id": store.school_id, **row} for row in part])


# ---------------------------------------------------------------- names from transfer files


@dataclass(frozen=True, slots=True)
class TransferNames:
    """Names of one child beside those of the roster."""

    preferred_first: str = ""
    preferred_surname: str = ""
    middle: str = ""
    former: tuple[str, ...] = ()


def transfer_names(store: Store) -> dict[str, TransferNames]:
    """Such names, by pupil."""
    query = select(TransferNamesRow.pupil_id, TransferNamesRow.names).where(
        TransferNamesRow.school_id == store.school_id
    )
    return {
        row.pupil_id: TransferNames(**{**row.names, "former": tuple(row.names["former"])})
        for row in store.session.execute(query)
    }


def put_transfer_names(store: Store, names: Mapping[str, TransferNames], *, now: datetime) -> None:
    """Make these the names of those pupils. No audit line of its own: the import writes one."""
    pupils = list(names)
    for start in range(0, len(pupils), 500):
        gone = TransferNamesRow.pupil_id.in_(pupils[start : start + 500])
        store.session.execute(delete(TransferNamesRow).where(TransferNamesRow.school_id == store.school_id, gone))
    rows = [{"pupil_id": pupil, "names": asdict(one), "recorded_at": now} for pupil, one in names.items()]
    _insert(store, TransferNamesRow, rows, now)
