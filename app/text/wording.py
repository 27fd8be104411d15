"""What a text is about, where a rule asks for it: offence, belittling, private things, letters, reposts, events."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain import Cue, Field, Topic, Words
from app.text.dates import When
from app.text.details import private_details
from app.text.fold import fold
from app.text.offence import offences
from app.text.passage import Passage
from app.text.phrases import book
from app.text.to_come import to_come
from app.text.undermining import underminings

__all__ = ["Reading", "cues"]

_BOOKS: Final = {
    Topic.UNDERMINING: "undermining",
    Topic.SENSITIVE: "sensitive",
    Topic.LETTER_HOME: "letter-home",
    Topic.PRIVATE_TALK: "private-talk",
}
# In file names and metadata nobody speaks to anybody.
_SPOKEN: Final = frozenset({Field.TEXT, Field.ALT_TEXT, Field.PICTURE_TEXT})

_REPEATED: Final = re.compile(
    r"(?<![\w@])(?:rt|mt|qt|ht|h/t|via|regram|repost(?:ed)?(?: from| by)?|retweet(?:ed)?(?: from| by)?|shared (?:from|by)|source:?|taken from|originally (?:posted|tweeted) by|quoting|from the feed of|hat tip(?: to)?|credit:?|(?:cc|pic|photo|image) (?:by|credit):?)"
    r"[ :(]{1,3}@(?P<whom>\w{1,20})"
)
_QUOTED: Final = re.compile(
    r"[\"“”][^\"“”]{8,}[\"“”][\s\-–—~(]{0,4}@(?P<whom>\w{1,20})|@(?P<who>\w{1,20})(?: (?:says?|said|writes?|wrote|tweeted|tweets|posted|posts))?:? ?[\"“”][^\"“”]{8,}[\"“”]"
)
_DIRECT: Final = re.compile(r"(?<![\w@#])(?:dm|pm|inbox) @\w{1,20}|^\s*d @\w{1,20}")
_RETWEET: Final = re.compile(
    r"(?<![\w@])(?:re-?tweet(?:s|ed|ing)?|quote[ -]tweet(?:s|ed|ing)?|#rt|regram(?:med)?|#regram|#repost|re-?post(?:ed|ing)? (?:from|by))(?!\w)|(?:^|(?<=\n))rt(?=[ :])|(?:please|pls|plz) rt(?!\w)"
)
_WORDS: Final = re.compile(r"\w(?:.*\w)?", re.DOTALL)
_RETWEET_SIGNS: Final = (
    "rt",
    "via",
    "mt",
    "ht",
    "h/t",
    "qt",
    "tweet",
    "post",
    "gram",
    "quot",
    "credit",
    "hat tip",
    "feed",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is needed to read one text. ``allowed`` are phrases that this school means no harm by."""

    field: Field = Field.TEXT
    photo: int | None = None
    accounts: frozenset[str] = frozenset()
    published: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


def cues(passage: Passage, times: Sequence[When], reading: Reading, now: datetime) -> tuple[Cue, ...]:
    """The cues of a text but for accidental links, by topic and then in order, none within another of its topic."""
    found = [*_everywhere(passage, reading, now)]
    if reading.field in _SPOKEN:
        found += _spoken(passage, times, reading, now)
    return tuple(
        Cue(topic, Words(start, end, reading.field, reading.photo), note) for topic, start, end, note in _apart(found)
    )


_Found = tuple[Topic, int, int, str]


def _everywhere(passage: Passage, reading: Reading, now: datetime) -> Iterator[_Found]:
    allowed = list(_allowed(passage, reading.allowed))
    for start, end, note in offences(passage):
        if not _within(start, end, allowed, passage.folded.source):
            yield Topic.OFFENSIVE, start, end, note
    for detail in private_details(passage.folded, reading.published, now):
        yield Topic.PRIVATE_DETAIL, *detail
    for start, end, note in underminings(passage):
        if not _within(start, end, allowed, passage.folded.source):
            yield Topic.UNDERMINING, start, end, note
    for topic in (Topic.UNDERMINING, Topic.SENSITIVE):
        for start, end, note in _phrases(passage, topic):
            if not _within(start, end, allowed, passage.folded.source):
                yield topic, start, end, note


def _spoken(passage: Passage, times: Sequence[When], reading: Reading, now: datetime) -> Iterator[_Found]:
    for topic in (Topic.LETTER_HOME, Topic.PRIVATE_TALK):
        for start, end, note in _phrases(passage, topic):
            yield topic, start, end, note
    at = passage.folded.at
    for direct in _DIRECT.finditer(passage.folded.text):
        yield Topic.PRIVATE_TALK, at[direct.start()], at[direct.end() - 1] + 1, "a direct message"
    for start, end, note in _reposts(passage, reading.accounts):
        yield Topic.REPOST, start, end, note
    for start, end, note in to_come(passage, times, now):
        yield Topic.TO_COME, start, end, note


def _phrases(passage: Passage, topic: Topic) -> Iterator[tuple[int, int, str]]:
    for found in book(_BOOKS[topic]).find(passage):
        yield *passage.source(found.start, found.end), found.note


def _reposts(passage: Passage, accounts: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    text = passage.folded.text
    at = passage.folded.at
    if not any(sign in text for sign in _RETWEET_SIGNS) and "@" not in text:
        return
    for pattern, note in ((_REPEATED, "another account's post"), (_QUOTED, "another account's words")):
        for found in pattern.finditer(text):
            if next(name for name in found.groups() if name) not in accounts:
                yield at[found.start()], at[found.end() - 1] + 1, note
    for found in _RETWEET.finditer(text):
        if not _of_own(text[found.end() :], accounts):
            yield at[found.start()], at[found.end() - 1] + 1, "a repeated post"


def _of_own(after: str, accounts: frozenset[str]) -> bool:
    handle = re.match(r"[ :]{1,2}@(\w+)", after)
    return handle is not None and handle[1] in accounts


def _allowed(passage: Passage, phrases: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where the phrases stand as words of their own."""
    folded = passage.folded
    for phrase in phrases:
        wanted = r"\s+".join(map(re.escape, fold(phrase).text.split()))
        for found in re.finditer(rf"(?<!\w){wanted}(?!\w)", folded.text) if wanted else ():
            yield folded.at[found.start()], folded.at[found.end() - 1] + 1


def _within(start: int, end: int, spans: Sequence[tuple[int, int]], source: str) -> bool:
    """Whether the words begin and end within the spans: what goes on beyond a phrase was not allowed with it."""
    if not spans:
        return False
    words = _WORDS.search(source, start, end)
    first, last = words.span() if words else (start, end)
    return any(begin <= first < stop for begin, stop in spans) and any(begin < last <= stop for begin, stop in spans)


def _apart(found: Iterable[_Found]) -> Iterator[_Found]:
    """Those that overlap no earlier of the same topic; of two that begin together, the longer."""
    ends: dict[Topic, int] = {}
    for each in sorted(found, key=lambda one: (_ORDER[one[0]], one[1], -one[2], one[3])):
        topic, start, end, _ = each
        if start >= ends.get(topic, 0):
            ends[topic] = end
            yield each


_ORDER: Final = {topic: place for place, topic in enumerate(Topic)}
