"""What is replaced whole: the staff list and the calendar; and the school's own accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.domain import Account, StaffMember, fold_class, fold_handle
from app.errors import Fault, Malformed
from app.integrations.calendars import read_events
from app.integrations.mis import read_staff
from app.integrations.sheets import Problem, has_errors
from app.register import version
from app.register.office import Difference, Office, refuse_errors
from app.store import Store, keys, people
from app.store import accounts as kept_accounts
from app.store import events as kept_events
from app.store import roster as kept


def plan_staff(
    current: Sequence[StaffMember], rows: Sequence[StaffMember], problems: Sequence[Problem] = ()
) -> Difference:
    """What a new staff list changes, by name; several of one name are told apart by ``2``, ``3`` …"""
    return _compare(_named(current), _named(rows), problems)


def _named(staff: Sequence[StaffMember]) -> dict[str, StaffMember]:
    named: dict[str, StaffMember] = {}
    times: Counter[str] = Counter()
    for member in staff:
        name = " ".join(part for part in (member.title, member.first, member.surname) if part)
        times[name] += 1
        named[name if times[name] == 1 else f"{name} {times[name]}"] = member
    return named


def _compare(current: Mapping[str, object], new: Mapping[str, object], problems: Sequence[Problem] = ()) -> Difference:
    return Difference(
        tuple(key for key in new if key not in current),
        tuple(key for key in new if key in current and current[key] != new[key]),
        tuple(key for key in current if key not in new),
        tuple(problems),
    )


def import_staff(office: Office, data: bytes, *, by: str, now: datetime, dry_run: bool = False) -> Difference:
    """Take in a staff list, or with ``dry_run`` only say what it would change; FileRefused if it has errors.

    A file without a column of personal handles leaves those that are known: information systems
    have no such column, and a handle forgotten is a handle no longer guarded.
    """
    sheet = read_staff(data)
    if dry_run:
        if has_errors(sheet.problems):
            return Difference(problems=sheet.problems)
        with office.database.read() as session:
            current = kept.staff(Store(session, office.school_id))
        rows = sheet.rows if sheet.has_handles else _with_known_handles(sheet.rows, current)
        return plan_staff(current, rows, sheet.problems)
    refuse_errors(sheet.problems)
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        current = kept.staff(store)
        rows = sheet.rows if sheet.has_handles else _with_known_handles(sheet.rows, current)
        kept.replace_staff(store, rows, by=by, now=now)
        version.stamp(store, office.policy, now)
    return plan_staff(current, rows, sheet.problems)


def _with_known_handles(rows: Sequence[StaffMember], current: Sequence[StaffMember]) -> tuple[StaffMember, ...]:
    known = {(member.first, member.surname): member.personal_handles for member in current}
    return tuple(replace(row, personal_handles=known.get((row.first, row.surname), ())) for row in rows)


def import_events(
    office: Office, data: bytes, content_type: str, *, by: str, now: datetime, dry_run: bool = False
) -> Difference:
    """Take in a calendar (CSV or iCalendar), or only say what it would change; FileRefused if it has errors."""
    sheet = read_events(data, content_type, now)
    new = {event.id: event for event in sheet.rows}
    if dry_run:
        if has_errors(sheet.problems):
            return Difference(problems=sheet.problems)
        with office.database.read() as session:
            current = {event.id: event for event in kept_events.every(Store(session, office.school_id))}
        return _compare(current, new, sheet.problems)
    refuse_errors(sheet.problems)
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        current = {event.id: event for event in kept_events.every(store)}
        kept_events.replace(store, sheet.rows, by=by, now=now)
        version.stamp(store, office.policy, now)
    return _compare(current, new, sheet.problems)


def put_accounts(office: Office, accounts: Sequence[Account], *, by: str, now: datetime) -> Difference:
    """Register accounts or change those registered; none is ever removed, and the first ever put is the default.

    Malformed, ``#/0/posters/1``, for posters who are neither people nor keys of the school and, once a roster
    is loaded, for classes that nobody on roll is in.
    """
    new = {account.handle: account for account in (replace(one, handle=fold_handle(one.handle)) for one in accounts)}
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        refuse_unknown(store, accounts)
        current = {account.handle: account for account in kept_accounts.every(store)}
        kept_accounts.put(store, tuple(new.values()), by=by, now=now)
        version.stamp(store, office.policy, now)
    return _compare({handle: current[handle] for handle in new if handle in current}, new)


def refuse_unknown(store: Store, accounts: Sequence[Account]) -> None:
    """Malformed for posters or classes that the school does not have."""
    posters = {person.id for person in people.every(store)} | {key.id for key in keys.every(store)}
    classes = {fold_class(pupil.class_name) for pupil in kept.every(store) if pupil.left_on is None}
    no_roster = kept.as_of(store) is None  # before one is loaded, nobody knows the classes
    faults = [
        *(
            Fault(f"#/{at}/posters/{place}", "nobody who may sign in and no key has this id")
            for at, account in enumerate(accounts)
            for place, poster in enumerate(account.posters)
            if poster not in posters
        ),
        *(
            Fault(f"#/{at}/classes/{place}", "no pupil on the roster is in this class")
            for at, account in enumerate(accounts)
            for place, name in enumerate(account.classes)
            if not no_roster and fold_class(name) not in classes
        ),
    ]
    if faults:
        raise Malformed("The accounts name people or classes that the school does not have.", errors=tuple(faults))
