"""Making an installation: what is there is never touched, and a school is made whole or not at all."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.db import Database
from app.errors import Conflict, Malformed, SetUpError
from app.founding import found_school, prepare
from app.jobs import Here
from app.main import open_service
from app.settings import Settings
from app.store import Store, accounts, audit, keys, policies, schools
from app.vault import CHECK_FILE, KEY_FILE
from app.vision import paper
from app.web.service import Service
from tests.web.conftest import settings_of

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url="", key=None)


@pytest.fixture
def service(database: Database, tmp_path: Path) -> Iterator[Service]:
    opened = open_service(settings_of(database, tmp_path), crew=Here(paper.engine), clock=lambda: NOW)
    yield opened
    opened.close()


def test_a_folder_is_made_for_its_owner_alone(settings: Settings) -> None:
    prepare(settings)
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700
    assert (settings.data_dir / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert (settings.data_dir / "fledgling.db").stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode((settings.data_dir / KEY_FILE).read_bytes())) == 32


def test_preparing_again_touches_nothing(settings: Settings) -> None:
    prepare(settings)
    key = (settings.data_dir / KEY_FILE).read_bytes()
    open_service(settings, crew=Here(paper.engine)).close()
    prepare(settings)
    assert (settings.data_dir / KEY_FILE).read_bytes() == key


def test_a_lost_key_is_not_replaced_by_a_new_one(settings: Settings) -> None:
    prepare(settings)
    open_service(settings, crew=Here(paper.engine)).close()
    (settings.data_dir / KEY_FILE).unlink()
    with pytest.raises(SetUpError) as caught:
        prepare(settings)
    assert caught.value.slug == "key-missing"
    assert not (settings.data_dir / KEY_FILE).exists()
    assert (settings.data_dir / CHECK_FILE).exists()


def test_a_key_of_the_settings_needs_no_file(settings: Settings) -> None:
    given = Settings(data_dir=settings.data_dir, key=base64.b64encode(bytes(32)).decode())
    prepare(given)
    assert not (settings.data_dir / KEY_FILE).exists()
    open_service(given, crew=Here(paper.engine)).close()


def test_nothing_opens_where_nothing_was_made(settings: Settings) -> None:
    with pytest.raises(SetUpError):
        open_service(settings, crew=Here(paper.engine))
    prepare(settings)
    (settings.data_dir / "fledgling.db").unlink()
    with pytest.raises(SetUpError, match="init"):
        open_service(settings, crew=Here(paper.engine))
    assert not (settings.data_dir / "fledgling.db").exists()


def test_a_school_begins_with_policy_account_and_admin_key(service: Service) -> None:
    school, secret = found_school(service, " Ash Grove Primary ", "@AshGrove", by="test", now=NOW)
    assert (school.name, school.slug) == ("Ash Grove Primary", "ash-grove-primary")
    with service.database.read() as session:
        store = Store(session, school.id)
        assert [one.handle for one in accounts.every(store)] == ["ashgrove"]
        current = policies.current(store)
        key = keys.find(session, secret, NOW)
        assert audit.verify(store).problems == ()
    assert current is not None
    assert current.version == 1
    assert key is not None
    assert (key.school_id, key.scopes) == (school.id, frozenset({"admin"}))


@pytest.mark.parametrize("account", ["", "@", "two words", "far_too_long_a_handle", "naïve", "a-b"])
def test_a_school_with_a_handle_that_is_none_is_not_made_at_all(service: Service, account: str) -> None:
    with pytest.raises(Malformed):
        found_school(service, "Ash Grove Primary", account, by="test", now=NOW)
    with service.database.read() as session:
        assert schools.every(session) == ()


def test_a_school_has_a_name_of_its_own(service: Service) -> None:
    found_school(service, "Ash Grove Primary", "ashgrove", by="test", now=NOW)
    for name in ("Ash Grove Primary", "ash grove, primary!"):
        with pytest.raises(Conflict):
            found_school(service, name, "other", by="test", now=NOW)
    with pytest.raises(Malformed):
        found_school(service, " ", "other", by="test", now=NOW)
    with service.database.read() as session:
        (only,) = schools.every(session)
        assert len(keys.every(Store(session, only.id))) == 1
    found_school(service, "Elm Park Primary", "elmpark", by="test", now=NOW)
