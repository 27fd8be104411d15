"""A school's office over a fresh database, with pupils, and an engine on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.db import Database
from app.policy import load_default
from app.register import Office
from app.store import schools
from app.vault import PhotoFiles, Vault

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    with database.write() as session:
        school = schools.create(session, "Whitehouse Primary School", by="set-up", now=NOW)
    vault = Vault(bytes(range(32)))
    return Office(database, school.id, load_default(), vault, PhotoFiles(tmp_path / "references", vault))


def with_policy(office: Office, **changes: object) -> Office:
    """The same office under a policy changed in these points."""
    return replace(office, policy=replace(office.policy, **changes))  # type: ignore[arg-type]
