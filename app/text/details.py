"""Private details: telephone numbers, addresses of every kind, dates of birth, pupil numbers.

What the school publishes of itself, and helplines, are nobody's private details. Letter case tells nothing here, so
it all runs over folded text, in which invisible characters, accents and keycap digits are gone.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from app.text.addresses import email_addresses, postcodes, street_addresses
from app.text.fold import Folded, source_span
from app.text.phones import phone_numbers, plain_number

__all__ = ["Detail", "is_pupil_number", "private_details"]

_HELPLINES_FILE: Final = Path(__file__).parent / "data" / "wording" / "helplines.txt"

_DIGIT: Final = re.compile(r"\d")
_HOME: Final = re.compile(r"\b(?:live|lives|living|lived|moved|moving|address|resides?|staying)\b")
_MAIL: Final = re.compile(r"@|\bat\b")
_SPELT_DIGIT: Final = re.compile(r"\b(?:zero|oh|nought)\b")
_MAIL_SIGNS: Final = ("@", " dot ", "(", "[", "{", "<")
_HOME_SIGNS: Final = ("liv", "mov", "address", "resid", "staying")
_SPELT_SIGNS: Final = ("zero", "oh", "nought")

_MONTH: Final = r"(?:jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sept?\w*|oct\w*|nov\w*|dec\w*)"
_DAY: Final = (
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ ./\-](?:\d{{1,2}}|{_MONTH}),?[ ./\-]|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? )"
    r"'?(?P<year>\d{4}|\d{2})(?!\d)|(?P<iso>(?:19|20)\d\d)-\d\d-\d\d(?!\d))"
)
_BORN: Final = re.compile(
    rf"\b(?:was |were |is )?born(?: (?:in|at) [a-z ]{{1,20}})?(?: on)?:?(?: (?:the|a|\w+day))*,? {_DAY}"
)
_BIRTHDAY: Final = re.compile(
    r"\b(?:d\.? ?o\.? ?b\.?|dates? of birth|birth ?dates?|date born|birthdays?)(?!\w)(?:'s)?"
    rf"(?: (?:is|was|on|of|for|their|his|her))*[ :=\-–(]{{0,4}}{_DAY}"
)
_OF_AGE: Final = re.compile(
    r"\bbirthday|\bturn(?:s|ed|ing)? (?:a )?(?:the big )?(?:\d{1,2}|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[ -][a-z]+)?)\b|\bthe big (?:\d|three|four|five|six)"
)
_FULL_DAY: Final = re.compile(rf"\b{_DAY}")
_OPENED: Final = re.compile(r"\b(?:opened|founded|built|launched|library|hall|building|anniversary)\b")
_YOUNGEST_YEARS: Final = 2
_NOT_OF_PEOPLE: Final = re.compile(
    r"\b(?:chicks?|ducklings?|lambs?|pupp(?:y|ies)|kittens?|calf|calves|foals?|piglets?|goslings?|bunn(?:y|ies)|hamsters?"
    r"|guinea|butterfl(?:y|ies)|tadpoles?|pandas?|elephants?|penguins?|giraffes?|nhs|club|school|charity|movement|king"
    r"|queen|prince|princess)\b"
)
_OLDEST_PUPIL_YEARS: Final = 20
_OLDEST_ADULT_YEARS: Final = 80
_OF_THE_SCHOOL: Final = re.compile(r"\b(?:mr|mrs|miss|ms|mx|teacher|headteacher|governor|caretaker|ta|our)\b")

_UPN: Final = re.compile(r"(?<!\w)[a-hj-np-rt-z]\d{11}[0-9a-hj-np-rt-z](?!\w)")
_LABELLED_UPN: Final = re.compile(
    r"\b(?:upns?|unique pupil numbers?)\b[\s:#.is\-]{0,6}([a-hj-np-rt-z](?:[ \-]?\d){11}[ \-]?[0-9a-hj-np-rt-z])(?!\w)"
)
_UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_NHS: Final = re.compile(r"\bnhs (?:no\.?|number|num)\W{0,4}(?:is )?(\d{3}[ \-]?\d{3}[ \-]?\d{4})(?!\d)")
_INSURANCE: Final = re.compile(
    r"(?<!\w)(?!gb|bg|nk|kn|tn|nt|zz)[a-ceghj-prtw-z][a-ceghj-nprtw-z] ?\d\d ?\d\d ?\d\d ?[a-d](?!\w)"
)


class Detail(NamedTuple):
    """A private detail between ``start`` and ``end`` of the source; ``kind`` as people say it."""

    start: int
    end: int
    kind: str


def private_details(folded: Folded, published: Sequence[str], now: datetime) -> Iterator[Detail]:
    """The private details in a text, in no order, overlaps included."""
    known = _known(tuple(published))
    for start, end, kind in _found(folded.text, now):
        if not known.holds(folded.text[start:end]):
            yield Detail(*source_span(folded, start, end), kind)


def is_pupil_number(upn: str) -> bool:
    """Whether the check letter of an upper-case UPN is right (DfE: weights 2 to 13, modulo 23)."""
    values = (_UPN_LETTERS.index(sign) if sign.isalpha() else int(sign) for sign in upn[1:])
    return _UPN_LETTERS[sum(value * weight for weight, value in enumerate(values, 2)) % 23] == upn[0]


def _found(text: str, now: datetime) -> Iterator[Detail]:
    if _holds(text, _MAIL_SIGNS) and _MAIL.search(text):
        yield from (Detail(*span, "an e-mail address") for span in email_addresses(text))
    has_digits = _DIGIT.search(text)
    if has_digits or (_holds(text, _HOME_SIGNS) and _HOME.search(text)):
        yield from (Detail(*span, "a street address") for span in street_addresses(text))
    if has_digits or (_holds(text, _SPELT_SIGNS) and _SPELT_DIGIT.search(text)):
        yield from (Detail(*span, "a phone number") for span in phone_numbers(text))
    if has_digits:
        yield from (Detail(*span, "a postcode") for span in postcodes(text))
        yield from _births(text, now)
        yield from _numbers(text)


def _holds(text: str, signs: Sequence[str]) -> bool:
    """Whether one of the signs is in the text, told in a fraction of the time that a pattern takes."""
    for sign in signs:  # noqa: SIM110 - any() with its generator takes twice the time
        if sign in text:
            return True
    return False


def _births(text: str, now: datetime) -> Iterator[Detail]:
    for birthday in _BIRTHDAY.finditer(text):
        if not birthday.group().startswith("birthday") or _age(birthday, now) < _OLDEST_PUPIL_YEARS:
            yield Detail(*birthday.span(), "a date of birth")
    if _OF_AGE.search(text) and not (_NOT_OF_PEOPLE.search(text) or _OPENED.search(text)):
        for day in _FULL_DAY.finditer(text):
            if _YOUNGEST_YEARS <= _age(day, now) < _OLDEST_ADULT_YEARS:
                yield Detail(*day.span(), "a date of birth")
    for born in _BORN.finditer(text):
        sentence = text[text.rfind(". ", 0, born.start()) + 1 : born.end()]
        if _NOT_OF_PEOPLE.search(sentence):
            continue
        oldest = _OLDEST_ADULT_YEARS if _OF_THE_SCHOOL.search(sentence) else _OLDEST_PUPIL_YEARS
        if 0 <= _age(born, now) < oldest:
            yield Detail(*born.span(), "a date of birth")


def _age(day: re.Match[str], now: datetime) -> int:
    """Years from the year of a day to this one; two figures are of the last hundred years."""
    year = int(day["year"] or day["iso"])
    return (now.year - year) % 100 if year < 100 else now.year - year


def _numbers(text: str) -> Iterator[Detail]:
    for upn in _UPN.finditer(text):
        sure = is_pupil_number(upn.group().upper())
        yield Detail(*upn.span(), "a pupil number (UPN)" if sure else "what looks like a pupil number (UPN)")
    for labelled in _LABELLED_UPN.finditer(text):
        yield Detail(*labelled.span(1), "a pupil number (UPN)")
    for nhs in _NHS.finditer(text):
        yield Detail(*nhs.span(1), "an NHS number")
    for insurance in _INSURANCE.finditer(text):
        yield Detail(*insurance.span(), "a National Insurance number")


class _Known:
    """What may be said: the school's published details, and helplines."""

    def __init__(self, published: Sequence[str]) -> None:
        self._numbers = _helplines() | {plain_number(detail) for detail in published}
        self._words = tuple(f" {_words(detail)} " for detail in published)

    def holds(self, words: str) -> bool:
        """Whether the words are a known number, or whole words of a published detail."""
        number = plain_number(words)
        return (number != "" and number in self._numbers) or any(f" {_words(words)} " in known for known in self._words)


@lru_cache(maxsize=64)
def _known(published: tuple[str, ...]) -> _Known:
    return _Known(published)


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


@cache
def _helplines() -> frozenset[str]:
    lines = _HELPLINES_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(plain_number(line.partition("#")[0]) for line in lines if not line.startswith("#"))
