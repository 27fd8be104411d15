"""What a door needs of the caller's school: its policy in force and its register as it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from app import register
from app.desk import Register, Workplace
from app.policy import Policy, load_default, parse
from app.store import Store, policies, schools
from app.text import NameIndex
from app.vetting import Snapshot
from app.web.service import Service


@lru_cache(maxsize=256)
def _parsed(source: str, version: int) -> Policy:
    return replace(parse(source), version=version)


def policy_of(service: Service, school_id: str) -> Policy:
    """The school's newest policy; a new school has the default. Its version is the one it is filed under."""
    with service.database.read() as session:
        current = policies.current(Store(session, school_id))
    if current is None:
        return load_default()
    return _parsed(current.source, current.version)


def name_of(service: Service, school_id: str) -> str:
    """The school's name."""
    with service.database.read() as session:
        return schools.get(Store(session, school_id)).name


def office_of(service: Service, school_id: str) -> register.Office:
    """The school's office: what the register works with."""
    return register.Office(
        service.database, school_id, policy_of(service, school_id), service.vault, service.references
    )


def register_of(service: Service, school_id: str) -> Register:
    """The policy in force and the way to the register."""
    office = office_of(service, school_id)

    def snapshot(now: datetime) -> Snapshot:
        return register.snapshot(
            service.database, school_id, office.policy, service.vault, now=now, engine=service.eyes.engine.name
        )

    return Register(snapshot, office.policy)


def names_of(service: Service, school_id: str, now: datetime) -> NameIndex:
    """The names that the school's register guards now."""
    return register_of(service, school_id).snapshot(now).guide.names


def workplace_of(service: Service, school_id: str) -> Workplace:
    """What looking at the school's stored drafts again takes."""
    return Workplace(service.database, school_id, register_of(service, school_id), service.eyes, service.files)
