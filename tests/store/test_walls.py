"""No school sees or changes another's rows: every function of the store, and the wall in the database.

The functions are called by one school with ids of the other, before and after the other has rows: the same must come
back, and the other's rows stay as they were. That no statement goes without a school is watched by `tests.walls`.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, NoResultFound, ProgrammingError
from sqlalchemy.orm import ORMExecuteState

import app.store
from app.db import Database
from app.domain import Stage
from app.errors import FledglingError
from app.store import Store, everywhere, people, schools
from app.store.erasing import Gone
from app.store.notices import Wishes
from app.tables import Base, PersonRow, SchoolRow
from tests.other_school import THEIRS, fill, their_id, their_rows
from tests.store.conftest import NOW, Opened, open_school
from tests.walls import WALLED, noticed

OURS = "0123456789abcdef0123456789abcdef"
"""Who the calls say did it; no row has that id."""

SPECIAL = {"role": "author", "account": THEIRS, "cursor": None, "by": OURS, "version": "1.0", "school_year": "2026-27"}
TABLE_OF = {
    "pupil": "pupils",
    "person": "people",
    "draft": "drafts",
    "key": "api_keys",
    "principal": "people",
    "author": "people",
    "whose": "people",
    "to_person": "people",
    "phrase_id": "allowed_phrases",
    "request_id": "posting_requests",
    "absence_id": "deputies",
    "session_id": "sessions",
    "but": "sessions",
    "deputy": "people",
    "event_id": "outgoing_events",
    "post_id": "publications",
    "template": "templates",
}
"""The tables of which names of arguments and fields tell another than ``draft_id`` does."""


# ---------------------------------------------------------------- arguments


def functions() -> dict[str, Callable[..., Any]]:
    """Every public function of the store that is opened for a school."""
    found: dict[str, Callable[..., Any]] = {}
    for one in pkgutil.iter_modules(app.store.__path__):
        module = importlib.import_module(f"app.store.{one.name}")
        for name, made in vars(module).items():
            if inspect.isfunction(made) and made.__module__ == module.__name__ and not name.startswith("_"):
                first = next(iter(inspect.signature(made).parameters.values()), None)
                if first is not None and first.annotation == "Store":
                    found[f"{one.name}.{name}"] = made
    return found


def arguments(function: Callable[..., Any]) -> dict[str, Any]:
    """Something for every argument but the store: ids of the other school's rows, words that they hold, times around them."""
    hints = typing.get_type_hints(function)
    given = {}
    for name, one in list(inspect.signature(function).parameters.items())[1:]:
        if one.kind is not one.VAR_KEYWORD:
            given[name] = example(hints[name], name)
    return given


def example(hint: Any, name: str, owner: str = "") -> Any:
    """A value of that type for an argument, or a field of ``owner``, of that name."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        if name in SPECIAL:
            return SPECIAL[name]
        return example(next(one for one in inner if one is not type(None)), name, owner)
    if origin in {dict, Mapping}:
        return {example(inner[0], name): example(inner[1], name)}
    if origin in {tuple, list, frozenset, set, Collection, Iterable, Sequence}:
        if origin is tuple and Ellipsis not in inner:
            return tuple(example(one, name) for one in inner)
        kind = origin if origin in {tuple, frozenset, set} else list
        return kind([example(inner[0], name.removesuffix("s"))])
    if origin is Callable:
        return lambda *_: ""
    return _single(hint, name, owner)


def _single(hint: Any, name: str, owner: str) -> Any:
    if hint is str:
        return SPECIAL.get(name, _words(name, owner))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if hint is datetime:
        # What is over by then, what is since then, when it is.
        return NOW + timedelta(days=99) if re.search("before|instant", name) else NOW - timedelta(days="since" in name)
    if hint is date:
        return NOW.date() + timedelta(days=99 * ("before" in name))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return hint(
            **{
                one.name: example(hints[one.name], one.name, hint.__name__)
                for one in dataclasses.fields(hint)
                if one.init
            }
        )
    simple: dict[Any, Any] = {bool: True, int: 1, float: 0.5, bytes: b"x", timedelta: timedelta(days=1)}
    return simple.get(hint, THEIRS)


def _words(name: str, owner: str) -> str:
    """An id where the name says of what; else what the other school's rows hold in all their columns of words."""
    for known in (name, name.removesuffix("_id")):
        if known in TABLE_OF:
            return their_id(TABLE_OF[known])
    what = re.sub(r"(?<!^)(?=[A-Z])", "_", owner).lower() if name == "id" else name.removesuffix("_id")
    tables = [table.name for table in WALLED if table.name in {f"{what}s", f"{what}es", f"{what[:-1]}ies"}]
    is_id = name == "id" or name.endswith("_id") or name in {"hold", "photo", "verdict", "recall", "delivery", "link"}
    return their_id(tables[0]) if tables and is_id else THEIRS


_GONE = Gone(frozenset({their_id("pupils")}), lambda _: "masked", lambda _: lambda _: "masked")
OWN: dict[str, dict[str, Any]] = {
    "drafts.move": {"to": Stage.WITHDRAWN},
    "erasing.sweep_drafts": {"gone": _GONE},
    "erasing.sweep_rest": {"gone": _GONE},
    "notices.put_wishes": {"wishes": Wishes()},
}
"""Arguments that cannot be made by their types."""


# ---------------------------------------------------------------- calling all of them


REFUSED = {"IntegrityError", "Conflict"}
"""What refers to a row that is not there, or has the id of one that is, is not stored; ids are made by the service."""

SHARED = {"biometrics.children_of_photo", "biometrics.remove_reference_photo", "roster.unused_references"}
"""Two schools' photos of the same bytes are one file: it is deleted when neither needs it."""

_MADE_UP = re.compile(r"fl_[A-Za-z0-9_-]{5,}|[0-9a-f]{32,64}|[A-Za-z0-9_-]{43}|at 0x[0-9a-f]+")


UNFIT = "not called:"


class _Undone(Exception):
    pass


class Caller:
    """Calls functions as one school does and undoes what they change, but looks first whether it is the other's."""

    def __init__(self, store: Store) -> None:
        self.store, self.session = store, store.session
        self.theirs = {table: their_rows(self.session, table) for table in WALLED}
        self.written: set[sa.Table] = set()
        sa.event.listen(self.session, "do_orm_execute", self._note)

    def _note(self, state: ORMExecuteState) -> None:
        table = getattr(state.statement, "table", None)
        if not state.is_select and table is not None:
            self.written.add(Base.metadata.tables[table.name])

    def call(self, function: Callable[..., Any], given: Mapping[str, Any]) -> str:
        """What came back, without what is made up anew each time."""
        told, self.written = "", set()
        try:
            with self.session.begin_nested():
                found = function(self.store, **given)
                told = repr(list(found) if isinstance(found, Iterator) else found)
                for table in self.written & WALLED:
                    assert their_rows(self.session, table) == self.theirs[table], table.name
                raise _Undone
        except _Undone:
            pass
        except (FledglingError, IntegrityError, NoResultFound) as error:
            told = type(error).__name__
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            told = f"{UNFIT} {error!r}"
        return _MADE_UP.sub("…", told)


def test_no_function_gives_or_changes_what_is_another_school_s(school: Opened) -> None:
    every = {name: (function, arguments(function) | OWN.get(name, {})) for name, function in functions().items()}
    assert len(every) > 250
    with pytest.raises(_Undone), school.write() as store:  # noqa: PT012
        alone = Caller(store)
        before = {name: alone.call(*call) for name, call in every.items()}
        unfit = {name: told for name, told in before.items() if told.startswith(UNFIT)}
        assert unfit == {}, "arguments for OWN"
        fill(store.session)
        beside = Caller(store)
        assert all(beside.theirs.values())
        after = {name: beside.call(*call) for name, call in every.items()}
        differ = {name: (before[name], told) for name, told in after.items() if told != before[name]}
        assert {name: told for name, told in differ.items() if REFUSED.isdisjoint(told) and name not in SHARED} == {}
        raise _Undone


@pytest.mark.parametrize("way", ["session", "session.connection()"])
def test_a_statement_without_a_school_is_noticed(school: Opened, way: str) -> None:
    code = f"def forgets(session, query): {way}.execute(query)"
    made: dict[str, Any] = {}
    exec(compile(code, "/app/store/made_up.py", "exec"), made)
    every = sa.select(PersonRow.id)
    with school.read() as store:
        made["forgets"](store.session, every.where(PersonRow.school_id == store.school_id))
        made["forgets"](everywhere(store.session), every)
        assert noticed() == []
        made["forgets"](store.session, every)
        assert [one.partition(":")[0] for one in noticed()] == ["made_up.py forgets"]
        made["forgets"](store.session, every.where(PersonRow.school_id == "another"))
        assert len(noticed()) == 1
    with school.database.read() as session:
        made["forgets"](session, every)
        assert len(noticed()) == 1


# ---------------------------------------------------------------- the wall in the database


def test_without_a_school_nothing_is_seen_and_with_one_its_own_alone(postgres_database: Database) -> None:
    ours, theirs = (open_school(postgres_database, name).school_id for name in ("Ours", "Theirs"))
    for school_id in (ours, theirs):
        with postgres_database.write() as session:
            people.add(Store(session, school_id), "Ruth Lane", "r@school.example", "author", "", by="test", now=NOW)
    every = sa.select(PersonRow.school_id)
    with postgres_database.read() as session:
        assert session.scalars(every).all() == []
        assert Store(session, ours).session.scalars(every).all() == [ours]
        assert Store(session, theirs).session.scalars(every).all() == [theirs]
        assert Store(session, "nobody's").session.scalars(every).all() == []
        assert sorted(everywhere(session).scalars(every)) == sorted([ours, theirs])
        assert Store(session, ours).session.scalars(sa.select(SchoolRow.id)).all() == [ours]


def test_a_row_of_another_school_is_neither_written_nor_changed(postgres_database: Database) -> None:
    ours, theirs = (open_school(postgres_database, name).school_id for name in ("Ours", "Theirs"))
    with postgres_database.write() as session:
        people.add(Store(session, theirs), "Ruth Lane", "r@school.example", "author", "", by="test", now=NOW)
    row = {"id": "x", "school_id": theirs, "name": "", "email": "", "role": "", "password_hash": "", "created_at": NOW}
    with pytest.raises(ProgrammingError, match="row-level security"), postgres_database.write() as session:
        Store(session, ours).session.execute(sa.insert(PersonRow).values(row))
    with postgres_database.write() as session:
        changed = Store(session, ours).session.execute(
            sa.update(PersonRow).values(role="administrator").returning(PersonRow.id)
        )
        assert changed.all() == []
        assert Store(session, ours).session.execute(sa.delete(PersonRow).returning(PersonRow.id)).all() == []
    with pytest.raises(ProgrammingError, match="row-level security"), postgres_database.write() as session:
        Store(session, theirs).session.execute(sa.update(PersonRow).values(school_id=ours))


def test_where_one_stands_ends_with_the_transaction_and_with_a_savepoint_undone(postgres_database: Database) -> None:
    ours, theirs = (open_school(postgres_database, name).school_id for name in ("Ours", "Theirs"))
    with postgres_database.write() as session:
        store, other = Store(session, ours), Store(session, theirs)
        assert schools.get(store).name == "Ours"
        with pytest.raises(_Undone), session.begin_nested():  # noqa: PT012
            assert schools.get(other).name == "Theirs"
            raise _Undone
        assert schools.get(store).name == "Ours"
        assert schools.get(other).name == "Theirs"
    with postgres_database.read() as session:  # the same connection, given back and taken again
        assert session.scalars(sa.select(SchoolRow.id)).all() == []


def test_every_table_of_a_school_stands_behind_the_wall(postgres_database: Database) -> None:
    query = (
        "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
        " WHERE relrowsecurity AND relforcerowsecurity AND relnamespace = current_schema()::regnamespace"
    )
    with postgres_database.read() as session:
        assert set(session.scalars(sa.text(query))) == {table.name for table in WALLED}
    assert {table.name for table in Base.metadata.sorted_tables} - {table.name for table in WALLED} == {"sign_in_waits"}


def test_the_role_of_these_tests_is_bound_by_it_and_a_superuser_is_not(
    postgres_database: Database, postgres_server: sa.URL
) -> None:
    assert postgres_database.is_walled()
    superuser = Database(postgres_server.render_as_string(hide_password=False))
    assert not superuser.is_walled()
    superuser.dispose()
