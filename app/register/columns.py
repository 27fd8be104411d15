"""The headings of a school's own reports, mapped once to what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.integrations.headings import read_headings
from app.integrations.mis import ROSTER
from app.register.office import Office
from app.store import Store, imports


def check_columns(given: Mapping[str, object]) -> dict[str, str]:
    """The headings, each with its field by its own name; Malformed, with a fault for each that cannot be."""
    return read_headings(given, ROSTER)


def put_columns(office: Office, given: Mapping[str, object], *, by: str, now: datetime) -> dict[str, str]:
    """Make these all the headings that the school maps, checked as `check_columns` does; returns them."""
    chosen = check_columns(given)
    with office.database.write() as session:
        imports.put_columns(Store(session, office.school_id), chosen, by=by, now=now)
    return chosen


def read_columns(office: Office) -> dict[str, str]:
    """The headings that the school maps."""
    with office.database.read() as session:
        return imports.columns(Store(session, office.school_id))
