"""Looking for words in everything a database holds: every text, document and blob of every table there is.

Goes by the tables as they are in the database, not as the code knows them, so that nothing is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, LargeBinary, MetaData, String, Table, select
from sqlalchemy.orm import Session

from app.store import everywhere
from app.tables.base import as_sent

ROWS_AT_ONCE = 500

KEPT_WITH_ID = frozenset({"audit", "tombstones", "destructions"})
"""Tables that keep an erased child's id, and it alone."""


@dataclass(frozen=True, slots=True)
class Hit:
    """So many rows of a column hold what was looked for; ``by_design``: nothing but an id, where ids are kept."""

    table: str
    column: str
    rows: int
    by_design: bool = False


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: ``words`` says whether a text holds any name or number, ``ids`` whether it holds an id of ours."""

    words: Callable[[str], bool]
    ids: Callable[[str], bool]


Opener = Callable[[Mapping[str, Any], str], str | None]
"""Opens a sealed column of a row, given the row and the column's name; None where it cannot."""


def search(session: Session, sought: Sought, openers: Mapping[tuple[str, str], Opener]) -> tuple[Hit, ...]:
    """All columns that hold any of it, of all schools. ``openers`` open what is sealed, by table and column."""
    known = MetaData()
    known.reflect(bind=session.connection())
    found: list[Hit] = []
    for table in known.sorted_tables:
        found += _in_table(session, table, sought, openers)
    return tuple(found)


def _in_table(
    session: Session, table: Table, sought: Sought, openers: Mapping[tuple[str, str], Opener]
) -> Iterator[Hit]:
    columns = [one for one in table.columns if isinstance(one.type, String | JSON | LargeBinary)]
    words, ids = dict.fromkeys((one.name for one in columns), 0), dict.fromkeys((one.name for one in columns), 0)
    if not columns:
        return
    for row in everywhere(session).execute(select(*columns).execution_options(yield_per=ROWS_AT_ONCE)).mappings():
        for column in columns:
            text = _text_of(row, table.name, column.name, openers)
            words[column.name] += sought.words(text)
            ids[column.name] += sought.ids(text)
    for column in columns:
        if words[column.name]:
            yield Hit(table.name, column.name, words[column.name])
        if ids[column.name]:
            yield Hit(table.name, column.name, ids[column.name], by_design=table.name in KEPT_WITH_ID)


def _text_of(row: Any, table: str, column: str, openers: Mapping[tuple[str, str], Opener]) -> str:
    value = row[column]
    if value is None:
        return ""
    if (table, column) in openers:
        return openers[table, column](row, column) or ""
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return as_sent(text)
