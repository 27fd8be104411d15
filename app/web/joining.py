"""A school that joins the installation: made with the default policy and somebody who administers it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import Malformed
from app.policy import DEFAULT_FILE
from app.store import Store, people, policies, schools
from app.store.people import Person
from app.store.schools import School
from app.web import invitations, staffing
from app.web.invitations import Invitation
from app.web.service import Service

FROM_TRUST = "trust-"
"""What an audit line puts before the id of somebody of the trust: the school that it is of does not know them."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUG_CHARACTERS = 60
_NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A school that is to be made: its name, its short name (or empty: made of the name), and who administers it."""

    name: str
    slug: str
    administrator: str
    email: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The school that was made, its administrator, and the link by which they choose a password."""

    school: School
    administrator: Person
    invitation: Invitation


def join(service: Service, newcomer: Newcomer, here: str, *, by: str, now: datetime) -> Joined:
    """Make the school and invite its administrator; ``here`` is the address in the browser.

    Malformed where the words are none; Conflict where the short name is taken.
    """
    staffing.check_newcomer(newcomer.administrator, newcomer.email)
    with service.database.write() as session:
        school = make(session, newcomer.name, newcomer.slug, by=by, now=now)
        person = people.add(
            Store(session, school.id),
            newcomer.administrator,
            newcomer.email,
            "administrator",
            staffing.NO_PASSWORD,
            by=by,
            now=now,
        )
    return Joined(school, person, invitations.invite(service, person, here, by=by, now=now))


def make(session: Session, name: str, slug: str = "", *, by: str, now: datetime) -> School:
    """A school with the default policy and nothing else. Malformed or Conflict as for ``join``."""
    name = name.strip()
    if not name or len(name) > _NAME_CHARACTERS:
        raise Malformed(f"A school has a name, of at most {_NAME_CHARACTERS} characters.")
    if slug and (len(slug) > _SLUG_CHARACTERS or not _SLUG.fullmatch(slug)):
        raise Malformed(f"A short name has small letters, figures and single hyphens, at most {_SLUG_CHARACTERS}.")
    school = schools.create(session, name, slug, by=by, now=now)
    policies.add(Store(session, school.id), DEFAULT_FILE.read_text(encoding="utf-8"), by=by, now=now)
    return school
