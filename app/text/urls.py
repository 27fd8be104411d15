"""Where the addresses in a text are, as twitter-text v3 finds them, in time linear to its length.

The reference is one regular expression that tries a domain at every character and looks through all of
the rest each time. Here a text is cut into runs of characters that a domain may hold, each run into labels at its dots,
and each label is judged once; what comes out is the same (``tests/text/test_conformance.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_DATA = Path(__file__).parent / "data"

LATIN_ACCENTS = (
    "\xc0-\xd6\xd8-\xf6\xf8-\xff\u0100-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289"
    "\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
"""Accented Latin letters and accents, as the inside of a character class; from twitter-text, as all classes here are."""

# What the reference's ignore-case flag adds to them, and to the Cyrillic block.
_LATIN_PARTNERS = (
    "\u0260\u0269\u0275\u0280\u0283\u0288\u028a\u028c\u0292\u0399\u03b9\u1fbe\u2c65\u2c66\u2c7e\u2c7f\ua7dc"
)
_LATIN = LATIN_ACCENTS + _LATIN_PARTNERS
_CYRILLIC = "\u0400-\u04ff\u1c80-\u1c87"

# All punctuation but - . _, blanks, direction marks and non-characters stand outside every domain.
_OUTSIDE = re.compile(
    r"[\t-\r !#-,/:-@\[-^{-~\x85\xa0\u061c\u1680\u180e\u2000-\u200a\u200e\u200f\u2028-\u202f\u205f\u2066-\u2069\u3000"
    "\ufeff\ufffe\uffff]"
)
_NOT_BEFORE = "0-9A-Za-z@#$\uff03\uff20\ufeff\ufffe\uffff"  # an address never follows one of these
_MAY_FOLLOW = re.compile(f"[^{_NOT_BEFORE}]")
_DOMAIN_START = re.compile(f"(?<![{_NOT_BEFORE}])[^-_]")
_DOT = re.compile(r"\.(?=[0-9A-Za-z\x80-\U0010ffff])")
_ALPHANUMERIC = re.compile("[0-9A-Za-z]+")
_PUNYCODE = re.compile("[xX][nN]--[-0-9A-Za-z]+")
_ASCII_LABELS = re.compile(rf"[-0-9A-Za-z{_LATIN}]++(?:\.[-0-9A-Za-z{_LATIN}]++)*+\.?")
_IDEOGRAPHIC_DOTS = re.compile("[.\u3002\uff0e\uff61]")

_PORT = re.compile(":[0-9]+")
_MAY_END_PATH = rf"[-a-zA-Z0-9{_CYRILLIC}{_LATIN}+=_#/]"
_NEVER_ENDS_PATH = r"[!*';:,.$%\[\]\u2013~@|&]"
_INNER = f"{_MAY_END_PATH[:-1]}{_NEVER_ENDS_PATH[1:]}"
_PARENTHESES = rf"\((?:{_INNER}++\)|{_INNER}*+\({_INNER}++\){_INNER}*+\))"
_PATH = re.compile(f"/(?:(?:{_NEVER_ENDS_PATH}++|{_PARENTHESES})*+{_MAY_END_PATH}++)*+(?:{_PARENTHESES})*+")
_QUERY = re.compile(r"\?[a-zA-Z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*+")
_NOT_LAST_IN_QUERY = "!?*'@();:+$%[].,~|"
_SHORT_LINK = re.compile(r"https?://t\.co/([a-z0-9]+)", re.IGNORECASE | re.ASCII)

_LABEL_LENGTH = 63
_ADDRESS_LENGTH = 4096
_SHORT_LINK_LENGTH = 40


class Span(NamedTuple):
    """A stretch of a text in code points, half open."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TopLevel:
    """A list of top-level domains: the ASCII ones in lower case, the others by their first character."""

    plain: frozenset[str]
    others: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, names: list[str]) -> TopLevel:
        """The list of those names; where one begins another, the longer is tried first."""
        others: dict[str, tuple[str, ...]] = {}
        for name in sorted((name for name in names if not name.isascii()), key=len, reverse=True):
            others[name[0]] = (*others.get(name[0], ()), name)
        return cls(frozenset(name for name in names if name.isascii()), others)

    def end(self, text: str, start: int, stop: int) -> int:
        """Where the top-level domain that begins at ``start`` ends, looking no further than ``stop``; 0 if none does."""
        word = _ALPHANUMERIC.match(text, start, stop)
        if word:
            name = word.group().lower()
            if name in self.plain and _stands_alone(text, word.end(), stop):
                return word.end()
            if name == "xn":
                encoded = _PUNYCODE.match(text, start, stop)
                return encoded.end() if encoded else 0
        for name in self.others.get(text[start : start + 1].lower(), ()):
            end = start + len(name)
            if end <= stop and text[start:end].lower() == name and _stands_alone(text, end, stop):
                return end
        return 0


def _stands_alone(text: str, end: int, stop: int) -> bool:
    return end == stop or not (text[end] in "@+-" or (text[end].isascii() and text[end].isalnum()))


def _read_lists() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for line in (_DATA / "tlds.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            names = lists[line.strip("[]")] = []
        elif not line.startswith("#"):
            names.append(line)
    return lists


_LISTS = _read_lists()
REFERENCE = TopLevel.of(_LISTS["country"] + _LISTS["generic"])
"""The top-level domains of twitter-text v3."""
CURRENT = TopLevel.of(_LISTS["country"] + _LISTS["generic"] + _LISTS["newer"])
"""The reference's and those delegated since."""
NEWER = re.compile(rf"\.(?:{'|'.join(_LISTS['newer'])})(?![0-9a-z@+-])", re.IGNORECASE)
"""Where ``CURRENT`` may find an address that ``REFERENCE`` does not."""


def find_urls(text: str, known: TopLevel = REFERENCE) -> tuple[Span, ...]:
    """All addresses in ``text``, in order, with or without protocol."""
    found: list[Span] = []
    at = 0  # where the last match ended; the next needs a character of its own before it
    for run in _runs(text, known):
        if run.end <= at:
            continue
        labels = _Labels(text, run, known)
        match = labels.after_protocol(at) or labels.bare(0, at)
        while match:
            found.extend(_accepted(text, match, known))
            at = match.end
            match = labels.bare(match.last, at) if at < run.end else None
    return tuple(found)


def _runs(text: str, known: TopLevel) -> Iterator[Span]:
    """The longest stretches of characters for domains around each dot that a top-level domain follows."""
    end = 0
    for dot in _DOT.finditer(text):
        start = dot.start()
        if start < end or not known.end(text, dot.end(), len(text)):
            continue
        before = _OUTSIDE.search(text[end:start][::-1])
        start = start - before.start() if before else end
        after = _OUTSIDE.search(text, dot.end())
        end = after.start() if after else len(text)
        yield Span(start, end)


class _Match(NamedTuple):
    """An address before it is known to be good. ``protocol`` is empty where none is written; ``last`` is the label of the
    top-level domain."""

    start: int
    protocol: str
    domain: Span
    last: int
    has_path: bool
    end: int


class _Labels:
    """One run, cut at its dots.

    ``top[i]`` is the end of the top-level domain that label ``i`` begins with, or 0. ``reach[i]`` is the label in which the
    longest domain ends that begins with the whole of label ``i``, or 0 if none does.
    """

    def __init__(self, text: str, run: Span, known: TopLevel) -> None:
        start = run.start
        self.text, self.start = text, start
        self.spans: list[Span] = []
        for label in text[run.start : run.end].split("."):
            self.spans.append(Span(start, start + len(label)))
            start += len(label) + 1
        self.top = [0, *(known.end(text, span.start, len(text)) for span in self.spans[1:])]
        self.reach = self._reach()

    def _reach(self) -> list[int]:
        reach = [0] * (len(self.spans) + 1)
        for i in range(len(self.spans) - 2, -1, -1):
            start, end = self.spans[i]
            if start == end or self.text[start] in "-_" or self.text[end - 1] in "-_":
                continue
            may_be_last = self.top[i + 1] and "_" not in self.text[start:end]
            reach[i] = reach[i + 1] or (i + 1 if may_be_last else 0)
        return reach

    def after_protocol(self, at: int) -> _Match | None:
        """The address whose ``http(s)://`` stands before the run; not before ``at``."""
        start, text = self.start, self.text
        before = text[max(0, start - 8) : start].lower()
        protocol = next((one for one in ("https://", "http://") if before.endswith(one)), "")
        first = start - len(protocol)
        if not protocol or not self.reach[0]:
            return None
        if first and (first - 1 < at or not _MAY_FOLLOW.match(text, first - 1)):
            return None
        return self._match(first, protocol, start, self.reach[0])

    def bare(self, label: int, at: int) -> _Match | None:
        """The first address without protocol in that label or after, with room for a character after ``at``."""
        for i in range(label, len(self.spans) - 1):
            (start, end), far = self.spans[i], self.reach[i + 1]
            if not (far or self.top[i + 1]) or self.text[end - 1] in "-_":
                continue
            floor = max(start, at + 1 if at else 0)
            if not far:  # the label before a top-level domain may not hold an underscore
                floor = max(floor, self.text.rfind("_", start, end) + 1)
            found = _DOMAIN_START.search(self.text, floor, end)
            if not found:
                continue
            first = found.start()
            if first == 0 and _DOMAIN_START.match(self.text, 1, end):
                first = 1  # the reference tries the very first character as the one before an address
            return self._match(first, "", first, far or i + 1)
        return None

    def _match(self, first: int, protocol: str, domain: int, last: int) -> _Match:
        has_path, end = _read_tail(self.text, self.top[last])
        return _Match(first, protocol, Span(domain, self.top[last]), last, has_path, end)


def _read_tail(text: str, end: int) -> tuple[bool, int]:
    """Whether a path follows a domain that ends at ``end``, and where port, path and query end."""
    port = _PORT.match(text, end)
    if port:
        end = port.end()
    path = _PATH.match(text, end)
    if path:
        end = path.end()
    return path is not None, _query_end(text, end, len(text))


def _query_end(text: str, start: int, stop: int) -> int:
    query = _QUERY.match(text, start, stop)
    return start + len(query.group().rstrip(_NOT_LAST_IN_QUERY)) if query else start


def _accepted(text: str, match: _Match, known: TopLevel) -> Iterator[Span]:
    """The addresses that a match comes to: none if it is malformed, several if other letters join bare domains."""
    start, protocol, domain, _, has_path, end = match
    if not _is_sound(text, match, known):
        return
    if protocol:
        short = _SHORT_LINK.match(text, start, end)
        if not short:
            yield Span(start, end)
        elif len(short.group(1)) <= _SHORT_LINK_LENGTH:
            yield Span(start, _query_end(text, short.end(), end))
        return
    if start and text[start - 1] in "-_./":
        return
    domains = tuple(_ascii_domains(text, domain, known))
    yield from domains[:-1]
    for last in domains[-1:]:  # where other letters part it from the path, the reference's own value and span disagree
        yield Span(last.start, end if has_path else last.end)


def _ascii_domains(text: str, domain: Span, known: TopLevel) -> Iterator[Span]:
    """The domains of plain and accented letters alone within a domain; the reference links no others without protocol."""
    at = domain.start
    while labels := _ASCII_LABELS.search(text, at, domain.end):
        at = labels.end()
        dot = text.rfind(".", labels.start(), labels.end())
        while dot >= 0:
            end = known.end(text, dot + 1, domain.end)
            if end:
                yield Span(labels.start(), end)
                at = end
                break
            dot = text.rfind(".", labels.start(), dot)


def _is_sound(text: str, match: _Match, known: TopLevel) -> bool:
    """Whether each label of the domain fits into 63 characters once encoded, and the whole address into 4,096."""
    domain = text[match.domain.start : match.domain.end]
    if domain.startswith("xn--") and not any(_ascii_domains(text, match.domain, known)):
        return False
    if any(_encoded_length(label) > _LABEL_LENGTH for label in domain.split(".")):
        return False
    protocol = match.protocol or "https://"
    utf16_length = match.end - match.start + sum(letter > "\uffff" for letter in domain)
    return len(protocol) + utf16_length <= _ADDRESS_LENGTH


def _encoded_length(label: str) -> int:
    """How long a label is in Punycode; only as exact as the limit of 63 needs."""
    if label.isascii() or len(label) > _LABEL_LENGTH:
        return len(label)
    parts = _IDEOGRAPHIC_DOTS.split(label)
    return sum(len(part) if part.isascii() else 4 + len(part.encode("punycode")) for part in parts) + len(parts) - 1
