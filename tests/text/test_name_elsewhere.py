"""Pupils of the trust's other schools: found by a full name, and by nothing less."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.domain import Certainty, Field, NameFound, Pupil, StaffMember, Words
from app.text.allowed import allowing, is_name
from app.text.fold import fold
from app.text.gazetteer import diminutives
from app.text.name_elsewhere import ELSEWHERE, merged
from app.text.name_index import NameIndex, words_of
from app.text.names import find
from benchmarks.rosters import demo_pupils, demo_staff, synthetic_pupils

DRAFTS = Path(__file__).parents[1] / "data" / "names" / "dev.jsonl"
FIELDS = {"text": Field.TEXT, "alt": Field.ALT_TEXT, "ocr": Field.PICTURE_TEXT, "filename": Field.FILE_NAME}
TEACHER = StaffMember("Mr", "Idris", "Vaughan", "Teacher")


def other(pupil_id: str, first: str, surname: str, **more: object) -> Pupil:
    return replace(Pupil(pupil_id, "", first, surname, elsewhere=True), **more)  # type: ignore[arg-type]


OWN = [
    Pupil("tom", "", "Thomas", "Okafor", year="4", class_name="Oak"),
    Pupil("lilly", "", "Lilly-Rose", "Peacock", year="3", class_name="Elm"),
    Pupil("zeb", "", "Zebedee", "Quill", year="2"),
]
OTHERS = [
    other("samira", "Samira", "Khan", middle="Noor", preferred_first="Sami"),
    other("kate", "Katherine", "van den Berg"),
    other("thomas", "Thomas", "Okafor"),
    other("lily", "Lily", "Rose"),
    other("zeb2", "Zebedee", "Fairweather", former=("Hollins",)),
    other("zeb3", "Zebedee", "Fairweather", left_on=date(2026, 9, 1)),
    other("maryjane", "Mary-Jane", "Peel-Lumb"),
    other("idris", "Idris", "Vaughan"),
    other("bare", "", "Anon"),
]
INDEX = NameIndex.build([*OTHERS[:5], *OWN, *OTHERS[5:]], [TEACHER])


def found(text: str, field: Field = Field.TEXT) -> list[tuple[str, tuple[str, ...]]]:
    return [(text[one.where.start : one.where.end], one.pupils) for one in find(text, INDEX, field=field)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Well done Samira Khan for the poem!", "Samira Khan"),
        ("well done samira khan", "samira khan"),
        ("Sami Khan won the race", "Sami Khan"),
        ("Samira Noor Khan won the race", "Samira Noor Khan"),
        ("Register: KHAN, Samira", "KHAN, Samira"),
        ("Register: Khan Samira", "Khan Samira"),
        ("#WellDoneSamiraKhan", "SamiraKhan"),
        ("#welldonesamirakhan", "samirakhan"),
        ("So proud of samirakhan today", "samirakhan"),
        ("S a m i r a K h a n came first", "S a m i r a K h a n"),
        ("S4m1ra Kh4n came first", "S4m1ra Kh4n"),
        ("Sam*ra Khan came first", "Sam*ra Khan"),
        ("Samiiiira Khan came first", "Samiiiira Khan"),
        ("Sarnira Khan came first", "Sarnira Khan"),
        ("Sam\u0456ra Khan came first", "Sam\u0456ra Khan"),
        ("Samira Khan's poem", "Samira Khan"),
    ],
)
def test_a_full_name_is_found_however_it_is_written(text: str, name: str) -> None:
    assert found(text) == [(name, ("samira",))]
    (one,) = find(text, INDEX)
    assert (one.instead, one.certainty >= Certainty.LIKELY) == (ELSEWHERE, True)
    assert one.reasons[-1] == "of another of our schools"


@pytest.mark.parametrize(
    ("text", "pupil"),
    [
        ("Well done Kate van den Berg", "kate"),
        ("Well done Mary Jane Peel Lumb", "maryjane"),
        ("Well done Mary-Jane Peel-Lumb", "maryjane"),
        ("Well done Zebedee Hollins", "zeb2"),
    ],
)
def test_short_forms_names_of_several_words_and_former_names_count(text: str, pupil: str) -> None:
    assert [pupils for _, pupils in found(text)] == [(pupil,)]


def test_a_full_name_is_found_in_a_file_name() -> None:
    assert found("samira_khan_trophy.jpg", Field.FILE_NAME) == [("samira_khan", ("samira",))]


@pytest.mark.parametrize(
    "text",
    [
        "Well done Samira!",
        "Well done Khan!",
        "The Khan family came",
        "Samira K. won in Year 4",
        "S. Khan won in Year 4",
        "SK (Year 4) won",
        "Samira Noor won",
        "Noor Khan won",
        "Well done Samirra!",
        "Samirra Khan won",
        "Samira and Khan won",
        "Samira and Mr Khan won",
        "Kate won, and so did Berg",
        "Mary Lumb won",
        "#WellDoneSamira",
        "Well done S4mira",
        "Samira Fairweather won",
        "Sam*** Khan won",
    ],
)
def test_less_than_a_full_name_finds_nobody_elsewhere(text: str) -> None:
    with_others = find(text, INDEX)
    assert all(not one.pupils for one in with_others)
    assert with_others == find(text, NameIndex.build(OWN, [TEACHER]))


def test_a_name_borne_here_and_elsewhere_lists_both_ours_first() -> None:
    (one,) = find("Well done Thomas Okafor", INDEX)
    assert (one.pupils, one.instead, one.certainty) == (("tom", "thomas"), "a Year 4 pupil", Certainty.CERTAIN)


def test_a_name_of_ours_that_is_a_full_name_elsewhere_stays_ours() -> None:
    (one,) = find("Well done Lilly-Rose!", INDEX)
    assert one.pupils == ("lilly", "lily")
    assert one.instead == "a Year 3 pupil"


def test_a_full_name_elsewhere_stands_in_place_of_a_lone_name_of_ours_and_leavers_come_last() -> None:
    assert found("Well done Zebedee Fairweather") == [("Zebedee Fairweather", ("zeb2", "zeb3"))]
    turned = NameIndex.build([OTHERS[5], OTHERS[4]])
    assert find("Well done Zebedee Fairweather", turned)[0].pupils == ("zeb2", "zeb3")


def test_a_full_name_stands_in_place_of_a_child_nobody_knows() -> None:
    text = "Our star of the week is Samira Khan in Year 4"
    assert [one.pupils for one in find(text, NameIndex.build(OWN))] == [()]
    assert found(text) == [("Samira Khan", ("samira",))]


def test_our_staff_and_what_the_school_allows_are_left_alone() -> None:
    plain = NameIndex.build(OTHERS)
    assert find("Thank you Idris Vaughan", plain)[0].certainty is Certainty.CERTAIN
    assert all(one.certainty < Certainty.CERTAIN for one in find("Thank you Idris Vaughan", INDEX))
    assert find("Samira Khan Cup today", replace(INDEX, allowed=allowing(INDEX, ["Samira Khan Cup"]).allowed)) == ()


def test_a_phrase_that_is_nothing_but_a_full_name_elsewhere_is_not_allowed() -> None:
    assert is_name("Samira Khan", INDEX)
    assert not is_name("Samira", INDEX)
    assert not is_name("Samira Khan Cup", INDEX)
    assert allowing(INDEX, ["Samira Khan"]).allowed == {}


def test_pupils_elsewhere_are_apart_in_the_index() -> None:
    assert INDEX.ids == ("tom", "lilly", "zeb")
    assert INDEX.class_names == {"oak", "elm"}
    assert not INDEX.knows("samira")
    assert INDEX.elsewhere is not None
    assert INDEX.elsewhere.joined_at("samirakhan") == 6
    assert INDEX.elsewhere.joined_at("samirafairweather") == 0
    assert NameIndex.build(OWN).elsewhere is None


# ---------------------------------------------------------------- one beside the other


def name(start: int, end: int, certainty: Certainty, *pupils: str, instead: str = "") -> NameFound:
    return NameFound(Words(start, end), certainty, pupils, (f"{start}-{end}",), instead)


LESS, MORE, MOST = Certainty.AMBIGUOUS, Certainty.LIKELY, Certainty.CERTAIN


@pytest.mark.parametrize(
    ("ours", "others", "expected"),
    [
        ([name(0, 3, MORE, "a")], [name(3, 9, MORE, "x")], [(0, 3, MORE, ("a",)), (3, 9, MORE, ("x",))]),
        ([name(0, 3, MORE, "a")], [name(0, 9, MORE, "x")], [(0, 9, MORE, ("x",))]),
        ([name(0, 3, MOST, "a")], [name(0, 9, MORE, "x")], [(0, 9, MOST, ("a", "x"))]),
        ([name(0, 9, LESS, "a")], [name(0, 9, MORE, "x")], [(0, 9, MORE, ("x",))]),
        ([name(0, 9, LESS, "a")], [name(0, 9, LESS, "x")], [(0, 9, LESS, ("a", "x"))]),
        ([name(0, 9, MORE, "a")], [name(0, 9, MOST, "x")], [(0, 9, MOST, ("a", "x"))]),
        ([name(0, 9, MORE, "a")], [name(4, 12, MOST, "x")], [(0, 12, MOST, ("a", "x"))]),
        ([name(0, 3, LESS, "a"), name(4, 9, LESS)], [name(0, 9, MOST, "x")], [(0, 9, MOST, ("x",))]),
        ([name(0, 9, MORE, *"abcde")], [name(0, 9, MORE, "x")], [(0, 9, MORE, tuple("abcde"))]),
    ],
    ids=["apart", "within", "within but surer", "doubt", "both in doubt", "both sure", "askew", "two within", "many"],
)
def test_of_overlapping_names_the_fuller_stands_or_both_do(
    ours: list[NameFound], others: list[NameFound], expected: list[tuple[object, ...]]
) -> None:
    made = [(one.where.start, one.where.end, one.certainty, one.pupils) for one in merged(ours, others)]
    assert made == expected


def test_what_to_say_instead_is_said_of_whoever_is_meant() -> None:
    ours, nobody = name(0, 9, MORE, "a", instead="a Year 4 pupil"), name(0, 9, LESS, instead="one of our pupils")
    theirs = name(0, 9, LESS, "x", instead=ELSEWHERE)
    assert [one.instead for one in merged([ours], [theirs])] == ["a Year 4 pupil"]
    assert [one.instead for one in merged([nobody], [theirs])] == [ELSEWHERE]


# ---------------------------------------------------------------- at the size of a trust


def elsewhere(count: int) -> list[Pupil]:
    """Pupils of other schools of the trust as a roster file leaves them: names alone."""
    return [replace(one, middle="", year="", class_name="", elsewhere=True) for one in synthetic_pupils(count, seed=2)]


def is_full_name(written: str, pupil: Pupil) -> bool:
    """Whether the words hold a first name of that pupil, or a short form of it, and the surname."""
    letters = "".join(filter(str.isalpha, fold(written).text))
    first, surname = "".join(words_of(pupil.legal_first)), "".join(words_of(pupil.legal_surname))
    return surname in letters and any(each in letters for each in {first, *diminutives(first)})


def test_ten_thousand_elsewhere_change_nothing_but_where_a_full_name_of_theirs_stands() -> None:
    others = elsewhere(10_000)
    by_id = {one.id: one for one in others}
    alone = NameIndex.build(demo_pupils(), demo_staff())
    among = NameIndex.build([*demo_pupils(), *others], demo_staff())
    differing = 0
    for line in DRAFTS.read_text(encoding="utf-8").splitlines():
        draft = json.loads(line)
        text, field = draft["text"], FIELDS[draft["channel"]]
        before, after = find(text, alone, field=field), find(text, among, field=field)
        theirs = [one for one in after if one not in before]
        differing += bool(theirs)
        for one in theirs:
            written = text[one.where.start : one.where.end]
            named = [by_id[pupil] for pupil in one.pupils if pupil in by_id]
            assert named, text
            assert all(is_full_name(written, pupil) for pupil in named), text
        covered = {place for one in theirs for place in range(one.where.start, one.where.end)}
        lost = [one for one in before if one not in after]
        assert all(covered.issuperset(range(one.where.start, one.where.end)) for one in lost), text
    assert 0 < differing < 20


def test_a_pupil_elsewhere_takes_little_room() -> None:
    pupils = elsewhere(10_000)
    tracemalloc.start()
    try:
        NameIndex.build(pupils)
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_bytes / len(pupils) < 3_000  # 300 MB for a hundred thousand
