"""A running service of the demo school with the engine on paper, its staff, its children and two families who said no.

On SQLite; a module that is to run on PostgreSQL too says ``pytestmark = both_databases``.
"""

from __future__ import annotations

import base64
import csv
import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import insert, select
from starlette.datastructures import State
from starlette.testclient import TestClient

import app as fledgling
from app import register
from app.db import Database
from app.domain import Account, Pupil
from app.jobs import Here
from app.main import application, open_service
from app.policy import DEFAULT_FILE
from app.settings import Settings
from app.store import Store, everywhere, keys, people, policies, roster, schools
from app.store.people import Person
from app.tables import Base
from app.vision import paper
from app.web.passwords import hash_password
from app.web.schoolwork import office_of
from app.web.security import cookie_name
from app.web.service import Service
from tests.register.conftest import DPIA
from tests.seeing import PAPER_DISTANCES

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
REFUSED = ("B823403726001", "C823407426002")
"""UPNs of the two children whose families said no: Alice Smith of Oak and Tom Okafor of Rowan."""

_DEMO = Path(fledgling.__file__).parent / "demo_school"
_KEY = base64.b64encode(bytes(range(32))).decode()

both_databases = pytest.mark.parametrize("kind", ["sqlite", "postgres"], indirect=True)


@dataclass
class Clock:
    """The time as a test sets it."""

    time: datetime = NOW

    def __call__(self) -> datetime:
        return self.time

    def go_on(self, **by: float) -> None:
        """Let time pass: ``minutes=5``."""
        self.time += timedelta(**by)


@dataclass
class School:
    """The demo school of a running service, and how tests come by its keys, people and rows."""

    service: Service
    id: str
    _people: int = field(default=0, init=False)

    @contextmanager
    def read(self) -> Iterator[Store]:
        with self.service.database.read() as session:
            yield Store(session, self.id)

    @contextmanager
    def write(self) -> Iterator[Store]:
        with self.service.database.write() as session:
            yield Store(session, self.id)

    @property
    def office(self) -> register.Office:
        return office_of(self.service, self.id)

    def key(self, *scopes: str) -> dict[str, str]:
        """The header of a new key with those scopes."""
        with self.write() as store:
            _, secret = keys.create(store, "test", scopes, by="test", now=self.service.clock())
        return {"Authorization": f"Bearer {secret}"}

    def person(self, role: str, email: str = "") -> Person:
        """Somebody new with that role, whose password is ``PASSWORD``."""
        self._people += 1
        email = email or f"{role}-{self._people}@whitehouse.example"
        with self.write() as store:
            return people.add(store, role.title(), email, role, PASSWORD_HASH, by="test", now=self.service.clock())

    def sign_in(self, client: TestClient, person: Person) -> str:
        """Put a session of theirs that owes no second factor into the client; returns the token that forms must carry."""
        now = self.service.clock()
        until = now + timedelta(hours=self.service.settings.session_hours)
        with self.write() as store:
            signed_in, token = people.open_session(store, person.id, expires_at=until, second_factor_at=now, now=now)
        client.cookies.set(cookie_name(self.service), token)
        return signed_in.csrf

    def pupil(self, upn: str) -> Pupil:
        """The child of that UPN."""
        with self.read() as store:
            return next(pupil for pupil in roster.every(store) if pupil.upn == upn)


PASSWORD_HASH = hash_password(PASSWORD)


def settings_of(database: Database, data_dir: Path, **more: Any) -> Settings:
    """Settings of a test, whatever the environment says."""
    url = database.url.render_as_string(hide_password=False)
    return Settings(data_dir=data_dir, database_url=url, key=_KEY, look_workers=1, **more)


def permissions_csv() -> bytes:
    """This year's answers: every family said yes, but for `REFUSED`."""
    with (_DEMO / "roster.csv").open(encoding="utf-8-sig", newline="") as file:
        upns = [row["UPN"] for row in csv.DictReader(file)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["UPN", "Social media"])
    writer.writerows([upn, "No" if upn in REFUSED else "Yes"] for upn in upns)
    return text.getvalue().encode()


def found(database: Database, data_dir: Path) -> None:
    """The demo school in an empty database: policy, account, roster, staff, permissions."""
    service = open_service(settings_of(database, data_dir), crew=Here(paper.engine), clock=lambda: NOW)
    with service.database.write() as session:
        school = schools.create(session, "Whitehouse Primary School", by="test", now=NOW)
        policies.add(
            Store(session, school.id), DEFAULT_FILE.read_text(encoding="utf-8") + PAPER_DISTANCES, by="test", now=NOW
        )
    office = office_of(service, school.id)
    register.put_accounts(office, [Account("whitehouseps")], by="test", now=NOW)
    register.import_roster(office, (_DEMO / "roster.csv").read_bytes(), by="test", now=NOW)
    register.import_staff(office, (_DEMO / "staff.csv").read_bytes(), by="test", now=NOW)
    register.import_permissions(office, permissions_csv(), by="test", now=NOW)
    register.record_dpia(office, DPIA, by="test", now=NOW)
    service.eyes.close()
    service.database.dispose()


@pytest.fixture(scope="session")
def founded_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the demo school, to copy."""
    folder = tmp_path_factory.mktemp("founded")
    file = Path(shutil.copy(sqlite_template, folder / "fledgling.db"))
    database = Database(f"sqlite:///{file}")
    found(database, folder)
    database.dispose()
    return file


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: SQLite, unless a test asks for `both_databases`."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def founded(request: pytest.FixtureRequest, kind: str, founded_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh database that holds the demo school."""
    if kind == "postgres":
        database: Database = request.getfixturevalue("postgres_database")
        _copy_rows(founded_file, database)
    else:
        database = Database(f"sqlite:///{shutil.copy(founded_file, tmp_path / 'fledgling.db')}")
    yield database
    database.dispose()


def _copy_rows(file: Path, database: Database) -> None:
    # A tenth of the time that importing the files anew takes.
    template = Database(f"sqlite:///{file}")
    with template.read() as source, database.write() as target:
        for table in Base.metadata.sorted_tables:
            if rows := [row._asdict() for row in source.execute(select(table))]:
                everywhere(target).execute(insert(table), rows)
    template.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def more_settings() -> dict[str, Any]:
    """Settings beside the usual ones; a module overrides it."""
    return {}


@pytest.fixture
def service(founded: Database, tmp_path: Path, clock: Clock, more_settings: dict[str, Any]) -> Iterator[Service]:
    settings = settings_of(founded, tmp_path, **more_settings)
    service = open_service(settings, crew=Here(paper.engine), clock=clock)
    yield service
    service.eyes.close()
    service.database.dispose()


@pytest.fixture(scope="session")
def bare_app() -> FastAPI:
    """The application without a service: making its routes takes longer than most tests."""
    return application()


@pytest.fixture
def app(service: Service, bare_app: FastAPI) -> FastAPI:
    """The application of this test's service, with nothing left of an earlier one."""
    service.eyes.engine  # noqa: B018 - as `serve` does
    bare_app.state = State()
    bare_app.state.service = service
    return bare_app


@pytest.fixture
def school(service: Service) -> School:
    with service.database.read() as session:
        (only,) = schools.every(session)
    return School(service, only.id)


@pytest.fixture
def new_client(app: FastAPI) -> Iterator[Callable[[], TestClient]]:
    """Makes clients, each with cookies of its own; redirects are not followed."""
    made: list[TestClient] = []

    def make() -> TestClient:
        made.append(TestClient(app, follow_redirects=False))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(new_client: Callable[[], TestClient]) -> TestClient:
    return new_client()
