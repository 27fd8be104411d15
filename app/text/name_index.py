"""The names of a school, looked up by any spelling: who may be meant by a first name, a surname, a short form, a slip."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from itertools import product
from string import ascii_lowercase
from sys import intern
from typing import Final, Self

from rapidfuzz.distance import OSA

from app.domain import Pupil, StaffMember
from app.text.fold import deleet, fold, squeeze, tokens
from app.text.gazetteer import (
    Commonness,
    PhraseTable,
    commonness,
    diminutives,
    is_people_or_age,
    is_proper,
    is_word,
    key_of,
    lexicon,
    phrase_table,
)

__all__ = ["FullNames", "NameIndex", "Role", "Spelling"]

PARTICLES: Final = frozenset(
    ["van", "von", "de", "da", "di", "du", "del", "della", "dos", "das", "der", "den", "la", "le", "el", "al", "bin", "bint",
     "ibn", "ap", "ab", "ni", "nic", "mac", "mc", "o", "st", "ter", "ten", "af", "abu", "san", "santa"]
)  # fmt: skip
_SHORTEST_SLIP: Final = 5  # letters; a slip in a shorter name is another name
_LONGEST_WORD: Final = 40
_BEGINNING: Final = 4  # letters
_SKELETON: Final = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o", "5": "s"})


NO_APOSTROPHE: Final = "an apostrophe is missing"
CUT_SHORT: Final = "the beginning of a first name"
_CUT_SHORT_COST: Final = 1.6  # seldom a name unless its place in the sentence says so
DIGITS: Final = "digits stand for letters"
_MANY_DIGITS_COST: Final = 4.4  # such a word is a name only beside another name of the same pupil


class Role(Enum):
    """What a name is to the child who bears it."""

    FIRST = "a first name on the roll"
    SHORT = "a short form or other spelling of a first name on the roll"
    HALF = "half of a double first name on the roll"
    MIDDLE = "a middle name on the roll"
    SURNAME = "a surname on the roll"
    HALF_SURNAME = "part of a surname on the roll"


FIRSTS: Final = (Role.FIRST, Role.SHORT, Role.HALF, Role.MIDDLE)
_OWN_FIRSTS: Final = FIRSTS[:3]
SURNAMES: Final = (Role.SURNAME, Role.HALF_SURNAME)
_NOBODY: Final[list[int]] = []


@dataclass(frozen=True, slots=True)
class Spelling:
    """A key that a written word may stand for; ``note`` says in plain words what was undone, ``cost`` how doubtful that is."""

    key: str
    note: str = ""
    cost: float = 0.0


@dataclass(slots=True)
class _Builder:
    """Names as they are gathered, by role, then by key; pupils by number."""

    by_role: dict[Role, dict[str, list[int]]] = field(default_factory=lambda: {role: {} for role in Role})
    several: set[str] = field(default_factory=set)  # keys of names of more than one word
    initials: dict[str, list[int]] = field(default_factory=dict)
    first_names: list[tuple[str, ...]] = field(default_factory=list)
    first_letters: list[str] = field(default_factory=list)
    surname_letters: list[str] = field(default_factory=list)

    def add(self, role: Role, key: str, number: int) -> None:
        if len(key) < 2:
            return
        numbers = self.by_role[role].setdefault(key, [])
        if not numbers or numbers[-1] != number:
            numbers.append(number)

    def add_first(self, name: str, number: int) -> str:
        parts = words_of(name)
        key = "".join(parts)
        self.add(Role.FIRST, key, number)
        if len(parts) > 1:
            self.several.add(key)
            self.add(Role.HALF, parts[0], number)
            self.add(Role.HALF, parts[-1], number)
        return key

    def add_surname(self, name: str, number: int) -> str:
        parts = words_of(name)
        key = "".join(parts)
        self.add(Role.SURNAME, key, number)
        if len(parts) > 1:
            self.several.add(key)
            for part in parts:
                if part not in PARTICLES:
                    self.add(Role.HALF_SURNAME, part, number)
        return key

    def add_former(self, name: str, number: int) -> None:
        """A former name may be a surname, a first name or both, first name first."""
        first, _, rest = name.strip().partition(" ")
        if words_of(rest) and words_of(first) and words_of(first)[0] not in PARTICLES:
            self.add_first(first, number)
            self.add_surname(rest, number)
        else:
            self.add_first(name, number)
        self.add_surname(name, number)


@lru_cache(maxsize=65536)
def words_of(name: str) -> tuple[str, ...]:
    """The folded words of a name, without apostrophes: ``("al", "sayed")``, ``("oconnor",)``."""
    return tuple(word.key.replace("'", "") for word in tokens(fold(name)))


@dataclass(frozen=True, slots=True, eq=False)
class NameIndex:
    """All that is asked about a school's names. Pupils are numbers within; ``ids`` leads back."""

    ids: tuple[str, ...]
    years: tuple[str, ...]
    classes: tuple[str, ...]  # folded
    left: frozenset[int]
    by_role: Mapping[Role, Mapping[str, Sequence[int]]]
    known: frozenset[str]  # first names, surnames and short forms
    borne: frozenset[str]  # these and all others
    beginnings: frozenset[str]  # the first letters of all that is borne
    shorts: Mapping[str, tuple[str, ...]]  # short form -> first names on the roll
    several: frozenset[str]
    initials: Mapping[str, Sequence[int]]  # letters of first name and surname
    first_names: tuple[tuple[str, ...], ...]  # legal and preferred
    first_letters: tuple[str, ...]
    surname_letters: tuple[str, ...]
    slips: Mapping[int, tuple[str, ...]]
    cut_short: Mapping[str, tuple[str, ...]]  # first letters -> first names on the roll
    skeletons: Mapping[str, tuple[str, ...]]
    staff: frozenset[tuple[str, str]]
    staff_by_first: Mapping[str, frozenset[str]]
    class_names: frozenset[str]
    allowed: PhraseTable
    elsewhere: "FullNames | None" = None

    @classmethod
    def build(
        cls,
        pupils: Iterable[Pupil],
        staff: Iterable[StaffMember] = (),
        class_names: Iterable[str] = (),
        allowed: Iterable[str] = (),
    ) -> Self:
        """The index of these names.

        ``allowed`` are phrases in which a name is nobody's (``Alice Holt Forest``). Leavers are guarded like all others:
        whose names are looked for is the register's to say. Pupils ``elsewhere`` are looked up apart, by full names alone.
        """
        everybody = list(pupils)
        guarded = [pupil for pupil in everybody if not pupil.elsewhere]
        builder = _Builder()
        for number, pupil in enumerate(guarded):
            _add_pupil(builder, pupil, number)
        firsts, surnames = builder.by_role[Role.FIRST], builder.by_role[Role.SURNAME]
        shorts = _shorts(firsts)
        known = frozenset().union(firsts, surnames, shorts)
        borne = known.union(*builder.by_role.values())
        classes = {pupil.class_name: fold(pupil.class_name).text.strip() for pupil in guarded}
        people = [(key_of(member.first), key_of(member.surname)) for member in staff]
        index = cls(
            ids=tuple(pupil.id for pupil in guarded),
            years=tuple(pupil.year for pupil in guarded),
            classes=tuple(classes[pupil.class_name] for pupil in guarded),
            left=frozenset(number for number, pupil in enumerate(guarded) if pupil.left_on is not None),
            by_role=builder.by_role,
            known=known,
            borne=borne,
            beginnings=frozenset(key[:_BEGINNING] for key in borne),
            shorts=shorts,
            several=frozenset(builder.several),
            initials=builder.initials,
            first_names=tuple(builder.first_names),
            first_letters=tuple(builder.first_letters),
            surname_letters=tuple(builder.surname_letters),
            slips=_slips({*firsts, *surnames}),
            cut_short=_grouped((short, first) for first in firsts for short in _cut_short(first)),
            skeletons=_grouped((skeleton(name), name) for name in {*firsts, *surnames}),
            staff=frozenset(people),
            staff_by_first={first: frozenset(last for each, last in people if each == first) for first, _ in people},
            class_names=frozenset(key_of(name) for name in (*class_names, *classes.values())) - {""},
            allowed=phrase_table(allowed),
        )
        others = [pupil for pupil in everybody if pupil.elsewhere]
        return replace(index, elsewhere=FullNames.of(others).beside(index)) if others else index

    def knows(self, key: str) -> bool:
        """Whether it is a first name, a surname or a short form on the roll."""
        return key in self.known

    def roles(self, key: str) -> Iterator[tuple[Role, Sequence[int]]]:
        """What that key is to whom."""
        for role, names in self.by_role.items():
            if key in names:
                yield role, names[key]
        if key in self.shorts:
            yield Role.SHORT, sorted({number for name in self.shorts[key] for number in self.by_role[Role.FIRST][name]})

    def bears(self, key: str) -> bool:
        """Whether it stands for anything here."""
        return key in self.borne

    def begins(self, key: str) -> bool:
        """Whether something that is borne here may begin with the key; longer keys are told apart by their first letters."""
        return len(key) < _BEGINNING or key[:_BEGINNING] in self.beginnings

    def joined_at(self, key: str) -> int:
        """Where a word of one pupil's first name and surname, either way round, is to be cut between them, or 0."""
        for place in range(2, len(key) - 1):
            head, tail = key[:place], key[place:]
            if self.bears(head) and self.bears(tail) and (self._full(head, tail) or self._full(tail, head)):
                return place
        return 0

    def _full(self, first: str, surname: str) -> bool:
        return not self._bearers(first, _OWN_FIRSTS).isdisjoint(self._bearers(surname, SURNAMES))

    def _bearers(self, key: str, roles: Sequence[Role]) -> set[int]:
        return {number for role, numbers in self.roles(key) if role in roles for number in numbers}

    def spellings(self, key: str, full: str, disguise: str) -> Iterator[Spelling]:
        """The names that a written word may stand for, likeliest first; a dictionary word stands for itself alone."""
        if not disguise and self.bears(key):
            yield Spelling(key)
        elif disguise and key.isalpha():
            yield Spelling(key, disguise)
        elif len(key) > _LONGEST_WORD or (not disguise and (is_word(key) or self._of_a_people(key))):
            return
        else:
            yield from self._undone(key, full, disguise)

    def _of_a_people(self, key: str) -> bool:
        """Whether it is the word for a people or age, and not a first name with the s of possession (``aryans``)."""
        bearer = key.removesuffix("s")
        return is_people_or_age(key) and not (bearer != key and self.bears(bearer) and not is_people_or_age(bearer))

    def _undone(self, key: str, full: str, disguise: str) -> Iterator[Spelling]:
        if key.endswith("s") and key == full and len(key) > 3 and self.bears(key[:-1]):
            yield Spelling(key[:-1], NO_APOSTROPHE, 0.2)
            return
        letters = sum(sign.isalpha() for sign in key)
        respelt = [(other, "letters are drawn out") for other in squeeze(key)]
        if letters * 2 >= len(key) > 2:
            respelt += [(other, disguise or DIGITS) for other in deleet(key)]
        elif len(key) > 2:
            yield from (Spelling(other, DIGITS, _MANY_DIGITS_COST) for other in deleet(key) if self.bears(other))
        if letters > 2:
            respelt += [(other, "look-alike letters") for other in self.skeletons.get(skeleton(key), ())]
        seen = [Spelling(other, note, 0.1) for other, note in respelt if self.bears(other)]
        seen += [Spelling(name, CUT_SHORT, _CUT_SHORT_COST) for name in self.cut_short.get(key, ())]
        yield from seen
        if not seen and len(key) >= _SHORTEST_SLIP:
            cost = 2.2 if is_proper(key) else 0.3 if disguise else 0.6
            yield from (Spelling(name, "one letter differs", cost) for name in self._near(key))

    def _near(self, key: str) -> list[str]:
        """Names of five letters or more that one slip of the pen turns into the word."""
        names = {name for form in _shortened(key) for name in self.slips.get(hash(form), ())}
        return sorted(name for name in names if OSA.distance(name, key, score_cutoff=1) == 1)


@dataclass(frozen=True, slots=True, eq=False)
class FullNames(NameIndex):
    """The names of pupils of the trust's other schools. Only two together lead to a pupil, so no name knows its bearers."""

    together: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # first name, blank, surname

    @classmethod
    def of(cls, pupils: Sequence[Pupil]) -> Self:
        """The full names of these pupils."""
        names, together = _full_names(pupils)
        firsts, surnames = names.by_role[Role.FIRST], names.by_role[Role.SURNAME]
        shorts = _shorts(firsts)
        known = frozenset().union(firsts, surnames, shorts)
        return replace(
            cls.build(()),
            ids=tuple(pupil.id for pupil in pupils),
            left=frozenset(number for number, pupil in enumerate(pupils) if pupil.left_on is not None),
            by_role=names.by_role,
            known=known,
            borne=known,
            beginnings=frozenset(key[:_BEGINNING] for key in known),
            shorts=shorts,
            several=frozenset(names.several),
            skeletons=_grouped((skeleton(name), name) for name in {*firsts, *surnames}),
            together=together,
        )

    def beside(self, ours: NameIndex) -> Self:
        """The same among the staff and classes of our own school, whose posts are read."""
        return replace(self, staff=ours.staff, staff_by_first=ours.staff_by_first, class_names=ours.class_names)

    def of_both(self, first: str, role: Role, surname: str) -> tuple[int, ...]:
        """The pupils of that surname and that first name, or a first name of which it is a short form."""
        firsts = self.shorts[first] if role is Role.SHORT else (first,)
        return tuple(sorted({number for each in firsts for number in self.together.get(f"{each} {surname}", ())}))

    def _full(self, first: str, surname: str) -> bool:
        return any(self.of_both(first, role, surname) for role, _ in self.roles(first) if role in _OWN_FIRSTS)

    def _near(self, key: str) -> list[str]:
        """Names with one letter for the star of a masked word; a slip of the pen is not undone."""
        if key.count("*") != 1:
            return []
        return [name for letter in ascii_lowercase if self.bears(name := key.replace("*", letter))]


def skeleton(key: str) -> str:
    """The key with letters and digits that look alike in print made one."""
    return key.replace("rn", "m").replace("vv", "w").translate(_SKELETON)


def _add_pupil(builder: _Builder, pupil: Pupil, number: int) -> None:
    firsts = {builder.add_first(name, number) for name in {pupil.legal_first, pupil.preferred_first} if name}
    surnames = {builder.add_surname(name, number) for name in {pupil.legal_surname, pupil.preferred_surname} if name}
    for name in pupil.middle.replace(",", " ").split():
        builder.add(Role.MIDDLE, key_of(name), number)
    for name in pupil.former:
        builder.add_former(name, number)
    first_letters = "".join(sorted({first[0] for first in firsts if first}))
    surname_letters = "".join(sorted({last[0] for last in surnames if last}))
    builder.first_names.append(tuple(sorted(firsts - {""})))
    builder.first_letters.append(intern(first_letters))
    builder.surname_letters.append(intern(surname_letters))
    for first, last in product(first_letters, surname_letters):
        builder.initials.setdefault(first + last, []).append(number)


def _full_names(pupils: Iterable[Pupil]) -> tuple[_Builder, dict[str, tuple[int, ...]]]:
    """All their first names and surnames, borne by nobody, and who bears which two together."""
    names = _Builder()
    together: dict[str, tuple[int, ...]] = {}
    for number, pupil in enumerate(pupils):
        one = _Builder()
        _add_pupil(one, pupil, number)
        for first, surname in product(one.by_role[Role.FIRST], one.by_role[Role.SURNAME]):
            both = f"{first} {surname}"
            together[both] = (*together.get(both, ()), number)
        for role in (Role.FIRST, Role.SURNAME):
            names.by_role[role].update(dict.fromkeys(one.by_role[role], _NOBODY))
        names.several |= one.several
    return names, together


def _shorts(firsts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    return _grouped(
        (short, first)
        for first in firsts
        for short in diminutives(first)
        if len(short) > 1 and short not in lexicon("months")
    )


def _cut_short(first: str) -> Iterator[str]:
    """``dyl`` for ``dylan``: how any name is cut short by those who know its bearer."""
    cut = (first[:length] for length in (3, 4) if len(first) > length + 1)
    return (
        short for short in cut if not (is_word(short) or short in lexicon("relatives") or short in lexicon("titles"))
    )


def _shortened(key: str) -> set[str]:
    return {key, *(key[:place] + key[place + 1 :] for place in range(len(key)))}


def _slips(names: Iterable[str]) -> dict[int, tuple[str, ...]]:
    """Names by the hashes of what is left of them with one letter dropped; hashes take a third of the room."""
    found: dict[int, tuple[str, ...]] = {}
    for name in names:
        if len(name) >= _SHORTEST_SLIP and commonness(name) <= Commonness.EVERYDAY:
            for form in _shortened(name):
                place = hash(form)
                found[place] = (*found.get(place, ()), name)
    return found


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
