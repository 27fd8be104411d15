from __future__ import annotations

import hashlib
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.errors import Conflict, Malformed
from app.store import Store, audit, idempotency, keys, people
from app.store.idempotency import Begun, KeptAnswer, Standing
from tests.store.conftest import NOW, Opened

HOUR = timedelta(hours=1)
IDLE = timedelta(minutes=30)


def add_person(store: Store, email: str = "anna@example.org") -> people.Person:
    return people.add(store, "Anna", email, "approver", "hash", by="test", now=NOW)


def test_a_key_is_found_by_its_secret_and_kept_as_a_hash(school: Opened) -> None:
    with school.write() as store:
        key, secret = keys.create(store, "cms", {"drafts:write", "audit:read"}, by="test", now=NOW)
    with school.read() as store:
        assert keys.find(store.session, secret, NOW) == key
        assert keys.every(store) == (key,)
        kept = "".join(map(str, store.session.execute(text("SELECT * FROM api_keys")).one()))
        assert audit.about(store, key.id)[0].detail == {"scopes": ["audit:read", "drafts:write"]}
    assert key.scopes == {"drafts:write", "audit:read"}
    assert (key.school_id, key.prefix) == (school.school_id, secret[:8])
    assert secret not in kept
    assert hashlib.sha256(secret.encode()).hexdigest() in kept
    assert len(secret) >= 43


@pytest.mark.parametrize("secret", ["", "fl_guess", "fl_\0", "\ud800"])
def test_no_other_secret_finds_a_key(school: Opened, secret: str) -> None:
    with school.write() as store:
        keys.create(store, "cms", {"admin"}, by="test", now=NOW)
        assert keys.find(store.session, secret, NOW) is None


def test_a_key_ends_when_it_expires_or_is_revoked(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        lasting, lasting_secret = keys.create(store, "a", {"admin"}, by="test", now=NOW)
        _, short_secret = keys.create(store, "b", {"admin"}, expires_at=NOW + HOUR, by="test", now=NOW)
        assert keys.find(store.session, short_secret, NOW + HOUR - timedelta(seconds=1)) is not None
        assert keys.find(store.session, short_secret, NOW + HOUR) is None
    with other_school.write() as store:
        assert not keys.revoke(store, lasting.id, by="test", now=NOW)
    with school.write() as store:
        assert keys.revoke(store, lasting.id, by="test", now=NOW)
        assert not keys.revoke(store, lasting.id, by="test", now=NOW)
    with school.read() as store:
        assert keys.find(store.session, lasting_secret, NOW) is None
        assert len(keys.every(store)) == 2
        assert [line.action for line in audit.about(store, lasting.id)] == ["access.key.create", "access.key.revoke"]


def test_a_keys_use_is_noted_now_and_then(school: Opened) -> None:
    with school.write() as store:
        key, secret = keys.create(store, "a", {"admin"}, by="test", now=NOW)
        assert keys.is_due_for_touch(key, NOW)
        keys.touch(store, key.id, now=NOW)
        touched = keys.find(store.session, secret, NOW)
    assert touched is not None
    assert touched.last_used_at == NOW
    assert not keys.is_due_for_touch(touched, NOW + timedelta(minutes=4))
    assert keys.is_due_for_touch(touched, NOW + timedelta(minutes=5))


def test_people_are_found_by_id_and_address(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        anna = add_person(store, " Anna@Example.org ")
        assert anna.email == "anna@example.org"
        assert people.find(store, anna.id) == people.find_by_email(store, "ANNA@example.org ") == anna
        assert people.every(store) == (anna,)
    with other_school.write() as store:
        assert people.find(store, anna.id) is None
        assert people.find_by_email(store, "anna@example.org") is None
        add_person(store)


def test_an_address_is_given_once(school: Opened) -> None:
    with school.write() as store:
        add_person(store)
        with pytest.raises(Conflict):
            add_person(store, "ANNA@example.org")
    with school.read() as store:
        assert len(people.every(store)) == 1


def test_a_session_is_found_by_its_token_while_it_holds(school: Opened) -> None:
    with school.write() as store:
        anna = add_person(store)
        signed_in, token = people.open_session(store, anna.id, expires_at=NOW + HOUR, now=NOW)
    with school.read() as store:
        assert people.find_session(store.session, token, idle=IDLE, now=NOW) == signed_in
        assert people.find_session(store.session, token + "x", idle=IDLE, now=NOW) is None
        assert people.find_session(store.session, token, idle=IDLE, now=NOW + IDLE) is None
    assert signed_in.person == anna
    assert signed_in.csrf not in token


def test_a_used_session_lasts_until_it_expires(school: Opened) -> None:
    with school.write() as store:
        signed_in, token = people.open_session(store, add_person(store).id, expires_at=NOW + HOUR, now=NOW)
        people.touch_session(store, signed_in.id, now=NOW + IDLE)
        assert people.find_session(store.session, token, idle=IDLE, now=NOW + HOUR - timedelta(seconds=1)) is not None
        assert people.find_session(store.session, token, idle=HOUR * 9, now=NOW + HOUR) is None


def test_signing_out_ends_a_session(school: Opened) -> None:
    with school.write() as store:
        signed_in, token = people.open_session(store, add_person(store).id, expires_at=NOW + HOUR, now=NOW)
        people.close_session(store, signed_in.id, by="anna", now=NOW)
        people.close_session(store, signed_in.id, by="anna", now=NOW)
        assert people.find_session(store.session, token, idle=IDLE, now=NOW) is None
        assert [line.action for line in audit.about(store, signed_in.id)] == [
            "access.session.open",
            "access.session.close",
        ]


@pytest.mark.parametrize("change", [{"active": False}, {"role": "author"}, {"password_hash": "new"}])
def test_changing_a_person_ends_their_sessions(school: Opened, change: dict[str, bool]) -> None:
    with school.write() as store:
        anna = add_person(store)
        _, token = people.open_session(store, anna.id, expires_at=NOW + HOUR, now=NOW)
        assert people.change(store, anna.id, **change, by="test", now=NOW)  # type: ignore[arg-type]
        assert people.find_session(store.session, token, idle=IDLE, now=NOW) is None
        changed = people.find(store, anna.id)
        assert {name: getattr(changed, name) for name in change} == change
        assert audit.about(store, anna.id)[-1].detail == {"changed": list(change)}


def test_somebody_inactive_has_no_session(school: Opened) -> None:
    with school.write() as store:
        anna = add_person(store)
        people.change(store, anna.id, active=False, by="test", now=NOW)
        _, token = people.open_session(store, anna.id, expires_at=NOW + HOUR, now=NOW)
        assert people.find_session(store.session, token, idle=IDLE, now=NOW) is None


def test_nobody_of_another_school_can_be_changed(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        anna = add_person(store)
    with other_school.write() as store:
        assert not people.change(store, anna.id, active=False, by="test", now=NOW)


def begin(school: Opened, body: str = "b", *, principal: str = "key-1", later: timedelta = timedelta()) -> Begun:
    with school.write() as store:
        return idempotency.begin(store, principal, "k", route="POST /v1/drafts", body_hash=body, now=NOW + later)


def test_a_repeated_request_gets_the_first_answer(school: Opened, other_school: Opened) -> None:
    answer = KeptAnswer(201, {"location": "/v1/drafts/1"}, b"{}\0\xff")
    assert begin(school).standing is Standing.NEW
    assert begin(school).standing is Standing.RUNNING
    assert begin(school, "other").standing is Standing.OTHER
    with school.write() as store:
        idempotency.finish(store, "key-1", "k", answer)
    assert begin(school) == Begun(Standing.DONE, answer)
    assert begin(school, later=HOUR) == Begun(Standing.DONE, answer)
    assert begin(school, "other") == Begun(Standing.OTHER)
    assert begin(school, principal="key-2").standing is Standing.NEW
    assert begin(other_school).standing is Standing.NEW


def test_of_two_equal_requests_at_once_one_is_new(school: Opened) -> None:
    standings: list[Standing] = []
    start = threading.Barrier(2)

    def send() -> None:
        with school.write() as store:
            if school.database.file is None:  # both look before either claims: SQLite never lets two in
                store.session.execute(text("SELECT 1"))
                start.wait()
            begun = idempotency.begin(store, "key-1", "k", route="r", body_hash="b", now=NOW)
            time.sleep(0.05)
        standings.append(begun.standing)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(standings) == [Standing.NEW, Standing.RUNNING]


def test_a_request_that_came_to_nothing_may_be_tried_again(school: Opened) -> None:
    begin(school)
    with school.write() as store:
        idempotency.forget(store, "key-1", "k")
    assert begin(school, "other").standing is Standing.NEW


def test_a_request_that_died_gives_its_key_free(school: Opened) -> None:
    begin(school)
    assert begin(school, later=timedelta(minutes=9)).standing is Standing.RUNNING
    assert begin(school, "other", later=timedelta(minutes=10)).standing is Standing.NEW
    assert begin(school, later=timedelta(minutes=11)).standing is Standing.OTHER


def test_old_answers_are_dropped(school: Opened) -> None:
    begin(school)
    with school.write() as store:
        idempotency.forget_before(store, NOW)
    assert begin(school).standing is Standing.RUNNING
    with school.write() as store:
        idempotency.forget_before(store, NOW + HOUR)
    assert begin(school).standing is Standing.NEW


def test_a_key_too_long_to_index_is_malformed(school: Opened) -> None:
    with pytest.raises(Malformed), school.write() as store:
        idempotency.begin(store, "key-1", "k" * 300, route="r", body_hash="b", now=NOW)
