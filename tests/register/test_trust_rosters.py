"""A roster file of a whole trust: our own pupils as ever, the others by name alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain import Pupil
from app.integrations.mis import PupilRow, RosterSheet
from app.register import (
    FileRefused,
    Office,
    RollWouldShrink,
    erase_pupil,
    import_permissions,
    import_roster,
    plan_roster,
    purge_leavers,
    record_permission,
    record_response,
    set_hold,
    snapshot,
)
from app.register.biometrics import add_reference_photo
from app.register.office import PupilElsewhere
from app.register.permissions import Word
from app.store import Store, audit, biometrics, holds, roster
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.store.permissions import PermissionAnswer
from app.text.names import find
from app.vetting import Snapshot
from tests.register.conftest import NOW
from tests.register.test_biometrics import PHOTO
from tests.seeing import EYES

TODAY = date(2026, 11, 22)
HEADER = "UPN,Forename,Surname,Middle Name,Year,Class,Date of Birth,Looked After,Leaving Date,School"
OURS, OTHER = "Whitehouse Primary School", "Oakfield Academy"
OWN = tuple(f"U{number},Ann{number},Own,Mae,4,Oak,2018-06-{number + 10},N,,{OURS}" for number in range(10))
SAMIRA = f"X1,Samira,Khan,Noor,5,Elm,2017-01-01,Y,,{OTHER}"
TOM = f"X2,Thomas,Field,,5,Elm,2017-01-02,N,,{OTHER}"
TRUST = (*OWN, SAMIRA, TOM)


def lines(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def elsewhere(office: Office) -> dict[str, Pupil]:
    with office.database.read() as session:
        return {one.upn: one for one in roster.elsewhere(Store(session, office.school_id))}


def own(office: Office) -> dict[str, Pupil]:
    with office.database.read() as session:
        return {one.upn: one for one in roster.every(Store(session, office.school_id))}


def take(office: Office, days: int = 0) -> Snapshot:
    now = NOW + timedelta(days=days)
    return snapshot(office.database, office.school_id, office.policy, office.vault, now=now, engine="paper-1")


def named(office: Office, text: str, days: int = 0) -> list[tuple[str, ...]]:
    return [one.pupils for one in find(text, take(office, days).guide.names)]


@pytest.fixture
def trust(office: Office) -> Office:
    import_roster(office, lines(*TRUST), by="k", now=NOW)
    return office


# ---------------------------------------------------------------- the plan


def pupil(number: int, **values: object) -> Pupil:
    return replace(Pupil(f"p{number}", f"U{number}", f"First{number}", "Smith"), **values)  # type: ignore[arg-type]


def row(number: int, **values: object) -> PupilRow:
    return replace(PupilRow(f"U{number}", f"First{number}", "Smith", line=number), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("moved", "gone", "shrinks"), [(2, 0, False), (3, 0, True), (1, 1, False), (1, 2, True)])
def test_more_than_a_fifth_of_ours_may_not_turn_into_others_unconfirmed(moved: int, gone: int, shrinks: bool) -> None:
    current = [pupil(number) for number in range(10)]
    others = [pupil(number, elsewhere=True) for number in range(100, 140)]
    rows = [row(number, elsewhere=number < moved) for number in range(10 - gone)]
    plan = plan_roster([*current, *others], RosterSheet(tuple(rows)), TODAY)
    assert plan.shrinks is shrinks
    assert (len(plan.left), plan.on_roll) == (moved + gone, 10)


def test_others_neither_count_nor_are_listed() -> None:
    current = [pupil(1), *(pupil(number, elsewhere=True) for number in (2, 3, 4))]
    sheet = RosterSheet((row(1), row(2, legal_first="Al", elsewhere=True), row(5, elsewhere=True)))
    plan = plan_roster(current, sheet, TODAY)
    assert (plan.difference.added, plan.difference.changed, plan.difference.left) == ((), (), ())
    assert (plan.difference.elsewhere, plan.shrinks) == (2, False)
    assert {(one.upn, one.id, one.left_on) for one in plan.others} == {
        ("U2", "p2", None),
        ("U5", "", None),
        ("U3", "p3", TODAY),
        ("U4", "p4", TODAY),
    }


def test_a_child_who_comes_from_another_school_is_added_and_stays_the_same() -> None:
    plan = plan_roster([pupil(1, elsewhere=True)], RosterSheet((row(1, class_name="Oak"),)), TODAY)
    assert plan.added == (pupil(1, class_name="Oak"),)
    assert plan.difference.added == ("U1",)


def test_others_are_known_by_upn_alone() -> None:
    born = date(2018, 6, 19)
    current = [pupil(1, born_on=born), pupil(2, upn="ADM:77")]
    rows = (
        row(1, upn="NEW", born_on=born, elsewhere=True),
        row(2, upn="ADM:77@x", admission_no="77", elsewhere=True),
    )
    plan = plan_roster(current, RosterSheet(rows), TODAY)
    assert plan.difference.left == ("U1", "ADM:77")
    assert [one.id for one in plan.others] == ["", ""]


def test_a_leaver_of_another_school_is_not_taken_in_when_long_gone() -> None:
    rows = [row(1, elsewhere=True, leaving_on=TODAY - timedelta(days=days)) for days in (30, 31)]
    assert [len(plan_roster([], RosterSheet((one,)), TODAY).others) for one in rows] == [1, 0]


# ---------------------------------------------------------------- taking it in


def test_of_others_nothing_is_kept_but_names(office: Office) -> None:
    told = import_roster(office, lines(*TRUST), by="k", now=NOW, dry_run=True)
    assert (len(told.added), told.elsewhere, elsewhere(office)) == (10, 2, {})
    done = import_roster(office, lines(*TRUST), by="k", now=NOW)
    assert done == told
    samira = elsewhere(office)["X1"]
    assert samira == Pupil(samira.id, "X1", "Samira", "Khan", elsewhere=True)
    assert set(own(office)) == {f"U{number}" for number in range(10)}
    with office.database.read() as session:
        assert holds.standing(Store(session, office.school_id)) == ()  # in care, but not with us


def test_a_second_time_changes_nothing(trust: Office) -> None:
    before = take(trust)
    again = import_roster(trust, lines(*TRUST), by="k", now=NOW)
    assert (again.added, again.changed, again.left, again.elsewhere) == ((), (), (), 2)
    after = take(trust)
    assert (after.version, after.guide) == (before.version, before.guide)


def test_they_are_in_no_class_no_roll_call_and_no_list_of_the_guarded(trust: Office) -> None:
    found = take(trust)
    ids = {one.id for one in own(trust).values()}
    assert set(found.class_of) == {child.pupil for child in found.facts.not_shown} == ids
    assert found.facts.classes == {"Oak"}
    assert "elm" not in found.guide.names.class_names


def test_only_their_full_names_are_found(trust: Office) -> None:
    samira = elsewhere(trust)["X1"].id
    assert named(trust, "Well done Samira Khan!") == [(samira,)]
    assert named(trust, "Well done Ann3!") == [(own(trust)["U3"].id,)]
    assert all(not pupils for pupils in named(trust, "Well done Samira! And Tom, and Noor, and the Khans."))


def test_whatever_changes_among_them_makes_a_new_version(trust: Office) -> None:
    first = take(trust)
    import_roster(trust, lines(*TRUST).replace(b"Samira", b"Samiya"), by="k", now=NOW)
    second = take(trust)
    assert second.version > first.version
    assert named(trust, "Well done Samira Khan!") != [(elsewhere(trust)["X1"].id,)]
    assert named(trust, "Well done Samiya Khan!") == [(elsewhere(trust)["X1"].id,)]
    erase_pupil(trust, elsewhere(trust)["X1"].id, by="k", now=NOW)
    assert take(trust).version > second.version
    assert all(not pupils for pupils in named(trust, "Well done Samiya Khan!"))


def test_a_change_among_ours_leaves_their_names_as_they_were_read(trust: Office) -> None:
    before = take(trust).guide.names.elsewhere
    import_roster(trust, lines(*TRUST).replace(b"Ann3", b"Ana3"), by="k", now=NOW)
    after = take(trust).guide.names.elsewhere
    assert before is not None
    assert after is not None
    assert after.together is before.together


def test_schools_of_which_none_is_ours_are_refused(office: Office) -> None:
    wrong = [one.replace(OURS, "Whitehall Primary") for one in TRUST]
    with pytest.raises(FileRefused) as refused:
        import_roster(office, lines(*wrong), by="k", now=NOW)
    (fault,) = refused.value.errors
    assert "“Oakfield Academy”, “Whitehall Primary”" in fault.detail
    assert refused.value.status == 422
    assert own(office) == elsewhere(office) == {}


def test_a_file_that_gives_ours_away_must_be_confirmed(trust: Office) -> None:
    given = [one.replace(OURS, OTHER) for one in OWN[:3]]
    body = lines(*given, *OWN[3:], SAMIRA)
    with pytest.raises(RollWouldShrink, match="3 of 10 pupils would leave, 3 of them to other schools of the trust;"):
        import_roster(trust, body, by="k", now=NOW)
    assert len(own(trust)) == 10
    assert import_roster(trust, body, by="k", now=NOW, confirm=True).left == ("U0", "U1", "U2")
    assert len(own(trust)) == 7


def test_other_schools_may_go_without_a_word(trust: Office) -> None:
    alone = import_roster(trust, lines(*OWN), by="k", now=NOW)
    assert (alone.left, alone.elsewhere) == ((), 0)
    assert {one.left_on for one in elsewhere(trust).values()} == {TODAY}
    assert named(trust, "Well done Samira Khan!") == [(elsewhere(trust)["X1"].id,)]
    assert all(not pupils for pupils in named(trust, "Well done Samira Khan!", days=31))
    assert purge_leavers(trust, by="k", now=NOW + timedelta(days=30)) == 0
    assert purge_leavers(trust, by="k", now=NOW + timedelta(days=31)) == 2
    assert elsewhere(trust) == {}
    assert purge_leavers(trust, by="k", now=NOW + timedelta(days=32)) == 0


def test_a_child_who_moves_loses_everything_but_the_name_and_may_come_back(trust: Office) -> None:
    child = own(trust)["U3"].id
    record_response(
        trust,
        child,
        Response(child, Actor.PARENT, BiometricDecision.CONSENT, in_writing=True, received_on=TODAY),
        [Notice(child, "mother", TODAY)],
        by="k",
        now=NOW,
    )
    add_reference_photo(trust, child, PHOTO, EYES, by="k", now=NOW)
    record_permission(trust, child, Word(PermissionAnswer.REFUSED), by="k", now=NOW)
    moved = [one.replace(OURS, OTHER) if one.startswith("U3") else one for one in TRUST]
    assert import_roster(trust, lines(*moved), by="k", now=NOW).left == ("U3",)
    gone = elsewhere(trust)["U3"]
    assert gone == Pupil(child, "U3", "Ann3", "Own", elsewhere=True)
    found = take(trust)
    assert (found.gallery.pupils, found.consented) == ((), frozenset())
    assert child not in {one.pupil for one in found.facts.not_shown}
    with trust.database.read() as session:
        store = Store(session, trust.school_id)
        assert biometrics.reference_photos(store) == ()
        assert audit.verify(store).problems == ()
    assert import_roster(trust, lines(*TRUST), by="k", now=NOW).added == ("U3",)
    assert own(trust)["U3"].id == child
    assert child in {one.pupil for one in take(trust).facts.not_shown}


# ---------------------------------------------------------------- what is not done for them


def test_nothing_is_recorded_of_them(trust: Office) -> None:
    samira = elsewhere(trust)["X1"].id
    said = Response(samira, Actor.PARENT, BiometricDecision.CONSENT, in_writing=True, received_on=TODAY)
    doings = (
        lambda: record_response(trust, samira, said, by="k", now=NOW),
        lambda: add_reference_photo(trust, samira, PHOTO, EYES, by="k", now=NOW),
        lambda: record_permission(trust, samira, Word(PermissionAnswer.REFUSED), by="k", now=NOW),
        lambda: set_hold(trust, samira, "x", by="dsl", now=NOW),
    )
    for doing in doings:
        with pytest.raises(PupilElsewhere) as refused:
            doing()
        assert (refused.value.status, refused.value.slug) == (409, "pupil-elsewhere")


def test_answers_of_their_families_are_not_used(trust: Office) -> None:
    told = import_permissions(trust, b"UPN,Social media\nU1,Yes\nX1,Yes\n", by="k", now=NOW)
    assert (told.added, told.elsewhere) == (("U1",), 0)
    assert [(one.line, one.detail) for one in told.problems if one.line] == [
        (3, "no pupil on the roster has this UPN; the row is not used")
    ]
    only_theirs = b"UPN,Social media\nX1,Yes\n"
    with pytest.raises(FileRefused):
        import_permissions(trust, only_theirs, by="k", now=NOW)
