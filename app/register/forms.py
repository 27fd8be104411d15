"""The wording in which families are asked: versioned, and every version kept."""

from __future__ import annotations

from datetime import datetime

from app.errors import Fault, Malformed
from app.register.office import Office
from app.store import Store, permissions
from app.store.permissions import Form

LONGEST = 4_000  # characters

FIRST_WORDING = """May your child be seen in pictures that the school publishes?

We never give a child's name with a picture. You may answer differently for each way of publishing, and you may \
change your mind at any time: tell any member of staff. Your child may say no too, and that counts.

A no to photographs on the website, on social media or in the press also keeps your child out of the school's posts \
on Twitter/X."""
"""The wording of a school that has not written its own."""


def keep_first_form(store: Store, *, by: str, now: datetime) -> None:
    """Make sure that a round that is opened has a wording."""
    if permissions.latest_form(store) is None:
        permissions.keep_form(store, FIRST_WORDING, by=by, now=now)


def keep_form(office: Office, wording: str, *, by: str, now: datetime) -> Form:
    """Ask families in these words from now on; Malformed for none, or too many."""
    tidy = wording.replace("\r\n", "\n").strip()
    if not tidy or len(tidy) > LONGEST:
        detail = f"has more than {LONGEST:,} characters" if tidy else "is empty"
        raise Malformed("This wording cannot be kept.", errors=(Fault("#/wording", detail),))
    with office.database.write() as session:
        return permissions.keep_form(Store(session, office.school_id), tidy, by=by, now=now)
