"""Answers taken in: the whole register from a file, one person's word, the yearly round."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.errors import Malformed, NotFound
from app.policy import NotAnswered
from app.register import (
    FileRefused,
    Move,
    Office,
    Standing,
    Word,
    import_permissions,
    import_roster,
    lift_hold,
    moved_answers,
    open_round,
    read_hold_reason,
    record_permission,
    set_hold,
)
from app.register.version import read_contents
from app.store import Store, roster, schools
from app.store.permissions import PermissionAnswer
from tests.register.conftest import NOW, with_policy

YES, NO, BLANK = PermissionAnswer.GRANTED, PermissionAnswer.REFUSED, PermissionAnswer.NOT_ANSWERED
LAST_YEAR = datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.fixture
def roll(office: Office) -> dict[str, str]:
    """Three pupils; their ids by UPN."""
    import_roster(office, b"UPN,Forename,Surname\nU1,Al,A\nU2,Bo,B\nU3,Cy,C\n", by="k", now=LAST_YEAR)
    with office.database.read() as session:
        return {pupil.upn: pupil.id for pupil in roster.every(Store(session, office.school_id))}


def put(office: Office, *answers: str, now: datetime = NOW, header: str = "UPN,Social Media") -> None:
    import_permissions(office, "\n".join([header, *answers]).encode(), by="k", now=now)


def hidden(office: Office, roll: dict[str, str], now: datetime = NOW) -> str:
    """The UPNs of those who must not be shown."""
    with office.database.read() as session:
        found = read_contents(Store(session, office.school_id), office.policy, now).not_shown
    return " ".join(sorted(upn for upn, pupil in roll.items() if pupil in {child.pupil for child in found}))


def version_of(office: Office) -> int:
    with office.database.read() as session:
        return schools.register_version(Store(session, office.school_id))


def test_before_any_round_nobody_is_shown(office: Office, roll: dict[str, str]) -> None:
    assert hidden(office, roll) == "U1 U2 U3"


def hold_round(office: Office) -> None:
    """This school year's round, which is over by now."""
    open_round(office, opened_on=date(2026, 9, 1), due_on=date(2026, 9, 30), by="k", now=NOW)


def test_silence_follows_the_policy_once_the_round_was_held(office: Office, roll: dict[str, str]) -> None:
    put(office, "U1,Y", "U2,N", "U3,")
    assert hidden(office, roll) == "U2 U3"  # answers alone are no round
    hold_round(office)
    assert hidden(office, roll) == "U2"
    assert hidden(with_policy(office, not_answered=NotAnswered.REFUSE), roll) == "U2 U3"


def test_each_answer_that_a_file_changes_is_told_before(office: Office, roll: dict[str, str]) -> None:
    put(office, "U1,Y,N", "U2,N,", "U3,Y,Y", header="UPN,Social Media,Press")
    record_permission(office, roll["U3"], Word(NO, told_by="mother"), by="k", now=NOW)
    data = b"UPN,Social Media,Press,Website\nU1,N,,\nU2,,Y,\nU3,Y,Y,\nU9,Y,Y,Y\n"
    assert moved_answers(office, data, NOW) == {
        "U1": (Move("social-media", YES, NO),),
        "U2": (Move("press", BLANK, YES),),
    }
    told = import_permissions(office, data, by="k", now=NOW, dry_run=True)
    assert (told.added, told.changed, told.left, told.lowered) == ((), ("U1", "U2"), (), ("U1",))
    assert moved_answers(office, b"UPN\n", NOW) == {}


def test_until_the_rounds_date_has_passed_silence_permits_nothing(office: Office, roll: dict[str, str]) -> None:
    assert open_round(office, opened_on=date(2026, 11, 1), due_on=date(2026, 11, 22), by="k", now=NOW) == "2026-27"
    put(office, "U1,Y", "U2,N")
    assert hidden(office, roll) == "U2 U3"
    assert hidden(office, roll, NOW + timedelta(days=1)) == "U2"


def test_last_years_no_holds_and_last_years_yes_does_not(office: Office, roll: dict[str, str]) -> None:
    put(office, "U1,Y", "U2,N", "U3,N", now=LAST_YEAR)
    refusing = with_policy(office, not_answered=NotAnswered.REFUSE)
    assert hidden(refusing, roll, LAST_YEAR) == "U2 U3"
    put(office, "U1,", "U2,", "U3,Y")
    hold_round(office)
    assert hidden(office, roll) == "U2"
    assert hidden(refusing, roll) == "U1 U2"


def test_the_file_is_whole_yet_a_blank_takes_back_no_no(office: Office, roll: dict[str, str]) -> None:
    hold_round(office)
    put(office, "U1,Y", "U2,N", "U3,Y")
    told = import_permissions(office, b"UPN,Social Media\nU1,\nU2,\n", by="k", now=NOW)
    assert (told.added, told.changed, told.left) == ((), (), ("U1", "U3"))
    assert [(problem.line, problem.warning) for problem in told.problems] == [(3, True), (0, True)]
    assert hidden(with_policy(office, not_answered=NotAnswered.REFUSE), roll) == "U1 U2 U3"
    assert hidden(office, roll) == "U2"
    put(office, "U1,Y", "U2,Y", "U3,Y")
    assert hidden(office, roll) == ""


def test_a_dry_run_tells_what_would_change(office: Office, roll: dict[str, str]) -> None:
    told = import_permissions(office, b"UPN,Twitter\nU1,N\nU2,perhaps\nU9,N\n", by="k", now=NOW, dry_run=True)
    assert told.added == ("U1",)
    assert sorted(problem.line for problem in told.problems) == [0, 3, 4]
    assert hidden(office, roll) == "U1 U2 U3"
    assert import_permissions(office, b"UPN\n", by="k", now=NOW, dry_run=True).problems[0].line == 1


@pytest.mark.parametrize("data", [b"UPN,Twitter\nX1,Y\nX2,N\n", b"UPN,Name\nU1,x\n", b"\x00"])
def test_a_file_about_nobody_or_nothing_opens_no_round(office: Office, roll: dict[str, str], data: bytes) -> None:
    with pytest.raises(FileRefused):
        import_permissions(office, data, by="k", now=NOW)
    assert hidden(office, roll) == "U1 U2 U3"


def test_any_no_suffices_and_each_takes_back_their_own(office: Office, roll: dict[str, str]) -> None:
    put(office, "U1,Y", "U2,Y", "U3,Y")
    before = version_of(office)

    def say(answer: PermissionAnswer, teller: str) -> PermissionAnswer:
        word = Word(answer, told_by=teller, told_on=date(2026, 11, 20), form="letter")
        return record_permission(office, roll["U1"], word, by="k", now=NOW).answer

    assert say(PermissionAnswer.WITHDRAWN, "Mother") is NO
    assert hidden(office, roll) == "U1"
    assert version_of(office) == before + 1
    assert say(YES, "father") is NO
    put(office, "U1,Y", "U2,Y", "U3,Y")
    assert hidden(office, roll) == "U1"
    assert say(YES, " mother ") is YES
    assert hidden(office, roll) == ""


def test_a_word_that_does_not_decide_is_told_why(office: Office, roll: dict[str, str]) -> None:
    def say(answer: PermissionAnswer, teller: str, channel: str = "social-media") -> Standing:
        return record_permission(office, roll["U1"], Word(answer, channel, teller), by="k", now=NOW)

    assert say(YES, "mother", "School website") == Standing(
        BLANK, "A yes to this channel is no yes to posts on X, about which there is no answer."
    )
    assert say(YES, "mother") == Standing(YES)
    assert say(NO, "father", "newsletter").note.startswith("Posts on X do not depend on this channel")
    assert say(NO, "father") == Standing(NO)
    still = Standing(NO, "Another no on record still stands; it holds until whoever gave it takes it back.")
    assert say(YES, "mother") == say(BLANK, "mother") == still
    assert say(YES, "father") == Standing(YES)


@pytest.mark.parametrize("channel", ["Twitter", "Twitter/X", "Social Media", "Photos", "press"])
def test_a_no_counts_under_whatever_name_files_have_for_its_channel(
    office: Office, roll: dict[str, str], channel: str
) -> None:
    put(office, "U1,Y", "U2,Y", "U3,Y")
    assert record_permission(office, roll["U1"], Word(NO, channel, "mother"), by="k", now=NOW) == Standing(NO)
    assert hidden(office, roll) == "U1"


def test_a_yes_under_a_hold_is_answered_as_after_another_familys_no(office: Office, roll: dict[str, str]) -> None:
    set_hold(office, roll["U1"], "Moved under protection", by="dsl", now=NOW)
    record_permission(office, roll["U2"], Word(NO, told_by="father"), by="k", now=NOW)
    held, refused = (
        record_permission(office, roll[upn], Word(YES, told_by="mother"), by="k", now=NOW) for upn in ("U1", "U2")
    )
    assert held == refused
    assert held.answer is NO


def test_a_word_needs_a_pupil_and_a_day_that_has_come(office: Office, roll: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        record_permission(office, "nobody", Word(NO), by="k", now=NOW)
    with pytest.raises(Malformed):
        record_permission(office, roll["U1"], Word(NO, told_on=date(2026, 11, 23)), by="k", now=NOW)


@pytest.mark.parametrize("due_on", [date(2026, 10, 31), date(2027, 9, 1)])
def test_a_rounds_days_must_fit(office: Office, due_on: date) -> None:
    with pytest.raises(Malformed):
        open_round(office, opened_on=date(2026, 11, 1), due_on=due_on, by="k", now=NOW)


def test_holds(office: Office, roll: dict[str, str]) -> None:
    put(office, "U1,Y", "U2,Y", "U3,Y")
    hold = set_hold(office, roll["U2"], "Moved under protection", by="dsl", now=NOW)
    assert hidden(office, roll) == "U2"
    assert read_hold_reason(office, roll["U2"], hold.id, by="dsl", now=NOW) == "Moved under protection"
    lift_hold(office, hold.id, by="dsl", now=NOW)
    assert hidden(office, roll) == ""
    for wrong in (
        lambda: lift_hold(office, hold.id, by="dsl", now=NOW),
        lambda: read_hold_reason(office, roll["U2"], "none", by="dsl", now=NOW),
        lambda: set_hold(office, "nobody", "x", by="dsl", now=NOW),
    ):
        with pytest.raises(NotFound):
            wrong()
