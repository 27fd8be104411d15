"""A draft's words without the children's names in them: what an author can take over as it stands.

The sentence is mended around each name as far as its neighbours tell how; the names themselves always go.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from itertools import pairwise
from typing import Final

from app.domain import Field, NameFound
from app.text.urls import find_urls

__all__ = ["without_names"]

_ANYBODY: Final = "one of our pupils"
_NUMBERS: Final = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_IRREGULAR: Final = {"child": "children", "family": "families"}
_LOOK_BACK: Final = 80  # code points; enough for "Congratulations to our two very clever …"
_BLANKS: Final = " \t"

_PRAISE: Final = (
    r"well[ \t]done|congratulations|congrats|bravo|happy[ \t]birthday|good[ \t]luck|thank[ \t]you|thanks|kudos"
)
_DETERMINERS: Final = "the|our|my|your|his|her|their|both|an?"
_ADJECTIVES: Final = (
    "little|young|lovely|brave|clever|amazing|brilliant|wonderful|fantastic|talented|super|superb|incredible|dear|own|"
    "very|kind|sweet|tiny|new|old|oldest|youngest|newest|fabulous|marvellous|star|hard-working|happy|proud|gorgeous"
)
_TITLE: Final = r"(?:mr|mrs|ms|miss|master|mister)\.?[ \t]{1,3}"
_LEAD: Final = re.compile(
    rf"(?<!\w)(?:(?P<praise>{_PRAISE})[ \t]*,?[ \t]{{1,3}})?(?:(?P<det>{_DETERMINERS})[ \t]{{1,3}})?"
    rf"(?P<adjectives>(?:(?:{_ADJECTIVES})[ \t]{{1,3}}){{0,3}})(?:{_TITLE})?\Z",
    re.IGNORECASE,
)
_OF_A_CLASS: Final = re.compile(r"(?<!\w)(?P<det>[A-Z][\w ]{2,12}['’]s)[ \t]\Z")
_CONTRACTED: Final = re.compile(
    r"(?i:it|that|this|there|here|what|who|where|when|how|let|he|she|[\w ]*(?:one|body|day|night))['’]s"
)
_ROLE: Final = re.compile(
    r"(?<!\w)(?:(?:our|the|year[ \t]\w{1,9}|reception|nursery)[ \t]+(?:[\w'’-]+[ \t]+){0,2}"
    r"(?:pupil|child|student|winner|captain|champion|author|poet|artist|player|boy|girl|"
    r"goalkeeper|keeper|striker|swimmer|runner|dancer|singer|musician|librarian|gardener|scientist|explorer|leader)s?"
    r"|(?:star|pupil|child|player|learner|reader|writer|author|poet|artist|athlete|mathematician|scientist)s?"
    r"[ \t]of[ \t]the[ \t](?:week|month|day|term|match|year))[ \t]{1,3}\Z",
    re.IGNORECASE,
)
_INITIAL: Final = r"[ \t][B-HJ-Z]\b\.?(?![\w'’-])"
_GROUP: Final = (
    r"[ \t]?\([ \t]?(?:(?i:(?:year|yr|y|aged?)?[ \t]?\d{1,2}|(?:(?:year|yr|y)[ \t]?)?r|reception|nursery|rec)"
    r"|[A-Z][a-z]+(?i:[ \t]class)?(?i:,?[ \t](?:year|yr|y)[ \t]?\w{1,2})?|\d?[A-Z]{1,3})[ \t]?\)"
)
_TAIL: Final = re.compile(rf"(?P<initial>{_INITIAL})?(?P<group>{_GROUP})?")
_IN_LIST: Final = re.compile(
    rf"(?:{_INITIAL})?(?:{_GROUP})?(?:['’]s?)?[ \t]*(?:[,;][ \t]*(?:(?i:and|plus)\b|&)?|[&+/]|\b(?i:and|plus)\b)[ \t]*"
    rf"(?i:{_TITLE})?"
)
_YEAR_SAID: Final = re.compile(
    r"[ \t]+(?:in|from|of)[ \t]+(?:our[ \t]+)?(?:(?:year|yr|y)[ \t]?\d|reception\b|nursery\b)", re.IGNORECASE
)
_YEAR: Final = re.compile(r"(?:Year \w+|Reception|Nursery)(?:['’]s)? ")
_NEEDS_SOMEBODY: Final = re.compile(r"(?<!\w)(?:by|to|from|with|for|of|and|meet)[ \t]+\Z", re.IGNORECASE)
_KIN: Final = re.compile(r"[ \t]{1,3}(famil(?:y|ies)|twins|triplets|siblings|sisters|brothers)\b", re.IGNORECASE)
_OWNS: Final = re.compile(r"(['’])s\b")
_OWNS_AFTER_S: Final = re.compile(r"(['’])(?!\w)")
_SENTENCE_OVER: Final = re.compile(r"[ \t]*(?:\Z|\n)|[ \t]+[A-Z]")
_OPENS: Final = re.compile(r"(?:\A|\n|[.!?…][\"'”’)\]]*[ \t]+)[^\w,;:]*\Z")

_SOLID: Final = re.compile(
    r"(?P<address>https?://[^\s<>]*[^\s<>.,;:!?)\"'”’]|www\.[^\s<>]*[^\s<>.,;:!?)\"'”’]"
    r"|(?<![\w.@-])[\w-]+(?:\.[\w-]+){1,5}/[^\s<>]*[^\s<>.,;:!?)\"'”’])"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?<!\w)[@＠](?P<handle>\w+)|(?<!\w)[#＃](?P<hashtag>\w+)"
)
_NO_TAG: Final = frozenset({"and", "n", "s", "the", "our", "to", "for", "well"})  # says nothing by itself


@dataclass(frozen=True, slots=True)
class _Solid:
    """A hashtag, handle or address; ``kind`` is the group of ``_SOLID``."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What is to be replaced: one name, or a list of them, or a solid with the names inside it."""

    start: int
    end: int
    insteads: tuple[str, ...]
    solid: _Solid | None = None
    inside: tuple[tuple[int, int], ...] = default(default=())


@dataclass(frozen=True, slots=True)
class _Kind:
    """Who is meant, as one and as many; ``ours`` where it is said "one of our …"."""

    one: str
    many: str
    ours: bool


def without_names(text: str, names: Sequence[NameFound], *, field: Field = Field.TEXT, photo: int | None = None) -> str:
    """``text`` with every name that was found in that field, doubtful ones too, put in other words.

    ``photo`` counts from 0 where the field is one of a photo's. A handle or web address with a name in it goes
    altogether, since what is left of it would be somebody else's; of a hashtag the rest stays.
    """
    found = _merged(
        _Stretch(max(name.where.start, 0), min(name.where.end, len(text)), (name.instead,))
        for name in names
        if name.where.field is field and name.where.photo == photo
    )
    if not found:
        return text
    writer = _Writer(text)
    for stretch in _listed(text, _with_solids(text, found)):
        writer.replace(stretch)
    return writer.finish()


def _merged(stretches: Iterator[_Stretch] | Sequence[_Stretch]) -> list[_Stretch]:
    """In order of the text, those that overlap as one, those that hold nothing left out."""
    merged: list[_Stretch] = []
    for one in sorted((one for one in stretches if one.start < one.end), key=lambda one: (one.start, one.end)):
        if merged and one.start < merged[-1].end:
            last = merged.pop()
            merged.append(_Stretch(last.start, max(last.end, one.end), last.insteads))
        else:
            merged.append(one)
    return merged


def _solids(text: str) -> list[_Solid]:
    """Hashtags, handles and addresses in order, none overlapping another."""
    found = [_Solid(each.start(), each.end(), str(each.lastgroup)) for each in _SOLID.finditer(text)]
    found += [_Solid(each.start, each.end, "address") for each in find_urls(text)]
    apart: list[_Solid] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not apart or one.start >= apart[-1].end:
            apart.append(one)
    return apart


def _with_solids(text: str, found: Sequence[_Stretch]) -> list[_Stretch]:
    """The names with the hashtags, handles and addresses they stand in.

    An e-mail address is replaced like a name; so is what a name begins before, ends after or covers.
    """
    solids = _solids(text)
    ends, starts = [solid.end for solid in solids], [solid.start for solid in solids]
    tags: dict[int, list[tuple[int, int]]] = {}
    result: list[_Stretch] = []
    for name in found:
        first, last = bisect_left(ends, name.start + 1), bisect_left(starts, name.end)
        touched = solids[first:last]
        if not touched:
            result.append(name)
        elif _is_part(text, name, touched[0]):
            tags.setdefault(first, []).append((name.start, name.end))
        else:
            start, end = min(name.start, touched[0].start), max(name.end, touched[-1].end)
            result.append(_Stretch(start, end, name.insteads))
    for at, inside in tags.items():
        result.append(_Stretch(starts[at], ends[at], (_ANYBODY,), solids[at], tuple(inside)))
    return _merged(result)


def _is_part(text: str, name: _Stretch, solid: _Solid) -> bool:
    """Whether the name is only part of it and it is no word of the sentence, as a handle after "by" would be."""
    if solid.kind == "mail" or name.end > solid.end or name.start < solid.start + (solid.kind != "address"):
        return False
    spoken = solid.kind == "handle" and _NEEDS_SOMEBODY.search(text, max(0, solid.start - 10), solid.start)
    return not spoken


def _listed(text: str, stretches: Sequence[_Stretch]) -> Iterator[_Stretch]:
    """Names that one list joins in one line as one stretch."""
    held = stretches[0]
    for before, one in pairwise(stretches):
        gap = text[before.end : one.start]
        if not (before.solid or one.solid) and len(gap) <= 40 and _IN_LIST.fullmatch(gap):
            held = _Stretch(held.start, one.end, held.insteads + one.insteads)
        else:
            yield held
            held = one
    yield held


class _Writer:
    """Writes the text anew. ``at`` is how far the old one is read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.out = ""

    def replace(self, stretch: _Stretch) -> None:
        """Copy up to the stretch, and say something else in its place."""
        if stretch.solid:
            self._cut(stretch, stretch.solid)
        else:
            self._rename(stretch)

    def finish(self) -> str:
        """The new text to its end."""
        return self.out + self.text[self.at :]

    def _cut(self, stretch: _Stretch, solid: _Solid) -> None:
        self._copy_to(stretch.start)
        self.at = stretch.end
        body, place = "", stretch.start + 1
        for start, end in (*stretch.inside, (stretch.end, stretch.end)):
            body, place = body + self.text[place:start], end
        body = body.strip("_")
        if solid.kind == "hashtag" and re.search(r"[^\W\d_]", body) and body.casefold() not in _NO_TAG:
            self.out += self.text[stretch.start] + body
            return
        self.out = self.out.rstrip(_BLANKS)
        if not self.out or self.out.endswith("\n"):
            self._skip(_BLANKS)
            self.at += self.text.startswith("\n", self.at)
        if self.at == len(self.text):
            self.out = self.out.rstrip()

    def _rename(self, stretch: _Stretch) -> None:
        back = max(self.at, stretch.start - _LOOK_BACK)
        end = self._end(stretch)
        owns = self._owns(stretch, end)
        dot = self._full_stop(stretch, end)
        if _ROLE.search(self.text, back, stretch.start):
            self._copy_to(stretch.start)
            self.out, self.at = self.out.rstrip(_BLANKS), end
        else:
            self._say(stretch, end, back)
        if owns:
            self.out += owns[1] if self.out.endswith("s") else f"{owns[1]}s"
            self.at = owns.end()
        self.out += dot
        if self.text.startswith("_", self.at):
            self._skip("_")
        if re.match(r"\w", self.text[self.at : self.at + 1]):
            self.out += " "

    def _say(self, stretch: _Stretch, end: int, back: int) -> None:
        kind, kin = _kind_of(stretch.insteads), _KIN.match(self.text, end)
        count, determined = len(stretch.insteads), ""
        lead = _LEAD.search(self.text, back, stretch.start)
        owner = _OF_A_CLASS.search(self.text, back, stretch.start)
        if owner and not _CONTRACTED.fullmatch(owner["det"]):
            lead = owner
        groups = lead.groupdict("") if lead else {}
        if groups.get("det", "").casefold() not in ("", "a", "an"):
            determined = groups["det"]
        if kin:
            kind, end = _relatives(kin[1]), kin.end()
            count = count if kin[1].casefold() == "families" else 1
            determined = "" if kind.ours else determined or "our"
        elif _YEAR_SAID.match(self.text, end) or _YEAR.match(f"{determined} "):
            kind = _Kind(_YEAR.sub("", kind.one), _YEAR.sub("", kind.many), kind.ours)
        self._copy_to(lead.start() if lead else stretch.start)
        self._part()
        praise = f"{groups['praise']} to " if groups.get("praise") else ""
        words = _phrase(kind, count, determined, " ".join(groups.get("adjectives", "").split()))
        kept = praise or (determined and groups.get("det"))
        self.out += praise + words if kept or not self._opens() else words[:1].upper() + words[1:]
        self.at = end

    def _part(self) -> None:
        """Leave a blank where the name was joined to a word."""
        self.out = self.out.rstrip("_")
        if re.search(r"\w\Z", self.out):
            self.out += " "

    def _opens(self) -> bool:
        """Whether a sentence or a line begins here."""
        return _OPENS.search(self.out, max(0, len(self.out) - 20)) is not None

    def _end(self, stretch: _Stretch) -> int:
        """Where the name ends with an initial and a class in brackets behind it."""
        tail = _TAIL.match(self.text, stretch.end)
        return tail.end() if tail else stretch.end

    def _owns(self, stretch: _Stretch, end: int) -> re.Match[str] | None:
        """The sign that makes the name an owner."""
        owns = _OWNS.match(self.text, end)
        if owns or self.text[end - 1] not in "sS" or self.text[stretch.start - 1 : stretch.start] in ("'", "‘"):
            return owns
        return _OWNS_AFTER_S.match(self.text, end)

    def _full_stop(self, stretch: _Stretch, end: int) -> str:
        """The full stop of the sentence, where it was that of an initial too."""
        over = self.text[stretch.start : end].endswith(".") and _SENTENCE_OVER.match(self.text, end)
        return "." if over else ""

    def _copy_to(self, place: int) -> None:
        self.out += self.text[self.at : place]
        self.at = place

    def _skip(self, signs: str) -> None:
        while self.text[self.at : self.at + 1] in tuple(signs):
            self.at += 1


def _kind_of(insteads: Sequence[str]) -> _Kind:
    """Who they all are; one of our pupils where they differ or where nothing better is known."""
    said = insteads[0] if len(set(insteads)) == 1 else _ANYBODY
    if single := re.fullmatch(r"an? (\S.*)", said):
        return _Kind(single[1], _plural(single[1]), ours=False)
    many = re.fullmatch(r"one of our (\S.*)", said)
    plural = many[1] if many else "pupils"
    return _Kind("family" if plural == "families" else plural.removesuffix("s"), plural, ours=True)


def _relatives(word: str) -> _Kind:
    word = word.casefold()
    return _Kind("family", "families", ours=True) if word.startswith("famil") else _Kind(word, word, ours=False)


def _plural(words: str) -> str:
    before, blank, last = words.rpartition(" ")
    return before + blank + _IRREGULAR.get(last, f"{last}s")


def _phrase(kind: _Kind, count: int, determined: str, adjectives: str) -> str:
    """So many of them in English: ``two little Year 4 pupils``, ``our Year 4 pupil``, ``one of our families``."""
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    if determined.casefold() == "both":
        pair = " of our" if kind.ours else ""
        return (
            _joined(determined + pair, adjectives, kind.many)
            if count == 2
            else f"{determined} {_phrase(kind, count, '', adjectives)}"
        )
    if determined:
        return _joined(determined, "" if count == 1 else number, adjectives, kind.one if count == 1 else kind.many)
    adjectives = adjectives.lower()
    if kind.ours:
        return _joined(f"{number} of our", adjectives, kind.many)
    if count > 1:
        return _joined(number, adjectives, kind.many)
    words = _joined(adjectives, kind.one)
    return f"{'an' if words[0] in 'aeiouAEIOU' else 'a'} {words}"


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)
