"""Telephone numbers in folded text."""

import re
from collections.abc import Iterator
from typing import Final

from phonenumbers import Leniency, PhoneNumberMatcher

__all__ = ["phone_numbers", "plain_number"]

# Digits that could be a telephone number: nine or more with little between them.
_LONG_NUMBER: Final = re.compile(r"\d(?:[ ().\-/]{0,3}[\do]){8}")
# A United Kingdom number by its shape: 0 or 44 and nine or ten more digits. Ofcom's numbers for drama, which no
# library takes for valid, are of it too; so is an o for a nought.
_UNITED_KINGDOM: Final = re.compile(
    r"(?<![\w.,£$/#=-])(?:\(?\+ ?44\)?[ .-]?(?:\(0\)[ .-]?)?|\(?0044\)?[ .-]?|\(?[0o](?=[123578]))"
    r"[\do](?:[ .()\-]{0,2}[\do]){8,9}(?![\w%])(?![./]\d)"
)
_ABROAD: Final = re.compile(r"(?<![\w.])\+ ?[1-9](?:[ .()\-]{0,2}\d){7,14}(?!\w)")
_CALLED: Final = re.compile(
    r"\b(?:tel|telephone|phone|ring|call|mobile|mob|text|txt|whatsapp|fax|landline|wa\.me)\b"
    r"(?: [a-z]+){0,3}[ :./]{0,3}(\+?\d(?:[ .\-]?\d){5,12})(?!\w|[ .\-:/]?\d)"
)
_DIGITS: Final = {
    word: str(digit)
    for digit, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
} | {"oh": "0", "nought": "0"}
_SPELT_PART: Final = rf"(?:{'|'.join(_DIGITS)}|o|hundred|thousand|double|treble|triple|\d{{1,5}})\b"
_SPELT: Final = re.compile(rf"\b(?:zero|oh|nought|o|0\d{{0,4}}) ?(?:[ ,\-]{{0,2}}(?:and )?{_SPELT_PART}){{3,}}")
_SPELT_WORDS: Final = frozenset({*_DIGITS, "hundred", "thousand", "double", "treble", "triple"})
_TIMES: Final = {"double": 2, "treble": 3, "triple": 3}
_NOUGHTS: Final = {"hundred": "00", "thousand": "000"}
_FEWEST_DIGITS: Final = 9
_NO_TELEPHONE: Final = re.compile(
    r"(?:isbn|barcode|charity|tickets?|serial|ref(?:erence)?|order|urn|company|raffle)\W{0,3}(?:no\.?|numbers?)?\W{0,3}$"
)
_COUNTING: Final = "0123456789012345678901"
_LETTER: Final = re.compile(r"[a-np-z]", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{1,2}[./\- ]\d{1,2}[./\- ](?:19|20)\d\d|(?:19|20)\d\d[./\-]\d\d[./\-]\d\d")


def phone_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where telephone numbers stand, overlaps included."""
    if _LONG_NUMBER.search(text):
        yield from (number for number in _long_numbers(text) if _is_telephone(text, *number))
    for called in _CALLED.finditer(text):
        if not _DATE.search(called[1]):
            yield called.span(1)
    for spelt in _SPELT.finditer(text):
        parts = re.findall(r"[a-z]+|\d+", spelt.group())
        if not _SPELT_WORDS.isdisjoint(parts) and len(_dialled(parts)) >= _FEWEST_DIGITS:
            yield spelt.start(), spelt.end()


def _dialled(parts: list[str]) -> str:
    """The digits of a number that is spelt in words: ``oh seven double seven nine hundred``."""
    digits, times = "", 1
    for part in parts:
        if part in _TIMES:
            times = _TIMES[part]
            continue
        digit = _DIGITS.get(part) or _NOUGHTS.get(part) or {"o": "0", "and": ""}.get(part, part)
        digits += digit * times
        times = 1
    return digits


def _long_numbers(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_UNITED_KINGDOM, _ABROAD):
        yield from (number.span() for number in pattern.finditer(text))
    for match in PhoneNumberMatcher(text, "GB", leniency=Leniency.VALID):
        yield match.start, match.end


def plain_number(words: str) -> str:
    """The digits of a number as dialled within the United Kingdom; empty for words."""
    if _LETTER.search(words):
        return ""
    digits = "".join(re.findall(r"\d", words.replace("o", "0")))
    return re.sub(r"^(?:00)?440?(?=\d{9,10}$)", "0", digits)


def _is_telephone(text: str, start: int, end: int) -> bool:
    """Not a date, not counting aloud, not the number of a ticket or a book."""
    number = text[start:end]
    if _DATE.search(number) or _NO_TELEPHONE.search(text[max(start - 24, 0) : start]):
        return False
    digits = "".join(character for character in number if character.isdigit())
    return digits not in _COUNTING
