"""A school's office over a fresh database, with pupils, and an engine on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.db import Database
from app.policy import load_default
from app.register import Office, record_dpia
from app.store import schools
from app.store.dpias import Dpia
from app.vault import PhotoFiles, Vault

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DPIA = Dpia("DPIA-7", "1.0", date(2026, 8, 20), "No objection.", "Head and governors", date(2027, 8, 20))
"""A fictional assessment."""


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    with database.write() as session:
        school = schools.create(session, "Whitehouse Primary School", by="set-up", now=NOW)
    vault = Vault(bytes(range(32)))
    office = Office(database, school.id, load_default(), vault, PhotoFiles(tmp_path / "references", vault))
    record_dpia(office, DPIA, by="set-up", now=NOW)
    return office


def with_policy(office: Office, **changes: object) -> Office:
    """The same office under a policy changed in these points."""
    return replace(office, policy=replace(office.policy, **changes))  # type: ignore[arg-type]
