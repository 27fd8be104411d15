"""Mails on their way: told once, taken once, and the truth about what became of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

from app.domain.reach import Reach
from app.store import notices, people
from app.store.notices import LEASE, Kind, Notice, Rhythm, State, Wishes
from tests.store.conftest import NOW, Opened

LATER = NOW + timedelta(minutes=1)


def _person(school: Opened, name: str = "Sarah") -> str:
    with school.write() as store:
        return people.add(store, name, f"{name}@whitehouse.example", "approver", "", by="test", now=NOW).id


def _post(school: Opened, person: str, *things: str, kind: Kind = Kind.DIGEST) -> bool:
    with school.write() as store:
        return notices.post(store, person, kind, things, {"approve": len(things)}, now=NOW)


def _taken(school: Opened) -> Notice:
    with school.write() as store:
        (notice_id,) = notices.due(store.session, limit=9, now=NOW)
        taken = notices.take(store.session, notice_id, now=NOW)
        assert taken is not None
        return taken


def test_a_thing_is_told_once(school: Opened) -> None:
    person, other = _person(school), _person(school, "Nisha")
    assert _post(school, person, "a", "b")
    assert not _post(school, person, "b", "a")
    assert _post(school, other, "a")
    with school.read() as store:
        assert notices.told(store, ["a"]) == {(person, Kind.DIGEST, "a"), (other, Kind.DIGEST, "a")}
        assert notices.last_made(store) == {(person, Kind.DIGEST): NOW, (other, Kind.DIGEST): NOW}


def test_what_comes_while_a_mail_waits_goes_with_it(school: Opened) -> None:
    person = _person(school)
    _post(school, person, "a", kind=Kind.DECIDED)
    assert _post(school, person, "b", kind=Kind.DECIDED)
    assert _taken(school).counts == {"approve": 2}
    assert _post(school, person, "c", kind=Kind.DECIDED)
    with school.read() as store:
        assert len(notices.due(store.session, limit=9, now=NOW)) == 1


def test_a_reminder_makes_other_mails_needless(school: Opened) -> None:
    person = _person(school)
    with school.write() as store:
        assert notices.post(store, person, Kind.NUDGE, ["a"], also={Kind.DIGEST: ["a", "b"]}, now=NOW)
        assert not notices.post(store, person, Kind.DIGEST, ["a", "b"], now=NOW)


def test_a_mail_is_taken_by_one_alone(school: Opened) -> None:
    _post(school, _person(school), "a")
    with school.read() as store:
        (notice_id,) = notices.due(store.session, limit=9, now=NOW)

    def take(_: int) -> bool:
        with school.database.write() as session:
            return notices.take(session, notice_id, now=NOW) is not None

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(4))) == 1
    with school.read() as store:
        assert notices.due(store.session, limit=9, now=NOW) == ()


def test_a_mail_whose_process_ended_is_not_sent_again(school: Opened) -> None:
    _post(school, _person(school), "a")
    _taken(school)
    with school.write() as store:
        assert notices.end_cut_short(store.session, now=NOW + LEASE - timedelta(seconds=1)) == 0
        assert notices.end_cut_short(store.session, now=NOW + LEASE) == 1
        assert notices.due(store.session, limit=9, now=NOW + 2 * LEASE) == ()
        (one,) = notices.troubled(store, limit=9)
    assert (one.state, one.fault, one.ended_at) == (State.UNSURE, "cut-short", NOW + LEASE)


def test_a_mail_that_is_put_off_comes_again(school: Opened) -> None:
    person = _person(school)
    _post(school, person, "a")
    taken = _taken(school)
    with school.write() as store:
        notices.put_off(store, taken, LATER, "timed-out")
        assert notices.due(store.session, limit=9, now=NOW) == ()
        (one,) = notices.troubled(store, limit=9)
        assert (one.state, one.fault, one.tries) == (State.WAITING, "timed-out", 1)
        again = notices.take(store.session, taken.id, now=LATER)
        assert again is not None
        notices.put_off(store, again, LATER, counted=False)
        (same,) = notices.of_person(store, person, limit=9)
    assert same.tries == 1


def test_of_one_given_up_another_mail_may_tell(school: Opened) -> None:
    person = _person(school)
    _post(school, person, "a")
    taken = _taken(school)
    with school.write() as store:
        notices.settle(store, taken, State.GIVEN_UP, "cut-off", now=LATER)
        assert notices.told(store, ["a"]) == frozenset()
    assert _post(school, person, "a")
    with school.write() as store:
        (fresh,) = notices.due(store.session, limit=9, now=LATER)
        taken = notices.take(store.session, fresh, now=LATER) or taken
        notices.settle(store, taken, State.SENT, now=LATER)
    assert not _post(school, person, "a")


def test_what_is_settled_stays_settled(school: Opened) -> None:
    person = _person(school)
    _post(school, person, "a")
    taken = _taken(school)
    with school.write() as store:
        notices.settle(store, taken, State.SENT, now=LATER)
        notices.settle(store, taken, State.GIVEN_UP, "late", now=LATER)
        notices.put_off(store, taken, LATER)
        (one,) = notices.of_person(store, person, limit=9)
        assert (one.state, one.fault) == (State.SENT, "")
        assert notices.troubled(store, limit=9) == ()


def test_old_mails_are_forgotten(school: Opened) -> None:
    person = _person(school)
    _post(school, person, "a")
    taken = _taken(school)
    with school.write() as store:
        notices.settle(store, taken, State.SENT, now=NOW)
        notices.forget_before(store.session, NOW)
        assert len(notices.of_person(store, person, limit=9)) == 1
        notices.forget_before(store.session, LATER)
        assert notices.of_person(store, person, limit=9) == ()
        assert notices.told(store, ["a"]) == frozenset()


def test_wishes_are_kept_and_replaced(school: Opened, other_school: Opened) -> None:
    person = _person(school)
    weekend = Reach(time(9, 0), time(12, 15), frozenset({5, 6}), "Europe/Paris")
    wanted = Wishes(Rhythm.DAILY, time(11, 5), weekend, nudges=False, decisions=False)
    with school.write() as store:
        notices.put_wishes(store, person, Wishes(), now=NOW)
        notices.put_wishes(store, person, wanted, now=LATER)
        assert notices.wishes(store, "Europe/Paris") == {person: wanted}
    with other_school.read() as store:
        assert notices.wishes(store, "Europe/Paris") == {}


def test_schools_with_mail_on_its_way_are_concerned(school: Opened, other_school: Opened) -> None:
    _post(school, _person(school), "a")
    with other_school.read() as store:
        assert notices.schools_concerned(store.session, NOW) == (school.school_id,)
