"""The names of a school, looked up by any spelling."""

from datetime import date

import pytest

from app.domain import Pupil, StaffMember
from app.text.name_index import NameIndex, Role


def pupil(number: int, first: str, surname: str, **more: object) -> Pupil:
    return Pupil(id=f"p{number}", upn="", legal_first=first, legal_surname=surname, **more)  # type: ignore[arg-type]


def roles(index: NameIndex, key: str) -> set[Role]:
    return {role for role, _ in index.roles(key)}


def test_every_name_of_a_pupil_is_known() -> None:
    index = NameIndex.build(
        [
            pupil(
                1,
                "Katherine",
                "van den Berg",
                preferred_first="Kitty",
                preferred_surname="O'Dell",
                middle="Anna, Jo-Ann",
            ),
            pupil(2, "Lilly-Rose", "Peacock-Bloom", former=("Rudd", "Lilly Hart", "de la Croix")),
        ]
    )
    assert roles(index, "katherine") >= {Role.FIRST}
    assert roles(index, "kitty") >= {Role.FIRST}
    assert roles(index, "kate") == {Role.SHORT}
    assert roles(index, "vandenberg") == roles(index, "odell") == {Role.SURNAME}
    assert roles(index, "berg") == {Role.HALF_SURNAME}
    assert roles(index, "anna") == roles(index, "joann") == {Role.MIDDLE}
    assert roles(index, "lillyrose") >= {Role.FIRST}
    assert Role.HALF in roles(index, "rose")
    assert Role.SURNAME in roles(index, "rudd")
    assert Role.SURNAME in roles(index, "hart")
    assert Role.SURNAME in roles(index, "delacroix")
    assert roles(index, "den") == set()
    assert index.knows("kate")
    assert not index.knows("anna")
    assert index.bears("anna")


def test_a_pupil_without_some_names_is_taken_as_is() -> None:
    index = NameIndex.build(
        [pupil(1, "", "Ng"), pupil(2, "X", "", former=("", "-", "- Hart")), pupil(3, "Li-Li", "Li")]
    )
    assert index.ids == ("p1", "p2", "p3")
    assert index.initials == {"ll": [2]}
    assert list(index.roles("li")) == [(Role.HALF, [2]), (Role.SURNAME, [2])]
    assert roles(index, "ng") == {Role.SURNAME}


def test_leavers_are_guarded_as_long_as_the_register_gives_them() -> None:
    leavers = [pupil(1, "Ada", "Long", left_on=date(2024, 7, 20)), pupil(2, "Mia", "Short", left_on=date(2021, 7, 20))]
    assert NameIndex.build(leavers).ids == ("p1", "p2")
    assert NameIndex.build(leavers).left == {0, 1}


def test_staff_classes_and_allowed_phrases() -> None:
    index = NameIndex.build(
        [pupil(1, "Ada", "Long", class_name="Oak Tree")],
        [StaffMember("Mrs", "Helen", "Grace"), StaffMember("Ms", "Helen", "Ng")],
        class_names=["Elm", ""],
        allowed=["Ada Lane"],
    )
    assert index.class_names == {"oaktree", "elm"}
    assert index.staff_by_first == {"helen": {"grace", "ng"}}
    assert ("helen", "grace") in index.staff
    assert index.allowed == {"ada": (("ada", "lane"),)}


@pytest.mark.parametrize(
    ("written", "key", "note"),
    [
        ("jacob", "jacob", ""),
        ("jacobs", "jacob", "an apostrophe is missing"),
        ("j4cob", "jacob", "digits stand for letters"),
        ("jacoooob", "jacob", "letters are drawn out"),
        ("1iliana", "liliana", "digits stand for letters"),
        ("iiliana", "liliana", "look-alike letters"),
        ("jacop", "jacob", "one letter differs"),
        ("jacbo", "jacob", "one letter differs"),
        ("jaccob", "jacob", "one letter differs"),
        ("jcob", "", ""),
        ("3d", "", ""),
        ("jacket", "", ""),
        ("x" * 50, "", ""),
    ],
)
def test_spellings_are_undone(written: str, key: str, note: str) -> None:
    index = NameIndex.build([pupil(1, "Jacob", "Ng"), pupil(2, "Liliana", "Dee")])
    found = [(spelling.key, spelling.note) for spelling in index.spellings(written, written, "")]
    assert found == ([(key, note)] if key else []) or (key, note) in found


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("jacobdee", 5),
        ("deejacob", 3),
        ("jaydee", 0),
        ("jacobliliana", 0),
        ("lucasdelacroix", 5),
        ("jakedee", 4),
        ("xjacobdee", 0),
    ],
)
def test_joined_names_of_one_pupil_are_cut(key: str, place: int) -> None:
    index = NameIndex.build(
        [pupil(1, "Jacob", "Dee", middle="Jay"), pupil(2, "Lucas", "de la Croix"), pupil(3, "Liliana", "Ng")]
    )
    assert index.joined_at(key) == place


def test_a_word_mostly_of_digits_is_doubtful() -> None:
    index = NameIndex.build([pupil(1, "Eve", "Ng")])
    (spelling,) = index.spellings("3v3", "3v3", "")
    assert (spelling.key, spelling.cost > 3) == ("eve", True)
    assert list(index.spellings("3w3", "3w3", "")) == []


def test_a_disguise_is_read_as_it_was_spelt() -> None:
    index = NameIndex.build([pupil(1, "Reuben", "Ng")])
    assert [spelling.key for spelling in index.spellings("reuben", "reuben", "its letters stand apart")] == ["reuben"]
    (slip,) = index.spellings("r*uben", "r*uben", "signs stand for letters")
    assert slip.key == "reuben"


def test_a_large_roster_is_built_in_seconds() -> None:
    letters = "bcdfghklmn"
    names = [a + "o" + b + "i" + c + "a" + d for a in letters for b in letters for c in letters for d in letters]
    index = NameIndex.build([pupil(number, name.title(), names[-number].title()) for number, name in enumerate(names)])
    assert len(index.ids) == 10_000
    assert index.knows(names[77])
