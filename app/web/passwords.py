"""Passwords: which are taken, and how they are kept: as Argon2id hashes (RFC 9106, the library's own parameters).

Nothing is asked of a password but its length, and that it is not among those that are guessed first (as the National
Cyber Security Centre advises): no capitals, no figures, no signs.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

LONGEST = 256
_COMMON_FILE = Path(__file__).parent / "common_passwords.txt"
_LEET = (
    str.maketrans("0134578@$!", "oieastbasi"),
    str.maketrans("0134578@$!", "oleastbasl"),
)
_RUNS = (
    "0123456789" * 3,
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "qwertyuiopasdfghjklzxcvbnm" * 2,
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_FEW = 5
_SHORT_PIECE = 8
_OWN_LEFT = 6  # letters beside a name, such as a word of one's own
_COMMON_WORDS = 3  # as many words together are hard to guess even where each is a common one

_hasher = PasswordHasher()
# Verified where nobody has the address, so that an answer's time does not tell which addresses exist.
_NOBODY = _hasher.hash("nobody has this password")
# Each hash takes 64 MiB while it is made: many sign-ins at once must not take all there is.
_turns = threading.BoundedSemaphore(4)


def hash_password(password: str) -> str:
    """The hash to keep."""
    with _turns:
        return _hasher.hash(_one_form(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; takes as long when there is no such person (None), or no hash."""
    try:
        with _turns:
            return _hasher.verify(kept or _NOBODY, _one_form(password)) and bool(kept)
    except (Argon2Error, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than are used today."""
    return _hasher.check_needs_rehash(kept)


def why_not(password: str, least: int, *, own: Iterable[str] = (), school: Iterable[str] = ()) -> str:
    """Why that password is not taken, in words for whoever chose it; empty where it is.

    ``own`` are names and addresses of the person, ``school`` those of the school.
    """
    if len(password) < least:
        return f"That password has {len(password)} characters; it needs at least {least}. Three words together are a good one."
    if len(password) > LONGEST:
        return f"That password is longer than {LONGEST} characters."
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in password):
        return "That password holds a character that cannot be typed again, such as a line break."
    if _is_pattern(password.casefold()):
        return "That password is a row or a repetition, which is guessed first. Three words together are a good one."
    return _why_guessed(password, _words(own), _words(school))


def _why_guessed(password: str, own: frozenset[str], school: frozenset[str]) -> str:
    for table in _LEET:
        letters = re.sub("[^a-z]", "", _plain(password).translate(table))
        for words, whose in ((own, "your own name or address"), (school, "the school's name")):
            left, found = _without(letters, words)
            if found and len(_without(left, _common())[0]) < _OWN_LEFT:
                return f"That password is little more than {whose}, which is guessed first. Add words of your own."
        left, found = _without(letters, _common())
        if found and len(found) < _COMMON_WORDS and len(left) < _FEW:
            return "That password is among those that are guessed first. Three words together are a good one."
    return ""


def _is_pattern(folded: str) -> bool:
    """A few characters over and over, the same piece again and again, or a row of the keyboard."""
    if len(set(folded)) < _FEW:
        return True
    period = (folded + folded).find(folded, 1)
    if period < min(len(folded), _SHORT_PIECE):
        return True
    return any(folded in run or folded in run[::-1] for run in _RUNS)


def _without(letters: str, words: Iterable[str]) -> tuple[str, set[str]]:
    """The letters with those words taken out, the longest first, and which they were."""
    found = set()
    for word in sorted(words, key=lambda one: (-len(one), one)):
        if word in letters:
            found.add(word)
            letters = letters.replace(word, "")
    return letters, found


def _words(names: Iterable[str]) -> frozenset[str]:
    """The words of names and addresses that are long enough to be a password's greater part."""
    found = set()
    for name in names:
        parts = re.findall("[a-z]+", _plain(name))
        found.update(parts)
        found.add("".join(parts))
    return frozenset(word for word in found if len(word) > 3)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in folded if not unicodedata.combining(char))


@cache
def _common() -> tuple[str, ...]:
    """The words of passwords that are guessed first, the longest first."""
    words = [line for line in _COMMON_FILE.read_text("utf-8").split() if line]
    return tuple(sorted(words, key=lambda one: (-len(one), one)))


def _one_form(password: str) -> str:
    # What is typed as one accented letter on one keyboard comes as two characters from another.
    return unicodedata.normalize("NFC", password)
