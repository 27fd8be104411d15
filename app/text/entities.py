"""Addresses, mentions, hashtags and cashtags of a text, as twitter-text v3 extracts them, and links made by accident.

Every search looks a bounded way around a sign, or runs over each character once, so hostile texts cost no more than others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain import Entity, account_of, fold_handle
from app.text.urls import LATIN_ACCENTS, find_urls

_SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

_MENTION = re.compile("[@\uff20]([A-Za-z0-9_]{1,20})(/[A-Za-z][A-Za-z0-9_-]{0,24})?")
_NEVER_BEFORE_MENTION = re.compile("[A-Za-z0-9_!#$%&*@\uff20]")
_RETWEET = re.compile("[^A-Za-z0-9_+~.-]?[rR][tT]")  # of the three characters before, two at the very beginning
_ENDS_MENTION = re.compile(f"[@\uff20{LATIN_ACCENTS}]|://")
_REPLY = re.compile(f"[{_SPACES}]*+[@\uff20]([A-Za-z0-9_]{{1,20}})")
_CASHTAG = re.compile(
    rf"\$(?:(?<=[{_SPACES}]\$)|(?<=\A\$))([A-Za-z]{{1,6}}(?:[._][A-Za-z]{{1,2}})?)"
    rf"(?=\Z|[\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]|[-!'#%&()*+,\\./:;<=>?@\[\]^_{{|}}~$])"
)


def _read_hashtag_characters() -> tuple[str, str]:
    """The letters, and the digits and signs, as the insides of character classes."""
    classes = {"letters": "", "others": ""}
    for line in (Path(__file__).parent / "data" / "hashtags.txt").read_text(encoding="ascii").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            classes[section] += "".join(
                "-".join(rf"\U{int(end, 16):08x}" for end in one.split("-")) for one in line.split()
            )
    return classes["letters"], classes["others"]


_LETTERS, _OTHERS = _read_hashtag_characters()
_HASHTAG = re.compile(f"[#\uff03](?![\ufe0f\u20e3])([{_LETTERS}{_OTHERS}]+)")
_HASHTAG_LETTER = re.compile(f"[{_LETTERS}]")
_NEVER_BEFORE_HASHTAG = re.compile(f"(?![\ufe0e\ufe0f])[{_LETTERS}{_OTHERS}&\ud800-\udfff]")
_ENDS_HASHTAG = re.compile("[#\uff03]|://")


@dataclass(frozen=True, slots=True)
class Entities:
    """What a text links to, in order, without overlaps; spans are in code points of the text as it was given.

    ``lists`` are mentions of a list (``owner/list``), which twitter-text keeps apart from mentions; ``account`` is the owner.
    ``answers`` is the folded handle that the text begins with, None if it begins with something else.
    """

    urls: tuple[Entity, ...] = ()
    mentions: tuple[Entity, ...] = ()
    hashtags: tuple[Entity, ...] = ()
    cashtags: tuple[Entity, ...] = ()
    lists: tuple[Entity, ...] = ()
    answers: str | None = None


def extract(text: str) -> Entities:
    """All entities of ``text``. Of two that overlap the earlier stays; of two that begin together, the address."""
    found = [("urls", entity) for entity in urls(text)]
    found += [("lists" if "/" in entity.value else "mentions", entity) for entity in mentions_and_lists(text)]
    found += [("hashtags", entity) for entity in _hashtags(text)]
    found += [("cashtags", entity) for entity in _cashtags(text)]
    found.sort(key=lambda pair: pair[1].start)
    kept: dict[str, list[Entity]] = {"urls": [], "mentions": [], "lists": [], "hashtags": [], "cashtags": []}
    end = 0
    for kind, entity in found:
        if entity.start >= end:
            kept[kind].append(entity)
            end = entity.end
    return Entities(**{kind: tuple(entities) for kind, entities in kept.items()}, answers=answers(text))


def urls(text: str) -> tuple[Entity, ...]:
    """The addresses of ``text``, as written, with or without protocol."""
    spans = ((start, end, text[start:end]) for start, end in find_urls(text))
    return tuple(Entity(start, end, address, account_of(address)) for start, end, address in spans)


def mentions_and_lists(text: str) -> tuple[Entity, ...]:
    """The mentions of ``text``, those of lists as ``owner/list``; overlaps with addresses are not looked for."""
    return tuple(_mentions(text))


def answers(text: str) -> str | None:
    """The folded handle that ``text`` answers by beginning with it, or None."""
    reply = _REPLY.match(text)
    if not reply or _ENDS_MENTION.match(text, reply.end()):
        return None
    return fold_handle(reply.group(1))


def _mentions(text: str) -> Iterator[Entity]:
    taken = 0  # where the last match ended; what it took cannot also stand before the next
    for match in _MENTION.finditer(text):
        start, end = match.span()
        if not _may_begin_mention(text, start, taken):
            continue
        taken = end
        if not _ENDS_MENTION.match(text, end):
            yield Entity(start, end, text[start + 1 : end], fold_handle(match.group(1)))


def _may_begin_mention(text: str, start: int, taken: int) -> bool:
    if start == 0:
        return True
    if start > taken and not _NEVER_BEFORE_MENTION.match(text, start - 1):
        return True
    room = start == 2 or start - 3 >= taken
    return room and _RETWEET.fullmatch(text, max(0, start - 3), start) is not None


def _hashtags(text: str) -> Iterator[Entity]:
    taken = 0
    for match in _HASHTAG.finditer(text):
        start, end = match.span()
        if not _HASHTAG_LETTER.search(text, start + 1, end):
            continue
        if start and (start == taken or _NEVER_BEFORE_HASHTAG.match(text, start - 1)):
            continue
        taken = end
        if not _ENDS_HASHTAG.match(text, end):
            yield Entity(start, end, match.group(1))


def _cashtags(text: str) -> Iterator[Entity]:
    return (Entity(*match.span(), match.group(1)) for match in _CASHTAG.finditer(text))


# What nobody begins a sentence with, however it is capitalised.
_PLAIN_ENDINGS = frozenset({"ac", "biz", "co", "com", "edu", "eu", "gov", "int", "io", "mil", "net", "org", "tv", "uk"})
# Endings that schools and their neighbours do own, and may write like a name: Whitehouse.School.
_NAMED_ENDINGS = frozenset(
    {"academy", "church", "club", "college", "cymru", "education", "london", "school", "scot", "wales"}
)
# Endings that are small words, with what goes on after them when they begin a sentence in small letters.
_GOES_ON = {
    "as": frozenset({"it", "part", "the", "they", "we", "you"}),
    "at": frozenset({"break", "last", "lunch", "lunchtime", "our", "the"}),
    "in": frozenset(
        {"addition", "assembly", "class", "english", "maths", "our", "science", "the", "their", "this", "year"}
    ),
    "it": frozenset({"has", "is", "looked", "looks", "rained", "really", "was", "will", "would"}),
    "my": frozenset({"class", "favourite", "friend", "group"}),
    "so": frozenset(
        {"good", "great", "happy", "is", "many", "much", "pleased", "proud", "the", "they", "was", "we", "well"}
    ),
    "to": frozenset({"celebrate", "help", "see", "the"}),
}
_NEXT_WORD = re.compile(r"\s+([A-Za-z]+)")


def accidental_links(text: str, urls: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Those of the ``urls`` of ``text`` that a space forgotten after a full stop made: ``today.It``, ``tea.Team``.

    By rule of thumb: a bare domain whose ending is capitalised like the beginning of a sentence, or is a small word in
    capitals among capitals, or in small letters and goes on like a sentence (``today.it was``). No address with protocol,
    path or ``www`` is one, none that ends in ``.com`` or ``.uk`` and the like, and no name such as ``Whitehouse.School``.
    """
    return tuple(url for url in urls if _is_accident(url, text[url.end :]))


def _is_accident(url: Entity, after: str) -> bool:
    before, _, ending = url.value.rpartition(".")
    word = ending.lower()
    if "/" in url.value or before.lower().startswith("www.") or word in _PLAIN_ENDINGS:
        return False
    if ending.istitle():
        return not (word in _NAMED_ENDINGS and before[:1].isupper())
    if ending.isupper():
        return word in _GOES_ON and before.isupper()
    following = _NEXT_WORD.match(after)
    return following is not None and following.group(1) in _GOES_ON.get(word, ())
