"""A running school with a draft, its photo and a child's reference photo, and empty places to restore into."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from app import backup
from app.backup import Made, Restored
from app.db import Database
from app.main import here, open_service
from app.settings import Settings
from app.store import copying
from app.tables import Base
from app.vault import PhotoFiles
from app.web.service import Service
from tests.databases import _made_on
from tests.web.api.conftest import author  # noqa: F401
from tests.web.conftest import (  # noqa: F401 - the fixtures of a running service
    _KEY,
    School,
    app,
    bare_app,
    client,
    clock,
    founded,
    founded_file,
    kind,
    more_settings,
    new_client,
    school,
    service,
)

CHANGED_BY_COMING_BACK = {"audit", "schools", "holding", "sessions", "one_time_links"}


@dataclass
class Place:
    """Somewhere to restore into, with the key of the tests."""

    settings: Settings

    def restore(self, file: Path, **options: Any) -> Restored:
        from tests.web.conftest import Clock

        return backup.restore(self.settings, file, by="test", clock=Clock(), **options)

    def opened(self) -> Service:
        return open_service(self.settings, crew=here(self.settings))


def place(folder: Path, url: str = "") -> Place:
    return Place(Settings(data_dir=folder, database_url=url, key=_KEY))


@pytest.fixture
def empty(tmp_path: Path) -> Place:
    """An empty place on SQLite."""
    return place(tmp_path / "elsewhere")


@pytest.fixture
def empty_postgres(postgres_server: URL, tmp_path: Path) -> Iterator[Place]:
    """An empty place on PostgreSQL."""
    with _made_on(postgres_server, f"fledgling_restored_{os.getpid()}") as url:
        yield place(tmp_path / "elsewhere", url)


def back_up(service: Service, file: Path) -> Made:  # noqa: F811
    return backup.make(service, file, by="test", now=service.clock())


def contents(database: Database) -> dict[str, list[Any]]:
    """All rows of the tables that coming back leaves as they were; PostgreSQL orders the keys of documents its own way."""
    with database.read() as session:
        return {
            shape.name: [
                [
                    json.loads(value) if sort == "document" and value is not None else value
                    for value, sort in zip(row, shape.columns.values(), strict=True)
                ]
                for row in copying.rows(session, shape)
            ]
            for shape in copying.shapes()
            if shape.name not in CHANGED_BY_COMING_BACK
        }


def stored(files: PhotoFiles) -> dict[str, bytes]:
    """Every file of a folder of photos, by its place."""
    return {str(one.relative_to(files.folder)): one.read_bytes() for one in files.folder.rglob("*") if one.is_file()}


assert set(Base.metadata.tables) >= CHANGED_BY_COMING_BACK
