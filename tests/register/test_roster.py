"""Rosters: what a file changes, and taking it in."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.domain import Pupil
from app.integrations.mis import PupilRow, RosterSheet
from app.integrations.sheets import Problem
from app.register import (
    FileRefused,
    Office,
    RollWouldShrink,
    erase_pupil,
    import_roster,
    lift_hold,
    plan_roster,
    purge_leavers,
)
from app.store import Store, audit, holds, roster, schools
from tests.register.conftest import NOW

TODAY = date(2026, 11, 22)
DEMO = (Path(__file__).parents[2] / "app" / "demo_school" / "roster.csv").read_bytes()
HEADER = "UPN,Forename,Surname,Year,Class,Date of Birth,Looked After,Leaving Date,Adno"


def pupil(number: int, **values: object) -> Pupil:
    return replace(Pupil(f"p{number}", f"U{number}", f"First{number}", "Smith"), **values)  # type: ignore[arg-type]


def row(number: int, **values: object) -> PupilRow:
    return replace(PupilRow(f"U{number}", f"First{number}", "Smith", line=number), **values)  # type: ignore[arg-type]


def sheet(*rows: PupilRow, problems: tuple[Problem, ...] = ()) -> RosterSheet:
    return RosterSheet(rows, problems)


def test_a_plan_tells_added_changed_and_left() -> None:
    plan = plan_roster([pupil(1), pupil(2), pupil(3)], sheet(row(1), row(2, class_name="Oak"), row(4)), TODAY)
    assert (plan.difference.added, plan.difference.changed, plan.difference.left) == (("U4",), ("U2",), ("U3",))
    assert plan.changed == (pupil(2, class_name="Oak"),)
    assert plan.left == (pupil(3, left_on=TODAY),)


def test_a_plan_of_a_broken_file_changes_nothing() -> None:
    broken = sheet(row(4), problems=(Problem(2, "x"),))
    assert plan_roster([pupil(1)], broken, TODAY).difference.left == ()


@pytest.mark.parametrize(
    ("on_roll", "stay", "shrinks"),
    [(0, 0, False), (10, 8, False), (10, 7, True), (4, 4, False), (4, 3, True), (5, 4, False)],
)
def test_more_than_a_fifth_may_not_go_unconfirmed(on_roll: int, stay: int, shrinks: bool) -> None:
    current = [pupil(number) for number in range(on_roll)]
    plan = plan_roster(current, sheet(*(row(number) for number in range(stay)), row(99)), TODAY)
    assert plan.shrinks is shrinks


def test_leavers_neither_count_nor_leave_twice_and_may_return() -> None:
    left = pupil(1, left_on=date(2026, 11, 1))
    assert plan_roster([left, pupil(2)], sheet(row(2)), TODAY).difference.left == ()
    assert plan_roster([left, pupil(2)], sheet(row(1), row(2)), TODAY).changed == (pupil(1),)


def test_leaving_dates() -> None:
    rows = (
        row(1, leaving_on=TODAY - timedelta(days=1)),
        row(2, leaving_on=TODAY),
        row(3, leaving_on=TODAY + timedelta(days=9)),
    )
    plan = plan_roster([pupil(1), pupil(2), pupil(3)], sheet(*rows), TODAY)
    assert plan.left == (pupil(1, left_on=TODAY - timedelta(days=1)),)
    assert plan.changed == ()
    unknown = sheet(row(8, leaving_on=TODAY - timedelta(days=30)), row(9, leaving_on=TODAY - timedelta(days=31)))
    assert plan_roster([], unknown, TODAY).difference.added == ("U8",)


def test_a_new_upn_does_not_lose_the_child() -> None:
    born = date(2018, 6, 19)
    plan = plan_roster(
        [pupil(1, born_on=born), pupil(2)], sheet(row(2), row(1, upn="NEW", born_on=born, line=7)), TODAY
    )
    assert plan.changed == (pupil(1, upn="NEW", born_on=born),)
    assert [problem.line for problem in plan.problems] == [7]
    no_date = plan_roster([pupil(1)], sheet(row(1, upn="NEW")), TODAY)
    assert (no_date.difference.added, no_date.difference.left) == (("NEW",), ("U1",))
    twins = [pupil(1, born_on=born), pupil(2, born_on=born, legal_first="First1")]
    assert plan_roster(twins, sheet(row(1, upn="NEW", born_on=born)), TODAY).difference.added == ("NEW",)


def test_an_admission_number_leads_to_the_upn_that_replaces_it() -> None:
    plan = plan_roster([pupil(1, upn="ADM:77")], sheet(row(1, admission_no="77")), TODAY)
    assert plan.changed == (pupil(1),)


# ---------------------------------------------------------------- taking it in


def lines(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def everyone(office: Office) -> dict[str, Pupil]:
    with office.database.read() as session:
        return {one.upn: one for one in roster.every(Store(session, office.school_id))}


def version_of(office: Office) -> int:
    with office.database.read() as session:
        return schools.register_version(Store(session, office.school_id))


def test_the_fictional_school_comes_in_and_a_second_time_changes_nothing(office: Office) -> None:
    assert len(import_roster(office, DEMO, by="k", now=NOW).added) == 420
    before = version_of(office)
    later = NOW + timedelta(hours=1)
    again = import_roster(office, DEMO, by="k", now=later)
    assert (again.added, again.changed, again.left) == ((), (), ())
    assert (version_of(office), len(everyone(office))) == (before, 420)
    with office.database.read() as session:
        assert roster.as_of(Store(session, office.school_id)) == later


def test_a_dry_run_tells_all_and_does_nothing(office: Office) -> None:
    before = version_of(office)
    assert len(import_roster(office, DEMO, by="k", now=NOW, dry_run=True).added) == 420
    told = import_roster(office, lines("U1,,Smith"), by="k", now=NOW, dry_run=True)
    assert [problem.line for problem in told.problems if not problem.warning] == [2]
    assert everyone(office) == {}
    assert version_of(office) == before


def test_a_file_with_one_error_is_refused_whole(office: Office) -> None:
    with pytest.raises(FileRefused) as refused:
        import_roster(office, lines("U1,Alice,Smith", "U2,,Jones"), by="k", now=NOW)
    assert [fault.pointer for fault in refused.value.errors] == ["#/line/3"]
    assert refused.value.status == 422
    assert everyone(office) == {}


def test_a_shrinking_roll_must_be_confirmed(office: Office) -> None:
    import_roster(office, DEMO, by="k", now=NOW)
    half = b"\n".join(DEMO.splitlines()[:211])
    with pytest.raises(RollWouldShrink) as refused:
        import_roster(office, half, by="k", now=NOW)
    assert (refused.value.status, refused.value.slug) == (409, "roll-would-shrink")
    assert len(import_roster(office, half, by="k", now=NOW, confirm=True).left) == 210
    assert sum(one.left_on is None for one in everyone(office).values()) == 210


def test_leavers_are_purged_after_thirty_days(office: Office) -> None:
    import_roster(office, lines(*(f"U{n},F{n},S{n}" for n in range(6))), by="k", now=NOW)
    import_roster(office, lines(*(f"U{n},F{n},S{n}" for n in range(5))), by="k", now=NOW)
    assert purge_leavers(office, by="clock", now=NOW + timedelta(days=30)) == 0
    assert purge_leavers(office, by="clock", now=NOW + timedelta(days=31)) == 1
    assert set(everyone(office)) == {f"U{n}" for n in range(5)}


def test_children_in_care_are_held_once(office: Office) -> None:
    import_roster(office, lines("U1,Alice,Smith,4,Oak,,Y"), by="k", now=NOW)
    child = everyone(office)["U1"].id

    def held() -> list[str]:
        with office.database.read() as session:
            return [hold.id for hold in holds.standing(Store(session, office.school_id)) if hold.pupil == child]

    assert len(held()) == 1
    import_roster(office, lines("U1,Alice,Smith,4,Oak,,Y"), by="k", now=NOW)
    assert len(held()) == 1
    lift_hold(office, held()[0], by="dsl", now=NOW)
    import_roster(office, lines("U1,Alice,Smith,4,Oak,,Y"), by="k", now=NOW)
    assert held() == []


def test_erasure_takes_everything(office: Office) -> None:
    import_roster(office, lines("U1,Alice,Smith,4,Oak,,Y"), by="k", now=NOW)
    child = everyone(office)["U1"].id
    before = version_of(office)
    erase_pupil(office, child, by="k", now=NOW)
    assert everyone(office) == {}
    assert version_of(office) > before
    with office.database.read() as session:
        store = Store(session, office.school_id)
        assert holds.of_pupil(store, child) == ()
        assert audit.verify(store).problems == ()


def test_a_thousand_pupils_come_in_within_five_seconds(office: Office) -> None:
    rows = [f"U{n},First{n},Surname{n},4,Oak,19/06/2018,,,{n}" for n in range(1000)]
    began = time.perf_counter()
    assert len(import_roster(office, lines(*rows), by="k", now=NOW).added) == 1000
    assert time.perf_counter() - began < 5
