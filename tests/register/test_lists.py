"""Staff, events and accounts."""

from __future__ import annotations

import pytest

from app.domain import Account, StaffMember
from app.errors import Malformed
from app.register import FileRefused, Office, import_events, import_roster, import_staff, plan_staff, put_accounts
from app.store import Store, accounts, events, keys, people, roster, schools
from tests.register.conftest import NOW

STAFF = b"title,first,surname,role,personal_handles\nMr,Jo,King,PE,@joking\nMrs,Al,Small,Head,\n"
EVENTS = b"id,title,starts_at,ends_at,place,synonyms\ne1,Fair,2026-12-12 10:00,2026-12-12 12:00,Hall,Bazaar\n"


def staff(office: Office) -> tuple[StaffMember, ...]:
    with office.database.read() as session:
        return roster.staff(Store(session, office.school_id))


def test_a_staff_list_replaces_the_one_before(office: Office) -> None:
    assert import_staff(office, STAFF, by="k", now=NOW).added == ("Mr Jo King", "Mrs Al Small")
    told = import_staff(office, STAFF.replace(b"PE", b"Deputy").replace(b"Mrs,Al,Small,Head,\n", b""), by="k", now=NOW)
    assert (told.added, told.changed, told.left) == ((), ("Mr Jo King",), ("Mrs Al Small",))
    assert staff(office) == (StaffMember("Mr", "Jo", "King", "Deputy", ("joking",)),)


def test_a_list_without_handles_keeps_those_that_are_known(office: Office) -> None:
    import_staff(office, STAFF, by="k", now=NOW)
    bare = b"title,first,surname,role\nMr,Jo,King,PE\nMiss,Cy,New,TA\n"
    assert import_staff(office, bare, by="k", now=NOW, dry_run=True).changed == ()
    import_staff(office, bare, by="k", now=NOW)
    assert [member.personal_handles for member in staff(office)] == [("joking",), ()]


def test_namesakes_are_counted() -> None:
    jo = StaffMember("Mr", "Jo", "King")
    assert plan_staff([jo], [jo, StaffMember("Mr", "Jo", "King", "TA")]).added == ("Mr Jo King 2",)


def test_broken_lists_change_nothing(office: Office) -> None:
    assert [one.line for one in import_staff(office, b"surname\nx\n\x01", by="k", now=NOW, dry_run=True).problems] == [
        3
    ]
    with pytest.raises(FileRefused):
        import_staff(office, b"first\nJo\n", by="k", now=NOW)
    broken = EVENTS.replace(b"2026-12-12 12:00", b"soon")
    assert [one.line for one in import_events(office, broken, "text/csv", by="k", now=NOW, dry_run=True).problems] == [
        2
    ]
    with pytest.raises(FileRefused):
        import_events(office, broken, "text/csv", by="k", now=NOW)
    assert staff(office) == ()


def test_events_replace_the_calendar(office: Office) -> None:
    assert import_events(office, EVENTS, "text/csv", by="k", now=NOW, dry_run=True).added == ("e1",)
    import_events(office, EVENTS, "text/csv", by="k", now=NOW)
    calendar = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:e2\r\nSUMMARY:Play\r\nDTSTART:20261213T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    told = import_events(office, calendar, "text/calendar", by="k", now=NOW)
    assert (told.added, told.left) == (("e2",), ("e1",))
    with office.database.read() as session:
        assert [event.title for event in events.every(Store(session, office.school_id))] == ["Play"]


def key_of(office: Office) -> str:
    """The id of a new key."""
    with office.database.write() as session:
        return keys.create(Store(session, office.school_id), "cms", ["drafts:write"], by="k", now=NOW)[0].id


def test_accounts_are_added_and_changed_but_never_removed(office: Office) -> None:
    assert put_accounts(office, [Account("@WhitehousePS")], by="k", now=NOW).added == ("whitehouseps",)
    key = key_of(office)
    told = put_accounts(
        office, [Account("oakclass", ("Oak",)), Account("whitehouseps", posters=(key,))], by="k", now=NOW
    )
    assert (told.added, told.changed, told.left) == (("oakclass",), ("whitehouseps",), ())
    with office.database.read() as session:
        kept = accounts.every(Store(session, office.school_id))
    assert kept == (Account("whitehouseps", (), (key,)), Account("oakclass", ("Oak",)))


def refused(office: Office, *given: Account) -> list[str]:
    """The pointers of what is wrong with these accounts; nothing may have been changed."""
    with pytest.raises(Malformed) as wrong:
        put_accounts(office, given, by="k", now=NOW)
    with office.database.read() as session:
        assert accounts.every(Store(session, office.school_id)) == ()
    return [fault.pointer for fault in wrong.value.errors]


def test_posters_are_people_or_keys_of_the_school(office: Office) -> None:
    key = key_of(office)
    with office.database.write() as session:
        person = people.add(Store(session, office.school_id), "Al", "al@x.example", "author", "", by="k", now=NOW).id
        other = Store(session, schools.create(session, "Another School", by="set-up", now=NOW).id)
        stranger = people.add(other, "Bo", "bo@x.example", "author", "", by="k", now=NOW).id
    assert refused(
        office, Account("a", posters=(key, "nobody")), Account("b", posters=(stranger, person, "\x00", ""))
    ) == ["#/0/posters/1", "#/1/posters/0", "#/1/posters/2", "#/1/posters/3"]
    put_accounts(office, [Account("a", posters=(key, person))], by="k", now=NOW)


def test_classes_are_those_of_the_roster_once_there_is_one(office: Office) -> None:
    roll = b"UPN,Forename,Surname,Class,Leaving Date\nU1,Al,A,Oak,\nU2,Bo,B,Ash,01/11/2026\n"
    import_roster(office, roll, by="k", now=NOW)
    assert refused(office, Account("a", ("Oak", "Elm")), Account("b", ("Ash", ""))) == [
        "#/0/classes/1",
        "#/1/classes/0",
        "#/1/classes/1",
    ]
    put_accounts(office, [Account("a", (" oak  CLASS",))], by="k", now=NOW)
