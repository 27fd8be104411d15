"""What an administrator does about people: roles, leaving, coming back; and the right to post, asked for and answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app import register
from app.domain import Account
from app.errors import Conflict, Malformed, NotAllowed, NotFound
from app.register import posting
from app.store import INDEXED_CHARACTERS, Store, accounts, departures, deputies, people, posting_requests
from app.store.people import Person, fold_email
from app.store.posting_requests import Outcome
from app.web.security import ROLES, Scope

NO_PASSWORD = ""
"""The hash of somebody who has no password: nothing that anybody types matches it."""

TRUST = "trust"
"""The role of whoever looks after all schools. No administrator of one school gives or takes it, nor could sign in as them."""

GIVEN_HERE = tuple(role for role in ROLES if role != TRUST)
"""The roles that an administrator gives."""

NAME_CHARACTERS = 200

READING_ALONE = frozenset({"dpo", TRUST})
"""Roles that look and never write: the right to post is not for them to ask."""


def may_write(role: str) -> bool:
    """Whether the role writes drafts at all."""
    return Scope.DRAFTS in ROLES.get(role, frozenset())


def accounts_of(person: Person, every: Sequence[Account]) -> tuple[str, ...]:
    """The handles of the accounts that a person may post to."""
    if not person.active or not may_write(person.role):
        return ()
    return tuple(one.handle for one in every if not one.posters or person.id in one.posters)


def is_last_administrator(store: Store, person: Person) -> bool:
    """Whether the school would have no active administrator without them; call it in the school's turn."""
    if person.role != "administrator" or not person.active:
        return False
    return not any(one.role == "administrator" and one.active and one.id != person.id for one in people.every(store))


def require(store: Store, person_id: str) -> Person:
    """The person, active or not; NotFound otherwise."""
    person = people.find(store, person_id)
    if person is None:
        raise NotFound("There is no such person.")
    return person


def refuse_for_trust(person: Person) -> None:
    """Conflict for somebody of the trust: whoever could change how they sign in could look into all schools."""
    if person.role == TRUST:
        raise Conflict(
            "They look after all schools of the trust. Only whoever runs the service changes how they sign in.",
            slug="of-the-trust",
        )


def check_newcomer(name: str, email: str) -> None:
    """Malformed where that is no name, or no address."""
    if not name or len(name) > NAME_CHARACTERS:
        raise Malformed(f"Say what they are called, in at most {NAME_CHARACTERS} characters.")
    local, _, domain = fold_email(email).partition("@")
    if not local or "." not in domain or "@" in domain or any(one.isspace() for one in email):
        raise Malformed("Give their e-mail address, such as r.lane@school.example.")
    if len(email) > INDEXED_CHARACTERS:
        raise Malformed(f"The e-mail address is longer than {INDEXED_CHARACTERS} characters.")


def change_role(office: register.Office, person_id: str, role: str, *, by: str, now: datetime) -> None:
    """Give somebody another role, which ends their sessions. Conflict for one's own, and for the last administrator's."""
    if person_id == by:
        raise Conflict("Nobody changes their own role. Ask another administrator.", slug="own-role")
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        person = require(store, person_id)
        if role == person.role:
            return
        refuse_for_trust(person)
        _refuse_without_administrator(store, person)
        people.change(store, person_id, role=role, by=by, now=now)


def leave(office: register.Office, person_id: str, *, by: str, now: datetime) -> None:
    """Somebody has left: they are signed out and stay out, post to nothing, and passwords they may know are to change."""
    if person_id == by:
        raise Conflict("Nobody closes their own account. Ask another administrator.", slug="own-role")
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        person = require(store, person_id)
        if not person.active:
            raise Conflict("They have left already.", slug="left-already")
        _refuse_without_administrator(store, person)
        for absence in deputies.coming(store, office.day(now)):
            if person_id in {absence.person_id, absence.deputy_id}:
                deputies.end(store, absence.id, whose=None, by=by, now=now)
        known = accounts_of(person, accounts.every(store))
        departures.note(store, person_id, known, by=by, now=now)
        people.change(store, person_id, active=False, by=by, now=now)
        posting.drop_poster(store, office.policy, person_id, by=by, now=now)


def come_back(office: register.Office, person_id: str, *, by: str, now: datetime) -> None:
    """Let somebody in again who had left; what they could post to is given anew."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        if require(store, person_id).active:
            raise Conflict("They have not left.", slug="has-not-left")
        people.change(store, person_id, active=True, by=by, now=now)


def _refuse_without_administrator(store: Store, person: Person) -> None:
    if is_last_administrator(store, person):
        raise Conflict(
            "They are the last administrator. Make somebody else one first: without any, nobody could add people.",
            slug="last-administrator",
        )


def ask_to_post(office: register.Office, handle: str, reason: str, *, by: str, now: datetime) -> None:
    """Ask for the right to post to an account."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        person, every = require(store, by), accounts.every(store)
        if person.role in READING_ALONE:
            raise Conflict("Your role reads and does not write. An administrator can give you another.", slug="reads")
        if handle not in {one.handle for one in every}:
            raise NotFound("The school has no such account that is open.")
        if handle in accounts_of(person, every):
            raise Conflict("You may post to that account already.", slug="may-post-already")
        posting_requests.ask(store, handle, reason, by=by, now=now)


def grant(office: register.Office, request_id: str, handle: str, answer: str, *, by: str, now: datetime) -> None:
    """Give the right: a colleague becomes an author, and an account that names its posters names them too."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        asker = _asker(store, request_id, by)
        if not asker.active:
            raise Conflict("They have left. Decline the request.", slug="has-left")
        if asker.role in READING_ALONE:
            raise Conflict(
                "Their role reads and does not write. An administrator changes the role first.", slug="reads"
            )
        if handle not in {one.handle for one in accounts.every(store)}:
            raise NotFound("The school has no such account that is open.")
        _answer(store, request_id, Outcome.GRANTED, answer, handle, by=by, now=now)
        if not may_write(asker.role):
            people.change(store, asker.id, role="author", by=by, now=now)
        posting.add_poster(store, office.policy, handle, asker.id, by=by, now=now)


def decline(office: register.Office, request_id: str, answer: str, *, by: str, now: datetime) -> None:
    """Say no, with the reason that the asker will read."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        _asker(store, request_id, by)
        _answer(store, request_id, Outcome.DECLINED, answer, "", by=by, now=now)


def _asker(store: Store, request_id: str, by: str) -> Person:
    request = posting_requests.find(store, request_id)
    if request is None:
        raise NotFound("There is no such request.")
    if request.person_id == by:
        raise NotAllowed("Nobody answers their own request. Another approver does.", slug="own-request")
    return require(store, request.person_id)


def _answer(
    store: Store, request_id: str, outcome: Outcome, answer: str, handle: str, *, by: str, now: datetime
) -> None:
    if not posting_requests.decide(store, request_id, outcome, answer, account=handle, by=by, now=now):
        raise Conflict("Somebody has answered this request already.", slug="answered-already")
