"""One-time links that an administrator hands over, or that are mailed where the school has a mail server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.db import new_id
from app.errors import SetUpError
from app.integrations import mail
from app.store import Store, links
from app.store.links import LASTS, Purpose
from app.store.people import Person
from app.web.service import Service

_SUBJECT = "Your sign-in at Fledgling"
_BODY = """\
You can now sign in at Fledgling, where the school's posts are written and checked.

Choose your password here:

{link}

The link works once, for {hours} hours. If you did not expect it, ask the school's administrator.
"""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that was made, to be shown this once; ``mailed``: the mail server took a letter with it."""

    link: str
    mailed: bool
    hours: int


def invite(service: Service, person: Person, here: str, *, by: str, now: datetime) -> Invitation:
    """Make a link by which a person chooses a password, in place of any before. ``here`` is the address in the browser.

    It is mailed only where the settings name the service's own address: a request can pretend to any other.
    """
    with service.database.write() as session:
        token = links.create(Store(session, person.school_id), person.id, Purpose.WELCOME, by=by, now=now)
    own = service.settings.public_url
    link = (own or here).rstrip("/") + links.path_of(token)
    hours = int(LASTS[Purpose.WELCOME].total_seconds()) // 3600
    return Invitation(link, bool(own) and _mailed(service, person, link, hours, now), hours)


def _mailed(service: Service, person: Person, link: str, hours: int, now: datetime) -> bool:
    try:
        server = mail.server_of(service.settings)
    except SetUpError:
        return False
    if server is None:
        return False
    letter = mail.Letter(new_id(now), person.email, _SUBJECT, _BODY.format(link=link, hours=hours), now)
    return mail.send(server, letter).outcome is mail.Outcome.SENT
