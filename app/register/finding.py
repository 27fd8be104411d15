"""Finding a child to record a no: by the name that staff call them, and with nothing else that is on record."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from app.domain import Pupil
from app.errors import Fault, Malformed, NotFound
from app.register.office import Office, require_own
from app.store import Store, roster

LETTERS = 2
"""How many letters must be given: with fewer, half the roll would be shown."""

MOST = 20
"""How many children are shown at most."""


@dataclass(frozen=True, slots=True)
class Called:
    """A child as staff know them."""

    id: str
    name: str
    class_name: str


def find_called(office: Office, words: str) -> tuple[Called, ...]:
    """The children on roll of whose name every word is the beginning of a part; Malformed for too few letters.

    Neither former nor other legal names are looked at, nor numbers: they are on record, and not for everybody.
    """
    wanted = _fold(words).split()
    if sum(map(str.isalpha, "".join(wanted))) < LETTERS:
        fault = Fault("#/q", f"has fewer than {LETTERS} letters")
        raise Malformed(f"Give at least {LETTERS} letters of the name.", errors=(fault,))
    with office.database.read() as session:
        every = roster.every(Store(session, office.school_id))
    found = (called(pupil) for pupil in every if pupil.left_on is None)
    return tuple(sorted((one for one in found if _bears(one.name, wanted)), key=_order))[:MOST]


def child_called(office: Office, pupil_id: str) -> Called:
    """The child of that id, on roll; NotFound if there is none."""
    with office.database.read() as session:
        pupil = require_own(Store(session, office.school_id), pupil_id)
    if pupil.left_on is not None:
        raise NotFound("There is no such pupil.")
    return called(pupil)


def called(pupil: Pupil) -> Called:
    """A child by the name they are called."""
    first = pupil.preferred_first or pupil.legal_first
    return Called(pupil.id, f"{first} {pupil.preferred_surname or pupil.legal_surname}", pupil.class_name)


def _bears(name: str, wanted: list[str]) -> bool:
    folded = _fold(name)
    parts = (*folded.split(), *folded.replace("-", " ").split())
    return all(any(part.startswith(word) for part in parts) for word in wanted)


def _order(one: Called) -> tuple[str, str, str]:
    return one.name, one.class_name, one.id


def _fold(words: str) -> str:
    parts = unicodedata.normalize("NFKD", words)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()
