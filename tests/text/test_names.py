"""Children's names are found however they are written, and other people's and things' names are let be."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain import Certainty, Entity, Field, NameFound, Pupil, StaffMember
from app.text.names import NameIndex, find

PUPILS = [
    Pupil("smith", "", "Alice", "Smith", middle="Mae", year="4", class_name="Oak"),
    Pupil("okafor", "", "Thomas", "Okafor", preferred_first="Tom", year="5", class_name="Rowan"),
    Pupil("turner", "", "Grace", "Turner", year="3", class_name="Hazel"),
    Pupil("hughes", "", "William", "Hughes", preferred_first="Will", year="6", class_name="Elm"),
    Pupil("king", "", "Rowan", "King", year="1", class_name="Ash"),
    Pupil("chen", "", "May", "Chen", year="2", class_name="Elm"),
    Pupil("brown", "", "Holly", "Brown", year="4", class_name="Maple"),
    Pupil("green", "", "Ivy", "Green", year="3", class_name="Hazel"),
    Pupil("sayed", "", "Fatima", "Al-Sayed", year="R", class_name="Acorn"),
    Pupil("berg", "", "Dylan", "van den Berg", year="N", class_name=""),
    Pupil("rose", "", "Lilly-Rose", "Carter", year="3", class_name="Hazel"),
    Pupil("page", "", "Hope", "Page", year="", class_name="Hazel"),
    Pupil("moses", "", "Moses", "Ng", year="X", class_name="Elm"),
    Pupil("paris", "", "Paris", "Hill", year="2", class_name="Elm"),
    Pupil("summer", "", "Summer", "Dawson", year="2", class_name="Elm"),
    Pupil("jacob", "", "Jacob", "Fraser", year="1", class_name="Ash"),
    Pupil("emily", "", "Emily", "Fraser", year="5", class_name="Rowan"),
    Pupil("osei", "", "Kwame", "Osei", year="2", class_name="Elm"),
    Pupil("ruby", "", "Ruby", "Mistry", year="2", class_name="Elm"),
    Pupil("long", "", "Will", "Long", year="2", class_name="KB"),
    Pupil("oscar", "", "Oscar", "Lindley", year="2", class_name="Elm"),
]  # fmt: skip
STAFF = [
    StaffMember("Miss", "Alice", "Fenwick"),
    StaffMember("Mrs", "Helen", "Grace"),
    StaffMember("Mr", "Jacob", "Fraser"),
]
INDEX = NameIndex.build(PUPILS, STAFF, allowed=["Alice Gate"])


def words(text: str, found: tuple[NameFound, ...]) -> list[str]:
    return [text[one.where.start : one.where.end] for one in found]


def named(text: str, field: Field = Field.TEXT, least: Certainty = Certainty.LIKELY) -> list[str]:
    return words(text, tuple(one for one in find(text, INDEX, field=field) if one.certainty >= least))


@pytest.mark.parametrize(
    ("text", "name", "pupil"),
    [
        ("Well done Alice Smith for reading", "Alice Smith", "smith"),
        ("Well done alice smith for reading", "alice smith", "smith"),
        ("ALICE\nSMITH", "ALICE\nSMITH", "smith"),
        ("Alice Mae Smith read", "Alice Mae Smith", "smith"),
        ("Alice J. Smith read", "Alice J. Smith", "smith"),
        ("Alice Mae read", "Alice Mae", "smith"),
        ("Smith, Alice (4)", "Smith, Alice", "smith"),
        ("Award: TURNER Grace", "TURNER Grace", "turner"),
        ("Award: Okafor Tom", "Okafor Tom", "okafor"),
        ("Tommy built a den", "Tommy", "okafor"),
        ("Fatima Al Sayed", "Fatima Al Sayed", "sayed"),
        ("Dylan Vandenberg wins", "Dylan Vandenberg", "berg"),
        ("Dylan Van-\nden Berg wins", "Dylan Van-\nden Berg", "berg"),
        ("Lilly Rose and her pig", "Lilly Rose", "rose"),
        ("LillyRose won", "LillyRose", "rose"),
        ("Alice’s painting", "Alice", "smith"),
        ("Alices painting", "Alices", "smith"),
        ("J a c o b is five", "J a c o b", "jacob"),
        ("J.a.c.o.b is five", "J.a.c.o.b", "jacob"),
        ("Well done j4cob", "j4cob", "jacob"),
        ("Well done F@tima!", "F@tima", "sayed"),
        ("Well done @lice today", "@lice", "smith"),
        ("Well done J*cob", "J*cob", "jacob"),
        ("Аlісе read", "Аlісе", "smith"),
        ("Al\u200bi\u00adce read", "Al\u200bi\u00adce", "smith"),
        ("Emliy you star", "Emliy", "emily"),
        ("#WellDoneAliceSmith", "AliceSmith", "smith"),
        ("#alicesmith", "alicesmith", "smith"),
        ("#GoAlicesmith", "Alicesmith", "smith"),
        ("alicesmith did it", "alicesmith", "smith"),
        ("AliceSmith did it", "AliceSmith", "smith"),
        ("@kwameoseifan scored", "kwameosei", "osei"),
        ("www.school.example/alice-smith-wins", "alice-smith", "smith"),
        ("write to alice.smith@school.example", "alice.smith", "smith"),
        ("Freya and Emily F. won", "Emily F.", "emily"),
        ("Emily F won", "Emily F", "emily"),
        ("by K Osei", "K Osei", "osei"),
        ("by K. Osei", "K. Osei", "osei"),
        ("A.S. in Year 4 wins", "A.S.", "smith"),
        ("AS (Oak) wins our prize", "AS", "smith"),
        ("Pupil AMS (Oak) wins our prize", "AMS", "smith"),
        ("The Okafor twins", "Okafor", "okafor"),
        ("young Okafor on the cello", "Okafor", "okafor"),
        ("Little Miss Okafor was the star", "Okafor", "okafor"),
        ("Goals from Osei, Okafor and Mistry", "Osei", "osei"),
        ("Ruby scored twice", "Ruby", "ruby"),
        ("April showers, and Hope's mum helped", "Hope", "page"),
        ("Well done Hope for swimming", "Hope", "page"),
        ("By Hope, age 6", "Hope", "page"),
        ("Summer hugged her mum", "Summer", "summer"),
        ("Reader of the week: Ruby", "Ruby", "ruby"),
        ("2nd Oscar 3rd Kwame", "Oscar", "oscar"),
        ("Oscar, you star", "Oscar", "oscar"),
        ("well done oscar you star", "oscar", "oscar"),
        ("Well done Miss Kwame Osei", "Kwame Osei", "osei"),
        ("go kwameosei go", "kwameosei", "osei"),
        ("go oseikwame go", "oseikwame", "osei"),
        ("Go oscarlindley's team", "oscarlindley", "oscar"),
        ("DylanvandenBerg won", "DylanvandenBerg", "berg"),
        ("#WellDoneDylanvandenBerg", "DylanvandenBerg", "berg"),
        ("LillyRoseCarter4 won", "LillyRoseCarter", "rose"),
        ("#FatimaAl'Sayed", "FatimaAl'Sayed", "sayed"),
        ("Congratulations to Smith, A. (Oak)", "Smith, A.", "smith"),
        ("Merits: Green I (Hazel), Long W (Year 2)", "Green I", "green"),
        ("Merits: Green I (Hazel), Long W (Year 2)", "Long W", "long"),
        ("Lacie Smith and Osacr Lindley ran", "Osacr Lindley", "oscar"),
        ("Okafor, Tmo: gold", "Okafor, Tmo", "okafor"),
        ("well done rbuy mistry", "rbuy mistry", "ruby"),
        ("R0b1 and 0sc4r 1indl3y", "0sc4r 1indl3y", "oscar"),
        ("Champion: R0W4N K1N6", "R0W4N K1N6", "king"),
        ("Champion: Hope⭐Page", "Hope⭐Page", "page"),
        ("Champion: Oscar 🌟 Lindley", "Oscar 🌟 Lindley", "oscar"),
    ],
)  # fmt: skip
def test_names_in_every_dress(text: str, name: str, pupil: str) -> None:
    found = [one for one in find(text, INDEX) if one.certainty >= Certainty.LIKELY]
    assert name in words(text, tuple(found))
    assert pupil in found[words(text, tuple(found)).index(name)].pupils


@pytest.mark.parametrize(
    "text",
    [
        "Mrs Grace read to us", "Mr. King ran", "Mrs Alice Hughes", "St Thomas Church", "King Rowan", "Rev Ruby",
        "author Alice Sebold visited", "Volunteer Emily came", "Alice Springs", "Alice Gate is shut", "Oscar Wilde", "Grace before lunch",
        "Hope you are well", "Will you come?", "May half term", "21 May", "in May", "May June July", "Summer fair", "Summer 2027",
        "Rowan class", "Year 1 Rowan", "Rowan 98%", "Ash, Elm and Rowan are swimming", "Holly and ivy wreaths", "hope, joy and grace",
        "Trip to Paris", "A card from Paris, France", "London, Rome and Paris", "Green Park", "Brown's bakery", "Okafor's Garage",
        "police dog Oscar", "Our guinea pigs are called Ruby and Oscar", "Oscar the class hamster", "Oscar Bear", "Oscar the great",
        "We are reading Emily", "Emily the Musical", "Emily and the Dragon", "Emily in the Woods", "Oscar was played by Year 6",
        "Moses and Goliath", "Jacob and his ark", "Emily Brontesson wrote", "Sarah Emily", "Zxyq Oscar", "Z Okafor", "Alice Fenwick", "Thanks Miss Fenwick and Alice",
        "EMILY ZXYQWORTH", "Ruby 2 tickets", "the ruby", "a Ruby", "PE (Oak)", "ruby red", "will", "Thank you Emily from Thames Valley Police",
        "Emily's Emporium", "@StThomasChurch", "#HopeForTheFuture", "#StOscar", "Emily R from Slough", "Emily Zed",
        "Rowan and Elm are out", "Room on the Broom, Moses and Stig of the Dump", "Jacobean day", "Year 4's Rubyans marched", "Rowans and Hollies",
        "Ash, Holly and Rowan went pond dipping", "Grace before dinner", "4v4 hockey", "Rowan beat Ash but not Elm", "Rowan beat Ash", "Mrs Okafor, A class act", "Okafor, Z. (Oak)", "Well done to Helen Grace", "Look at some kwmae here", "Our guinea pigs Ruby and Oscar", "Hope street",
    ],
)  # fmt: skip
def test_other_people_and_things_are_let_be(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Well done to little Barnaby in Year 2", "Barnaby"),
        ("Barnaby Finch (Year 2) won", "Barnaby Finch"),
        ("Barnaby, aged 7, won", "Barnaby"),
        ("A girl called Araminta wrote this", "Araminta"),
        ("the pupil Barnaby", "Barnaby"),
        ("The Fotheringay twins", "Fotheringay"),
        ("Well done Barnaby!", "Barnaby"),
        ("WELL DONE BARNABY", "BARNABY"),
        ("Congratulations to our superstar Barnaby", "Barnaby"),
        ("Star of the week: Barnaby", "Barnaby"),
        ("Qwertia in Year 4 has won a cup", "Qwertia"),
        ("Well done to Barnaby Quartermain, our chess champion!", "Barnaby Quartermain"),
        ("Here is Qwertia Finch, our chess champion!", "Qwertia Finch"),
        ("Congratulations to Qwertia Quartermain", "Qwertia Quartermain"),
        ("Great goal by Kwabena!", "Kwabena"),
        ("Great goal by Qwertia!", "Qwertia"),
        ("A great poem by Barnaby about frogs", "Barnaby"),
        ("Little Miss Wren read beautifully", "Wren"),
        ("Little Miss Sparrow read beautifully", "Sparrow"),
        ("Young Master Qwertia sang", "Qwertia"),
    ],
)
def test_a_child_who_is_not_on_the_roll_is_in_doubt(text: str, name: str) -> None:
    (found,) = find(text, INDEX)
    assert words(text, (found,)) == [name]
    assert (found.certainty, found.pupils, found.instead) == (Certainty.AMBIGUOUS, (), "one of our pupils")


@pytest.mark.parametrize(
    "text",
    [
        "Barnaby came", "Thank you Barnaby", "Mr Barnaby in Year 2", "Zxyq", "Anglo-Saxons in Year 4", "Helen in Year 3 is our teacher",
        "barnaby in Year 2", "#Barnaby in Year 2", "April in Year 2", "Well done to everybody: Barnaby", "Qwertia (Year 4)",
        "Well done to the big brave Barnaby Rudge", "Year 4", "Barnaby",
        "Barnaby Finch, our new neighbour", "Barnaby, our", "Congratulations to Qwertia Warriors", "Congratulations teacher Barnaby Finch",
        "A painting by Barnaby", "A great poem by Qwertia", "Qwertia wrote by Qwertia", "Great goal from Qwertia", "Bake off star Barnaby Finch",
        "Little Miss Sunshine for sale", "Little Miss Sunshine",
    ],
)  # fmt: skip
def test_not_every_given_name_is_a_child(text: str) -> None:
    assert find(text, INDEX) == ()


@pytest.mark.parametrize(
    ("text", "name", "certainty"),
    [
        ("Zxyqa Lindley read", "Zxyqa Lindley", Certainty.AMBIGUOUS),
        ("Alica Smith read", "Alica Smith", Certainty.LIKELY),
        ("Rudy Mistry read", "Rudy Mistry", Certainty.AMBIGUOUS),
        ("Cam Mistry read", "Mistry", Certainty.AMBIGUOUS),
        ("Rugby Mistry", "Rugby Mistry", Certainty.AMBIGUOUS),
        ("Buyr Zxyqa", None, None),
        ("Lacie Fenwick", None, None),
        ("Slice Smith", None, None),
        ("Wall Long", None, None),
        ("Zxyqa Hill", None, None),
        ("Zxyqa Will", "Will", Certainty.AMBIGUOUS),
        ("OUR NEW ZXYQA LINDLEY", "LINDLEY", Certainty.AMBIGUOUS),
        ("the Romans Lindley", None, None),
        ("Dr Zxyqa Lindley came", None, None),
        ("Okafor, T. won", "Okafor, T.", Certainty.AMBIGUOUS),
        ("Mrs Smith, A. (Oak)", None, None),
    ],
)
def test_a_surname_beside_a_slip_or_an_unknown_word(text: str, name: str | None, certainty: Certainty | None) -> None:
    found = [(words(text, (one,))[0], one.certainty) for one in find(text, INDEX)]
    assert found == ([(name, certainty)] if name else [])


def test_a_long_list_is_looked_at_near_by_alone() -> None:
    found = find("Elm, " + "Holly, " * 40, INDEX)
    assert [one.certainty for one in found] == [Certainty.AMBIGUOUS] * 40


def test_books_and_classes_in_lists() -> None:
    books = NameIndex.build(
        [
            Pupil("matilda", "", "Matilda", "Shaw", class_name="Hazel"),
            Pupil("alice", "", "Alice", "Ng", class_name="Birch"),
        ]
    )
    for text in [
        "Book week: Room on the Broom, Matilda and Stig of the Dump",
        "Stig of the Dump/Matilda: our new library books",
    ]:
        assert find(text, books) == ()
    for text in [
        "Matilda loved her book",
        "Well done Matilda (Hazel), who read Room on the Broom",
        "Matilda's book",
        "Alice and her book",
    ]:
        (found,) = find(text, books)
        assert found.certainty is Certainty.LIKELY, text
    (found,) = find("Alice at book week", books)
    assert found.certainty is Certainty.AMBIGUOUS
    (found,) = find("Holly, Hazel & Rowan went out", INDEX)
    assert found.certainty is Certainty.AMBIGUOUS


def test_file_names_and_pictures() -> None:
    assert named("IMG_alice_smith.jpg", Field.FILE_NAME) == ["alice_smith"]
    assert named("20261104-emily-and-oscar-reading.heic", Field.FILE_NAME) == ["emily", "oscar"]
    assert named("headgirlAliceSmith.png", Field.FILE_NAME) == ["AliceSmith"]
    assert named("summer_fair_poster.png", Field.FILE_NAME) == []
    (found,) = find("EMILY", INDEX, field=Field.PICTURE_TEXT, photo=2)
    assert (found.where.field, found.where.photo) == (Field.PICTURE_TEXT, 2)


def test_an_address_without_a_scheme_is_opened() -> None:
    text = "see alicesmithwins.example now"
    assert named(text) == []
    found = find(text, INDEX, entities=(Entity(4, 26, "alicesmithwins.example"), Entity(4, 18, "alicesmithwins")))
    assert words(text, found) == ["alicesmith"]


def test_the_commonest_words_stay_in_doubt() -> None:
    assert named("Will taught us chess", least=Certainty.AMBIGUOUS) == ["Will"]
    assert named("Will taught us chess") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("K Oscar scored", "followed by what a person does"),
        ("2nd Oscar", "after a place in a contest"),
        ("Ruby and Oscar scored", "followed by what a person does"),
        ("Ruby is our champion", "followed by what a child is"),
        ("Oscar in Oak class won", "a year or class stands beside it"),
        ("Fatima in Reception", "a year or class stands beside it"),
        ("Year 4 and Oscar won", "a year or class stands before it"),
        ("well done ruby you star", "after words of praise or greeting"),
        ("Moses came", "also a well-known character or figure"),
        ("Emily from Slough", "from another place or firm"),
        ("emily F won", "with the first letter of that pupil's surname"),
        ("Emily R won", "followed by another pupil's or person's initial"),
        ("Okafors came to say so to the twins, young Okafors", "an apostrophe is missing"),
        ("young Okafor hall", "followed by the word for a place, firm or club"),
        ("Well done Emily f", "after words of praise or greeting"),
    ],
)
def test_reasons_say_what_was_seen(text: str, reason: str) -> None:
    assert reason in {each for one in find(text, INDEX) for each in one.reasons}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Emily from the library", "from another place or firm"),
        ("Reminder: Oscar", "after a colon or dash in a list of results"),
        ("Oscar hall", "followed by the word for a place, firm or club"),
        ("Emily a star", "followed by another pupil's or person's initial"),
        ("Year 4! Oscar won", "a year or class stands before it"),
        ("Oscar won. In Year 4", "a year or class stands beside it"),
        ("Emily A fantastic day", "with the first letter of that pupil's surname"),
        (
            "CONGRATULATIONS AS in Oak and everyone who came",
            "initials of a pupil of the year or class named beside them",
        ),
    ],
)
def test_reasons_are_not_made_up(text: str, reason: str) -> None:
    assert reason not in {each for one in find(text, INDEX) for each in one.reasons}


def test_a_member_of_staff_of_the_same_name_lessens_it() -> None:
    (found,) = find("Jacob Fraser came", INDEX)
    assert found.certainty is Certainty.LIKELY
    assert "also the name of a member of staff" in found.reasons


def test_two_little_words_are_less_sure_than_two_names() -> None:
    (found,) = find("Thanks to Will Long", INDEX)
    assert (found.certainty, found.pupils) == (Certainty.LIKELY, ("long",))


@pytest.mark.parametrize(
    ("text", "first"),
    [("Alice Y4", "smith"), ("Alice (5H)", "alice5"), ("Alice, Year 5", "alice5"), ("Alice in Oak", "smith")],
)
def test_a_year_or_class_in_the_text_leads_to_the_likeliest(text: str, first: str) -> None:
    index = NameIndex.build([Pupil("alice5", "", "Alice", "Ng", year="5", class_name="Holly"), *PUPILS])
    assert find(text, index)[0].pupils[0] == first


def test_initials_need_a_year_or_class_and_a_pupil_of_it() -> None:
    assert named("A.S. wins") == named("A.S. in Year 5 wins") == named("A, S in Year 4") == []
    assert named("KB is our class") == []


def test_lists_carry_their_members() -> None:
    assert named("Thanks to Oscar, Hope (Elm), Ruby & Will") == ["Oscar", "Hope", "Ruby", "Will"]
    assert named("Hope and Ruby", least=Certainty.AMBIGUOUS) == ["Hope", "Ruby"]
    assert "Mae" not in named("Oscar, Mae")


def test_reasons_are_plain_and_hold_no_name() -> None:
    (found,) = find("Well done Alice Smith", INDEX)
    assert found.certainty is Certainty.CERTAIN
    assert found.reasons == (
        "a first name on the roll beside a surname on the roll, of one pupil",
        "after words of praise or greeting",
    )


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("Well done Alice", "a Year 4 pupil"),
        ("Well done Fatima", "a Reception pupil"),
        ("Well done Dylan", "a Nursery child"),
        ("Well done Hope", "one of our pupils"),
        ("The Fraser family", "one of our families"),
        ("The Okafor family", "a Year 5 pupil"),
    ],
)
def test_what_could_be_said_instead(text: str, instead: str) -> None:
    assert find(text, INDEX)[0].instead == instead


def test_leavers_come_last_and_are_former_pupils() -> None:
    from datetime import date

    left = Pupil("left", "", "Alice", "Ng", year="6", left_on=date(2026, 7, 20))
    others = [Pupil(f"a{number}", "", "Alice", "Dee", year="1", class_name="Ash") for number in range(6)]
    (found,) = find("Well done Alice in Oak", NameIndex.build([left, *others, *PUPILS]))
    assert found.pupils[0] == "smith"
    assert len(found.pupils) == 5
    assert "left" not in found.pupils
    assert find("Well done Alice", NameIndex.build([left]))[0].instead == "a former pupil"


SPLITTERS = st.sampled_from(["\u200b", "\u200d", "\u00ad", "\u2060", "\ufeff", "\u034f"])


@given(st.sampled_from(PUPILS[:10]), st.data())
def test_an_invisible_character_never_hides_a_full_name(pupil: Pupil, data: st.DataObject) -> None:
    name = f"{pupil.preferred_first or pupil.legal_first} {pupil.legal_surname}"
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(name)))
        name = name[:place] + data.draw(SPLITTERS) + name[place:]
    found = find(f"Well done {name} today", INDEX)
    assert any(pupil.id in one.pupils and one.certainty >= Certainty.LIKELY for one in found)


PARTS = st.sampled_from(
    ["Alice", "Smith", " ", "  ", ", ", ".", "\n", "'s", "’", "#", "@", "A", "S.", "Year 4", "(Oak)", "Hope", "and", "J a c o b",
     "j4cob", "*", "the", "twins", "May", "21", "dog", "called", "http://", "Aa1", "é", "\u200b", "ß", "İ", "🎉", "Mrs", "%", "-", "_"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PARTS, max_size=14).map("".join)), st.sampled_from(Field))
@example("'s'sA", Field.TEXT)
def test_any_text_is_judged_and_spans_are_in_range(text: str, field: Field) -> None:
    for one in find(text, INDEX, field=field):
        assert 0 <= one.where.start < one.where.end <= len(text)
        assert one.reasons


def test_an_empty_school_finds_nobody_of_its_own() -> None:
    (found,) = find("Well done Alice Smith", NameIndex.build([]))
    assert (found.certainty, found.pupils) == (Certainty.AMBIGUOUS, ())
    assert find("Alice Smith came", NameIndex.build([])) == ()


@pytest.mark.parametrize(
    "text",
    [
        "World Book Day: we spotted eleven Emilys and a Gruffalo",
        "There were lots of Oscars on World Book Day",
        "We met 3 Fatimas today",
        "Times tables champions: Rowan class, with 4,312 right answers",
        "Thanks to Grace's Bakery on Park Road for the buns",
        "Year 6 performed Oliver! to a packed hall",
    ],
)
def test_costumes_classes_and_shops_are_no_children(text: str) -> None:
    assert named(text, least=Certainty.AMBIGUOUS) == []


@pytest.mark.parametrize("text", ["Emilys painting won first prize", "Congratulations to Emilys sister, 5 today"])
def test_a_forgotten_apostrophe_hides_nobody(text: str) -> None:
    assert named(text, least=Certainty.AMBIGUOUS) == ["Emilys"]


@pytest.mark.parametrize(
    ("text", "name"), [("Well done Grac€ Turner", "Grac€ Turner"), ("Alic€ Smith read", "Alic€ Smith")]
)
def test_a_sign_for_the_last_letter(text: str, name: str) -> None:
    assert named(text) == [name]


def test_two_children_called_after_virtues_are_two_children() -> None:
    index = NameIndex.build([*PUPILS, Pupil("joy", "", "Joy", "Mensah", year="1", class_name="Ash")])
    text = "Joy and Hope led assembly beautifully"
    assert words(text, find(text, index)) == ["Joy", "Hope"]
