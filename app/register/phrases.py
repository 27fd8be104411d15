"""Phrases that an approver allows: no child is meant by them, or no harm. Each has a reason, and can be taken back.

A phrase that is nothing but a pupil's name is refused; where a pupil of that name comes later, it is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.errors import Conflict, Fault, Malformed, NotFound
from app.register import version
from app.register.office import Office
from app.store import Store
from app.store import phrases as kept
from app.store.paging import Page
from app.store.phrases import About, AllowedPhrase
from app.text import NameIndex
from app.text.allowed import fault_of, is_name, sameness, tidy

REASON_CHARACTERS = 500

WITHDRAWN = "it was withdrawn"
IS_A_NAME = "a pupil now bears this name"


class PhraseIsAName(Malformed):
    """Allowed, the phrase would unguard a pupil."""

    slug = "phrase-is-a-name"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A phrase as an approver asks for it."""

    phrase: str
    about: About
    reason: str


@dataclass(frozen=True, slots=True)
class ListedPhrase:
    """A phrase, and why it is not in force; empty where it is."""

    phrase: AllowedPhrase
    why_not: str = ""

    @property
    def in_force(self) -> bool:
        """Whether the checks pass over it."""
        return not self.why_not


def allow_phrase(office: Office, names: NameIndex, wanted: Wanted, *, by: str, now: datetime) -> ListedPhrase:
    """Allow a phrase; ``names`` are those that the register guards.

    Raises Malformed for words that cannot be kept or without a reason, PhraseIsAName, and Conflict for a phrase
    that is allowed already.
    """
    phrase, reason = tidy(wanted.phrase), wanted.reason.strip()
    _refuse_malformed(phrase, reason)
    if wanted.about is About.NAMES and is_name(phrase, names):
        faults = (Fault("#/phrase", "is a pupil's name"),)
        raise PhraseIsAName(
            "These words alone are a pupil's name: allowed, they would unguard the child.", errors=faults
        )
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        alike = (sameness(one.phrase) for one in kept.standing(store) if one.about is wanted.about)
        if sameness(phrase) in alike:
            raise Conflict("This phrase is allowed already.", slug="phrase-allowed-already")
        added = kept.add(store, phrase, wanted.about, reason, by=by, now=now)
        version.stamp(store, office.policy, now)
    return ListedPhrase(added)


def withdraw_phrase(
    office: Office, names: NameIndex, phrase_id: str, reason: str, *, by: str, now: datetime
) -> ListedPhrase:
    """Take a phrase back. NotFound if there is none of that id, Conflict if it was taken back before."""
    reason = reason.strip()
    _refuse(_reason_faults(reason))
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        withdrawn = kept.withdraw(store, phrase_id, reason, by=by, now=now)
        found = kept.find(store, phrase_id)
        if found is None:
            raise NotFound("There is no such phrase.")
        if not withdrawn:
            raise Conflict("This phrase was withdrawn already.", slug="phrase-withdrawn-already")
        version.stamp(store, office.policy, now)
    return _listed(found, names)


def list_phrases(
    office: Office, names: NameIndex, *, withdrawn: bool, limit: int, cursor: str | None = None
) -> Page[ListedPhrase]:
    """The school's phrases, latest first, each with whether it is in force among the names of now."""
    with office.database.read() as session:
        page = kept.page(Store(session, office.school_id), withdrawn=withdrawn, limit=limit, cursor=cursor)
    return Page(tuple(_listed(one, names) for one in page.items), page.next)


def unused_phrases(office: Office, names: NameIndex) -> frozenset[str]:
    """The phrases of the policy file that are not in force, as pupils bear these names."""
    return frozenset(phrase for phrase in office.policy.allowed_phrases if is_name(phrase, names))


def _listed(phrase: AllowedPhrase, names: NameIndex) -> ListedPhrase:
    if phrase.withdrawn_at is not None:
        return ListedPhrase(phrase, WITHDRAWN)
    if phrase.about is About.NAMES and is_name(phrase.phrase, names):
        return ListedPhrase(phrase, IS_A_NAME)
    return ListedPhrase(phrase)


def _refuse_malformed(phrase: str, reason: str) -> None:
    wrong = fault_of(phrase)
    phrase_faults = (Fault("#/phrase", wrong),) if wrong else ()
    _refuse((*phrase_faults, *_reason_faults(reason)))


def _reason_faults(reason: str) -> tuple[Fault, ...]:
    if not reason:
        return (Fault("#/reason", "is empty"),)
    if len(reason) > REASON_CHARACTERS:
        return (Fault("#/reason", f"has more than {REASON_CHARACTERS} characters"),)
    return ()


def _refuse(faults: tuple[Fault, ...]) -> None:
    if faults:
        said = "; ".join(f"the {fault.pointer.removeprefix('#/')} {fault.detail}" for fault in faults)
        raise Malformed(f"This cannot be kept: {said}.", errors=faults)
