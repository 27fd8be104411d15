"""Names put in other words: English where it can be, and never the name."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app as fledgling
from app.domain import Certainty, Field, NameFound, Pupil, StaffMember, Words
from app.text.entities import extract
from app.text.instead import without_names
from app.text.names import NameIndex, find

FOUR, FIVE, ANY = "a Year 4 pupil", "a Year 5 pupil", "one of our pupils"
FAMILY, FORMER, NURSERY = "one of our families", "a former pupil", "a Nursery child"
_DEMO = Path(fledgling.__file__).parent / "demo_school"
_DRAFTS = Path(__file__).parent.parent / "data" / "names"


def replaced(marked: str, *insteads: str) -> str:
    """What becomes of a text whose names stand in square brackets; the last of ``insteads`` goes on for the rest."""
    text, names = "", []
    for number, part in enumerate(marked.replace("]", "[").split("[")):
        if number % 2:
            instead = insteads[min(number // 2, len(insteads) - 1)]
            names.append(NameFound(Words(len(text), len(text) + len(part)), Certainty.LIKELY, instead=instead))
        text += part
    return without_names(text, names)


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("[Amelia] read to us. [Amelia] sang!", "A Year 4 pupil read to us. A Year 4 pupil sang!"),
        ("Look: [Amelia] read", "Look: a Year 4 pupil read"),
        ("“[Amelia] read”", "“A Year 4 pupil read”"),
        ("Look who read! 🎉 [Amelia]", "Look who read! 🎉 A Year 4 pupil"),
        ("Prizes\n⭐ [Amelia]\n⭐ [Oliver]", "Prizes\n⭐ A Year 4 pupil\n⭐ A Year 4 pupil"),
        ("⭐ [Amelia] ⭐ [Oliver]", "⭐ A Year 4 pupil ⭐ a Year 4 pupil"),
        ("Here [Amelia], [Oliver] and [Noah] sang", "Here three Year 4 pupils sang"),
        ("[Amelia], [Oliver], and [Noah] sang", "Three Year 4 pupils sang"),
        ("[Amelia] & [Oliver] sang", "Two Year 4 pupils sang"),
        ("[Amelia] (Y4), [Oliver] (Year 4) and [Noah] (Oak class)", "Three Year 4 pupils"),
        ("[Amelia] AND [Oliver] SANG", "Two Year 4 pupils SANG"),
        ("[Amelia] or [Oliver] sang", "A Year 4 pupil or a Year 4 pupil sang"),
        ("by [A]" + ", [B]" * 12, "by 13 Year 4 pupils"),
        ("Look at [Amelia]'s den", "Look at a Year 4 pupil's den"),
        ("Look at [James]’ den", "Look at a Year 4 pupil’s den"),
        ("Look at 'our [James]' here", "Look at 'our Year 4 pupil's here"),
        ("Look at '[James]' here", "Look at 'a Year 4 pupil' here"),
        ("[Amelia]'s and [Oliver]'s dens", "Two Year 4 pupils' dens"),
        ("Our [Amelia] sang", "Our Year 4 pupil sang"),
        ("see our [Amelia] and [Oliver]", "see our two Year 4 pupils"),
        ("see both [Amelia] and [Oliver]", "see both Year 4 pupils"),
        ("see both [Amelia] from Oak and you", "see both a Year 4 pupil from Oak and you"),
        ("The [Amelia] we know", "The Year 4 pupil we know"),
        ("Little [Amelia] sang", "A little Year 4 pupil sang"),
        ("An [Amelia] moment", "A Year 4 pupil moment"),
        ("an amazing [Amelia]! And an amazing [Oliver]", "An amazing Year 4 pupil! And an amazing Year 4 pupil"),
        ("our very own [Amelia]", "our very own Year 4 pupil"),
        ("brilliant [Amelia] and [Oliver]", "Two brilliant Year 4 pupils"),
        ("little Miss [Okafor] sang", "A little Year 4 pupil sang"),
        ("Oak's [Amelia] sang", "Oak's Year 4 pupil sang"),
        ("Year 4's [Amelia] sang", "Year 4's pupil sang"),
        ("It's [Amelia]'s birthday", "It's a Year 4 pupil's birthday"),
        ("Our winner [Amelia] sang", "Our winner sang"),
        ("Our Year 4 pupils [Amelia] and [Oliver]'s den", "Our Year 4 pupils' den"),
        ("Star of the Week [Amelia]!", "Star of the Week!"),
        ("Well done [Amelia]!", "Well done to a Year 4 pupil!"),
        ("WELL DONE, our [Amelia]!", "WELL DONE to our Year 4 pupil!"),
        ("Bravo young [Amelia]", "Bravo to a young Year 4 pupil"),
        ("Happy birthday [Amelia] and [Oliver]", "Happy birthday to two Year 4 pupils"),
        ("Well done to [Amelia]", "Well done to a Year 4 pupil"),
        ("Go [Amelia], go", "Go a Year 4 pupil, go"),
        ("[Amelia] in Year 4 sang", "A pupil in Year 4 sang"),
        ("[Amelia] and [Oliver] from Y4", "Two pupils from Y4"),
        ("[Amelia] C (Oak) sang", "A Year 4 pupil sang"),
        ("[Amelia C.] (Oak) sang", "A Year 4 pupil sang"),
        ("[Amelia] (goalkeeper) sang", "A Year 4 pupil (goalkeeper) sang"),
        ("by [Amelia C.]", "by a Year 4 pupil."),
        ("by [A. C.] She sang", "by a Year 4 pupil. She sang"),
        ("[A.C.] in Oak sang", "A Year 4 pupil in Oak sang"),
        ("team_[amelia]_won and[oliver]did", "team a Year 4 pupil won and a Year 4 pupil did"),
        ("The [Okafor] twins sang", "The twins sang"),
        ("Well done [Okafor] twins", "Well done to our twins"),
        ("The lovely [Okafor] family came", "One of our lovely families came"),
        ("The [Okafor] and [Osei] families", "Two of our families"),
    ],
)
def test_the_sentence_is_mended(marked: str, said: str) -> None:
    assert replaced(marked, FOUR) == said


@pytest.mark.parametrize(
    ("marked", "insteads", "said"),
    [
        ("see [Amelia], [Oliver] and [Noah]", (FOUR, FIVE, FOUR), "see three of our pupils"),
        ("see our [Amelia] and [Oliver]", (FOUR, FIVE), "see our two pupils"),
        ("see both [Amelia] and [Oliver]", (FOUR, FIVE), "see both of our pupils"),
        ("young [Amelia] and [Oliver]", (FOUR, ANY), "Two of our young pupils"),
        ("see [Amelia] and [Oliver]", (NURSERY,), "see two Nursery children"),
        ("[Amelia] in Nursery", (NURSERY,), "A child in Nursery"),
        ("[Amelia]'s den", (ANY,), "One of our pupils' den"),
        ("our [Amelia]", (ANY,), "our pupil"),
        ("Thanks [Okafor]", (FAMILY,), "Thanks to one of our families"),
        ("The [Okafor] cake", (FAMILY,), "The family cake"),
        ("see [Amelia] and [Oliver]", (FORMER,), "see two former pupils"),
        ("see [Amelia]", ("an Eagle",), "see an Eagle"),
        ("see [Amelia]", ("",), "see one of our pupils"),
        ("see [Amelia]", ("somebody",), "see one of our pupils"),
        ("see little [Amelia]", ("an Eagle",), "see a little Eagle"),
    ],
)
def test_it_is_said_who_is_meant(marked: str, insteads: tuple[str, ...], said: str) -> None:
    assert replaced(marked, *insteads) == said


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("Cup! #WellDone[Amelia] #Cup", "Cup! #WellDone #Cup"),
        ("Cup! #Well_Done_[Amelia]", "Cup! #Well_Done"),
        ("Cup! #Team[Amelia]And[Oliver]", "Cup! #TeamAnd"),
        ("Cup! #[Amelia] #Cup", "Cup! #Cup"),
        ("#[Amelia] #[Oliver] won", "won"),
        ("#[Amelia]7\nA cup", "A cup"),
        ("A cup\n#[Amelia]And[Oliver]", "A cup"),
        ("A cup\n#[Amelia]\nToday", "A cup\nToday"),
        ("Thanks @[amelia]reads!", "Thanks!"),
        ("Seen by @[amelia]reads!", "Seen by a Year 4 pupil!"),
        ("Read https://whitehouse.example/[amelia]-reads. Lovely", "Read. Lovely"),
        ("Read whitehouse.co.uk/[amelia] now", "Read now"),
        ("Read whitehouse.example/[amelia] now", "Read now"),
        ("write to [amelia.c]@whitehouse.example now", "write to a Year 4 pupil now"),
        ("Go [@melia] go", "Go a Year 4 pupil go"),
        ("Go [Amelia #Clark]son go", "Go a Year 4 pupil go"),
    ],
)
def test_hashtags_handles_and_addresses(marked: str, said: str) -> None:
    assert replaced(marked, FOUR) == said


def _name(start: int, end: int, field: Field = Field.TEXT, photo: int | None = None) -> NameFound:
    return NameFound(Words(start, end, field, photo), Certainty.AMBIGUOUS, instead=FOUR)


def test_names_of_other_fields_are_let_be() -> None:
    names = (_name(4, 10), _name(0, 3, Field.ALT_TEXT, 0), _name(4, 10, Field.ALT_TEXT, 1))
    assert without_names("See Amelia", names) == "See a Year 4 pupil"
    assert without_names("Amy is here", names, field=Field.ALT_TEXT, photo=0) == "A Year 4 pupil is here"
    assert without_names("See Amelia", names, field=Field.ALT_TEXT, photo=1) == "See a Year 4 pupil"
    assert without_names("See Amelia", names, field=Field.ALT_TEXT, photo=2) == "See Amelia"


def test_spans_that_overlap_or_leave_the_text_are_taken_as_far_as_they_go() -> None:
    assert without_names("See Amelia Clark", (_name(4, 12), _name(10, 99), _name(-5, 0))) == "See a Year 4 pupil"
    assert without_names("See", (_name(3, 9),)) == "See"


# Letters that neither the texts nor the words put in have, so that one left over would be seen.
_NAMES = st.text("ΑΒΓΔ'#@. ", min_size=1, max_size=8).filter(lambda name: any(sign in "ΑΒΓΔ" for sign in name))
_NEIGHBOURS = (
    "| |\n|#| #Well|@| and |, |'s |' |https://x.org/| (Oak)|well done |_|our |The little | twins| family | in Year 4|"
    "Our winner |by @|both |Oak's |. |an "
)
_AROUND = st.one_of(
    st.text(max_size=12).filter(lambda text: not set(text) & set("ΑΒΓΔ")), st.sampled_from(_NEIGHBOURS.split("|"))
)


@given(st.lists(st.tuples(_AROUND, _NAMES), max_size=6), _AROUND, st.sampled_from([FOUR, FIVE, ANY, FAMILY, ""]))
def test_nothing_of_any_name_is_left(parts: list[tuple[str, str]], end: str, instead: str) -> None:
    text, names = "", []
    for around, name in parts:
        text += around
        names.append(NameFound(Words(len(text), len(text) + len(name)), Certainty.LIKELY, instead=instead))
        text += name
    said = without_names(text + end, names)
    assert not set(said) & set("ΑΒΓΔ")
    assert names or said == end


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=5))
def test_no_spans_of_any_text_break_it(text: str, spans: list[tuple[int, int]]) -> None:
    without_names(text, [_name(start, end) for start, end in spans])


@pytest.fixture(scope="module")
def index() -> NameIndex:
    with (_DEMO / "roster.csv").open(encoding="utf-8-sig", newline="") as file:
        pupils = [
            Pupil(
                row["UPN"],
                row["UPN"],
                row["Legal Forename"],
                row["Legal Surname"],
                row["Preferred Forename"],
                row["Preferred Surname"],
                row["Middle Names"],
                year=row["NC Year"],
                class_name=row["Reg Group"],
            )
            for row in csv.DictReader(file)
        ]
    with (_DEMO / "staff.csv").open(encoding="utf-8-sig", newline="") as file:
        staff = [StaffMember(row["title"], row["first"], row["surname"], row["role"]) for row in csv.DictReader(file)]
    return NameIndex.build(pupils, staff)


_CHANNELS = {"text": Field.TEXT, "alt": Field.ALT_TEXT, "ocr": Field.PICTURE_TEXT, "filename": Field.FILE_NAME}


def _found(text: str, index: NameIndex, field: Field) -> tuple[NameFound, ...]:
    read = extract(text)
    return find(text, index, field=field, entities=(*read.hashtags, *read.mentions) if field is Field.TEXT else ())


def _words(text: str, names: Sequence[NameFound]) -> set[str]:
    return {text[one.where.start : one.where.end].casefold() for one in names}


@pytest.mark.parametrize("name", ["dev", "more", "own", "second"])
def test_no_name_that_was_replaced_is_found_again(index: NameIndex, name: str) -> None:
    again, others = [], []
    for line in (_DRAFTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        draft = json.loads(line)
        text, field = draft["text"], _CHANNELS[draft["channel"]]
        names = _found(text, index, field)
        said = without_names(text, names, field=field)
        left = [one for one in _found(said, index, field) if one.certainty >= Certainty.LIKELY]
        if _words(said, left) & _words(text, names):
            again.append(draft["id"])
        elif left:
            others.append(draft["id"])
    assert again == []
    # Words that were no name before and are taken for one beside "a Year 4 pupil", such as "DOB".
    assert len(others) <= 2
