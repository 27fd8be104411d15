"""What the words around a name say of it, beyond what the labelled drafts show: each rule on its own."""

from __future__ import annotations

import pytest

from app.domain import Certainty, Field, Pupil, StaffMember
from app.text.names import NameIndex, find

INDEX = NameIndex.build(
    [
        Pupil("dylan", "", "Dylan", "Hargreave", year="4", class_name="Oak"),
        Pupil("gift", "", "Gift", "Adeyemo", year="2", class_name="Elm"),
        Pupil("will", "", "Will", "Long", year="6", class_name="Ash"),
        Pupil("autumn", "", "Autumn", "Reeve", year="1", class_name="Elm"),
        Pupil("gallagher", "", "Erin", "Gallagher", year="1", class_name="Elm"),
        Pupil("zayn", "", "Zayn", "Malik", year="3", class_name="Oak"),
        Pupil("penny", "", "Penny", "Marsh", year="3", class_name="Oak"),
        Pupil("hazel", "", "Hazel", "Barlow", year="3", class_name="Hazel"),
        Pupil("albert", "", "Albert", "Hook", year="3", class_name="Oak"),
        Pupil("jaspreet", "", "Jaspreet", "Sandhu", year="4", class_name="Maple"),
        Pupil("jack", "", "Jack", "Rahman-Mitchell", year="4", class_name="Holly"),
        Pupil("berg", "", "Anouk", "van den Berg", year="5", class_name="Holly"),
        Pupil("hunter", "", "Hunter", "Nowell", year="5", class_name="Holly"),
        Pupil("sydney", "", "Sydney", "Bright", year="5", class_name="Holly"),
        Pupil("chase", "", "Chase", "Ward", year="5", class_name="Holly"),
        Pupil("danielle", "", "Daniel", "Tate", year="5", class_name="Holly"),
    ],
    [StaffMember("Mrs", "Amina", "Begum")],
)


def found(text: str, field: Field = Field.TEXT) -> list[tuple[str, Certainty]]:
    return [(text[one.where.start : one.where.end], one.certainty) for one in find(text, INDEX, field=field)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Cross country: Dyl is in, coach is out", "Dyl"),
        ("Treasurer Jaspreet reports a profit", "Jaspreet"),
        ("Please ask Gift to show you that handstand", "Gift"),
        ("Everybody cheer Gift home", "Gift"),
        ("One Miss Gallagher, aged six, had all the questions", "Gallagher"),
        ("Bowled out for 40, van den Berg not out 19", "van den Berg"),
        ("The giant is played by, er, Will, on a chair", "Will"),
        ("who cried? me, mrs begum and hunter", "hunter"),
        ("“Leaves don't fall, they let go.” Autumn, five minutes before eating one", "Autumn"),
        ("Autumn is six today and has told me not to sing", "Autumn"),
        ("Narrator for the play is picked. Will will, as they say", "Will"),
        ("It was so quiet that Chase nodded off", "Chase"),
        ("Hero for the day: Captain Z4yn!", "Z4yn"),
        ("SPELLING CHAMP HUNTER TODAY", "HUNTER"),
        ("AvdB (5 Holly) has no pick-up down", "AvdB"),
        ("Elm class: a quiet word of praise today for A-R, who sat with a new starter", "A-R"),
        ("Will won't be in goal on Friday", "Will"),
        ("What a throw Will! 24 metres", "Will"),
        ("The clock runs again because of Gift's suggestion", "Gift"),
        ("Drum roll please for D . y . l . a . n, champion of Holly", "D . y . l . a . n"),
        ("The vest nearest the camera is printed MARSH P 7", "MARSH P"),
        ("Follow her journey at @chase.ward.gym", "chase.ward"),
        ("Will left the glasses on the coach", "Will"),
        ("Will knocked the tower over", "Will"),
        ("Who brought a whole pineapple? Autumn, of course.", "Autumn"),
        ("and guess who has the triangle?? Сhase. One ting", "Сhase"),
        ('Overheard at the hatch, from Autumn: "why is gravy brown"', "Autumn"),
        ("One navy coat, initials W.L. in the hood, found on a peg in Ash", "W.L."),
        ("we break it to Sydney that the one in Australia is not named after her", "Sydney"),
    ],
)
def test_a_child_is_meant(text: str, name: str) -> None:
    assert name in [words for words, _ in found(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("IMG_4471_jaspreet_viking_shield.jpg", "jaspreet"),
        ("scan0032 Rahman-Mitchell J trip consent.pdf", "Rahman-Mitchell J"),
        ("20250612_sportsday_MARSH_P_longjump.png", "MARSH_P"),
    ],
)
def test_in_file_names(text: str, name: str) -> None:
    assert name in [words for words, _ in found(text, Field.FILE_NAME)]


@pytest.mark.parametrize("text", ["To: Chase   love from the Tooth Fairy", "Name: Gift"])
def test_on_a_label(text: str) -> None:
    assert [words for words, _ in found(text, Field.PICTURE_TEXT)] == [text.split()[1]]


def test_in_a_handle() -> None:
    assert [words for words, _ in found("Fab cakes @mumofhunter2018")] == ["hunter"]


@pytest.mark.parametrize(
    "text",
    [
        "Half marks for DYL and the dyl",
        "Coffee morning with Mr Gallagher, 9.15 in the hall",
        "It takes a little chase and a lot of rosin",
        "Doors open at 5am and 11am, 4th in the league",
        "Will we be back for lunch? Penny's Cafe. Yes",
        "Who is ready? Autumn term starts",
        "Laps done! #EveryPennyCounts",
        "Swimming runs Autumn 2 and Spring 1",
        "My cousin's school in Sydney sent photos",
        "Jack and the beanstalk went down well",
        "Jack chopped the beanstalk down in our panto",
        "We met Dylan Ferreby the mayor",
        "A visit from Albert the Rhino",
        "Our photocopier (Albert to its friends) is dead",
        "Two new hens. They are called Penny and Nugget",
        "Weekend with the class bear: Albert",
    ],
)
def test_nobody_is_meant(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("Penny had both ears scratched. Reading dogs work so hard", Certainty.AMBIGUOUS),
        ("Well done Penny (Oak) for walking the dog", Certainty.LIKELY),
        ("A chat with our pupil Penny about her dog", Certainty.LIKELY),
    ],
)
def test_where_animals_are_spoken_of(text: str, certainty: Certainty) -> None:
    assert [one[1] for one in found(text)] == [certainty]


def test_a_word_is_no_name_with_an_initial() -> None:
    assert ("dant", Certainty.LIKELY) not in found("cerdd_dant_final.mp4", Field.FILE_NAME)


def test_a_place_in_geography_stays_in_doubt() -> None:
    assert found("Is Sydney a city or a country?") == [("Sydney", Certainty.AMBIGUOUS)]


def test_a_letter_after_a_dash_is_no_initial() -> None:
    assert "Nowell - H" not in [words for words, _ in found("Nowell - H came first")]
