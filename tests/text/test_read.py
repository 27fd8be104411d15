"""Reading a whole draft."""

from datetime import UTC, datetime
from typing import cast

import pytest

from app.domain import Draft, Event, Field, Photo, PhotoFacts, Pupil, Topic
from app.text import Guide, NameIndex, read

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FAIR = Event(
    "fair",
    "Christmas Fair",
    datetime(2026, 12, 4, 14, tzinfo=UTC),
    datetime(2026, 12, 4, 16, tzinfo=UTC),
    "School hall",
)
GUIDE = Guide(
    names=NameIndex.build([Pupil("p1", "", "Zebedee", "Quillfeather", year="4", class_name="Oak")]),
    events=(FAIR,),
    accounts=frozenset({"whitehouseps"}),
    published=("01632 960001",),
    allowed_wording=("hell fire",),
)


def test_a_plain_draft() -> None:
    facts = read(Draft("Year 4 planted beans @townlibrary #science https://example.org"), (), GUIDE, NOW)
    assert facts.visible
    assert (facts.names, facts.cues, facts.events, facts.unread) == ((), (), (), ())
    assert [each.value for each in facts.mentions] == ["townlibrary"]
    assert [each.value for each in facts.hashtags] == ["science"]
    assert len(facts.urls) == 1
    assert facts.weighted_length == facts.weighted_reference > 0
    assert facts.policy_length == len("Year 4 planted beans @townlibrary #science ") + 23


def test_every_field_is_read() -> None:
    photo = Photo(
        "0" * 64, alt_text="Ring 07700 900111", file_name="07700 900222.jpg", metadata=(("c", "07700 900333"),)
    )
    draft = Draft("Ring 07700 900444 or 01632 960001", (Photo("1" * 64), photo))
    photos = (PhotoFacts(), PhotoFacts(picture_text="Ring 07700 900555"))
    facts = read(draft, photos, GUIDE, NOW)
    assert [(cue.where.field, cue.where.photo, cue.topic) for cue in facts.cues] == [
        (Field.TEXT, None, Topic.PRIVATE_DETAIL),
        (Field.ALT_TEXT, 1, Topic.PRIVATE_DETAIL),
        (Field.FILE_NAME, 1, Topic.PRIVATE_DETAIL),
        (Field.METADATA, 1, Topic.PRIVATE_DETAIL),
        (Field.PICTURE_TEXT, 1, Topic.PRIVATE_DETAIL),
    ]


def test_names_are_found_everywhere() -> None:
    draft = Draft("Well done Zebedee Quillfeather", (Photo("0" * 64, file_name="Zebedee Quillfeather.jpg"),))
    facts = read(draft, (PhotoFacts(picture_text="Zebedee Quillfeather"),), GUIDE, NOW)
    assert {name.where.field for name in facts.names} == {Field.TEXT, Field.FILE_NAME, Field.PICTURE_TEXT}
    assert facts.names[0].pupils == ("p1",)


def test_events_are_named_with_time_or_place() -> None:
    facts = read(Draft("The Christmas Fair is on 4 December"), (), GUIDE, NOW)
    assert [(each.event, each.dated) for each in facts.events] == [("fair", True)]
    in_name = read(Draft("Hello", (Photo("0" * 64, file_name="Christmas Fair.jpg"),)), (), GUIDE, NOW)
    assert in_name.events == ()


def test_an_accidental_link() -> None:
    facts = read(Draft("We planted beans today.It was fun"), (), GUIDE, NOW)
    cue = next(facts.about(Topic.ACCIDENTAL_LINK))
    assert (cue.where.start, cue.where.end, cue.note) == (17, 25, "today.It")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "\u200b\u2060\ufeff",
        "\u115f\u3164\u2800\uffa0",
        "\u0301\u034f",
        "\u202e\u00ad",
        "\U000e0061",
        "\ufe0f\u20e3",
    ],
)
def test_nothing_visible(text: str) -> None:
    assert not read(Draft(text), (), GUIDE, NOW).visible


@pytest.mark.parametrize("text", ["a", ".", "🎉", "\u200ba", "ع", "©"])
def test_something_visible(text: str) -> None:
    assert read(Draft(text), (), GUIDE, NOW).visible


def test_a_part_that_fails_is_named_and_the_rest_goes_on() -> None:
    broken = Guide(names=cast("NameIndex", object()), events=(FAIR,), published=("1",))
    facts = read(Draft("Ring 07700 900123 about the Christmas Fair"), (), broken, NOW)
    assert facts.unread == ("names",)
    assert [cue.topic for cue in facts.cues] == [Topic.PRIVATE_DETAIL]
    assert [each.event for each in facts.events] == ["fair"]


def test_everything_may_fail() -> None:
    broken = Guide(
        names=cast("NameIndex", object()),
        events=cast("tuple[Event, ...]", (object(),)),
        published=cast("tuple[str, ...]", (object(),)),
    )
    facts = read(Draft("Ring 07700 900123"), (), broken, NOW)
    assert facts.unread == ("names", "wording", "events")


def test_without_a_clock_the_dates_fail_alone() -> None:
    facts = read(Draft("Our useless teachers"), (), GUIDE, cast("datetime", object()))
    assert facts.unread == ("dates",)
    assert [cue.topic for cue in facts.cues] == [Topic.UNDERMINING]


def test_words_that_cannot_be_folded_are_unread() -> None:
    facts = read(Draft(_Stubborn("Hello")), (), GUIDE, NOW)
    assert {"names", "wording"} <= set(facts.unread)
    assert facts.visible


class _Stubborn(str):
    """A text that refuses to be put into lower case."""

    __slots__ = ()

    def lower(self) -> str:
        raise RuntimeError
