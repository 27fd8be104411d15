"""Allowed phrases at the register's door, and in the snapshot that vetting is given."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.errors import Conflict, FledglingError, Malformed, NotFound
from app.register import (
    ListedPhrase,
    Office,
    PhraseIsAName,
    Wanted,
    allow_phrase,
    import_roster,
    list_phrases,
    unused_phrases,
    withdraw_phrase,
)
from app.store import Store, phrases, schools
from app.store.phrases import About
from app.text.names import find
from tests.register.conftest import NOW, with_policy
from tests.register.test_snapshots import take

ROLL = b"UPN,Forename,Surname,Class\nU1,Grace,Adeyemi,Oak\nU2,Bo,Bright,Ash\nU3,Cy,Cole,Ash\n"
HALL = Wanted("Grace Adeyemi  Hall", About.NAMES, " Our hall. ")
TEXT = "We sang in Grace Adeyemi Hall."


@pytest.fixture
def stocked(office: Office) -> Office:
    import_roster(office, ROLL, by="k", now=NOW)
    return office


def allow(office: Office, wanted: Wanted = HALL) -> ListedPhrase:
    return allow_phrase(office, take(office).guide.names, wanted, by="amy", now=NOW)


def withdraw(office: Office, phrase_id: str, reason: str = "Renamed.") -> ListedPhrase:
    return withdraw_phrase(office, take(office).guide.names, phrase_id, reason, by="ben", now=NOW)


def listed(office: Office) -> list[tuple[str, bool, str]]:
    page = list_phrases(office, take(office).guide.names, withdrawn=True, limit=9)
    return [(one.phrase.phrase, one.in_force, one.why_not) for one in page.items]


def count(office: Office) -> int:
    with office.database.read() as session:
        return len(phrases.page(Store(session, office.school_id), withdrawn=True, limit=99).items)


def version(office: Office) -> int:
    with office.database.read() as session:
        return schools.register_version(Store(session, office.school_id))


def test_a_phrase_is_allowed_and_taken_back(stocked: Office) -> None:
    before = take(stocked)
    assert find(TEXT, before.guide.names)
    made = allow(stocked)
    assert (made.phrase.phrase, made.phrase.reason, made.phrase.allowed_by) == (
        "Grace Adeyemi Hall",
        "Our hall.",
        "amy",
    )
    allowed = take(stocked)
    assert allowed.version == before.version + 1
    assert find(TEXT, allowed.guide.names) == ()
    assert listed(stocked) == [("Grace Adeyemi Hall", True, "")]

    taken = withdraw(stocked, made.phrase.id)
    assert (taken.in_force, taken.phrase.withdrawn_by, taken.phrase.withdrawn_reason) == (False, "ben", "Renamed.")
    again = take(stocked)
    assert again.version == allowed.version + 1
    assert find(TEXT, again.guide.names)
    assert listed(stocked) == [("Grace Adeyemi Hall", False, "it was withdrawn")]
    assert allow(stocked).in_force


def test_wording_goes_to_the_reading_of_wording(stocked: Office) -> None:
    allow(stocked, Wanted("Fanny's Field", About.WORDING, "A field here."))
    guide = take(stocked).guide
    assert guide.allowed_wording == ("Fanny's Field",)
    assert guide.names.allowed == {}


@pytest.mark.parametrize(
    ("wanted", "pointers"),
    [
        (Wanted(" \u00a0", About.NAMES, "x"), ["#/phrase"]),
        (Wanted("x" * 81, About.NAMES, "x"), ["#/phrase"]),
        (Wanted("12", About.WORDING, "x"), ["#/phrase"]),
        (Wanted("a\u200bb", About.WORDING, "x"), ["#/phrase"]),
        (Wanted("Hall", About.NAMES, " \n"), ["#/reason"]),
        (Wanted("Hall", About.NAMES, "x" * 501), ["#/reason"]),
        (Wanted("", About.NAMES, ""), ["#/phrase", "#/reason"]),
    ],
)
def test_what_cannot_be_kept(stocked: Office, wanted: Wanted, pointers: list[str]) -> None:
    before = version(stocked)
    with pytest.raises(Malformed) as refused:
        allow(stocked, wanted)
    assert [fault.pointer for fault in refused.value.errors] == pointers
    assert (count(stocked), version(stocked)) == (0, before)


@pytest.mark.parametrize("phrase", ["Grace", "grace adeyemi", "Adeyemi", "our Gracie"])
def test_a_pupils_name_is_refused_and_not_quoted(stocked: Office, phrase: str) -> None:
    with pytest.raises(PhraseIsAName) as refused:
        allow(stocked, Wanted(phrase, About.NAMES, "x"))
    assert refused.value.status == 422
    assert "grac" not in str(refused.value.problem()).lower()
    assert "adeyemi" not in str(refused.value.problem()).lower()
    assert count(stocked) == 0
    assert allow(stocked, Wanted(phrase, About.WORDING, "x")).in_force, "it quietens no check for names"


def test_one_phrase_is_allowed_once(stocked: Office) -> None:
    allow(stocked)
    with pytest.raises(Conflict, match="already") as refused:
        allow(stocked, Wanted("GRACE ADEYEMI HALL", About.NAMES, "Again."))
    assert refused.value.slug == "phrase-allowed-already"
    assert allow(stocked, Wanted("Grace Adeyemi Hall", About.WORDING, "Another check.")).in_force


@pytest.mark.parametrize(("reason", "error"), [("", Malformed), ("x" * 501, Malformed), ("x", NotFound)])
def test_taking_back_what_is_not_there_or_without_a_reason(
    stocked: Office, reason: str, error: type[FledglingError]
) -> None:
    with pytest.raises(error):
        withdraw(stocked, "nobody", reason)


def test_a_phrase_is_taken_back_once(stocked: Office) -> None:
    made = allow(stocked)
    withdraw(stocked, made.phrase.id)
    with pytest.raises(Conflict) as refused:
        withdraw(stocked, made.phrase.id)
    assert refused.value.slug == "phrase-withdrawn-already"


def test_a_new_pupil_of_that_name_puts_it_out_of_force(stocked: Office) -> None:
    allow(stocked, Wanted("Elowen Fairweather", About.NAMES, "An author."))
    text = "Thank you, Elowen Fairweather!"
    assert find(text, take(stocked).guide.names) == ()
    later = NOW + timedelta(days=1)
    import_roster(stocked, ROLL + b"U4,Elowen,Fairweather,Ash\n", by="k", now=later)
    assert find(text, take(stocked).guide.names)
    assert listed(stocked) == [("Elowen Fairweather", False, "a pupil now bears this name")]
    import_roster(stocked, ROLL.replace(b"U1,Grace", b"U1,Gracia") + b"U4,Ellen,Farr,Ash\n", by="k", now=later)
    assert find(text, take(stocked).guide.names) == (), "nobody bears it any more"


def test_the_policys_phrases_are_held_to_the_same(stocked: Office) -> None:
    office = with_policy(stocked, allowed_phrases=("Grace", "Grace Adeyemi Hall"))
    names = take(office).guide.names
    assert unused_phrases(office, names) == {"Grace"}
    assert find("Well done Grace!", names)
    assert find(TEXT, names) == ()
