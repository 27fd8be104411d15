"""Names of children in the words of a draft, each with its reasons and how sure it is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from app.domain import Certainty, Entity, Field, NameFound, Words
from app.text.fold import fold
from app.text.gazetteer import PhraseTable, match_phrases, well_known_phrases
from app.text.name_context import IN_DOUBT, weigh
from app.text.name_elsewhere import ELSEWHERE, full_names, merged
from app.text.name_index import FullNames, NameIndex, Role
from app.text.name_pieces import Form, Naming, groups_named, namings, pieces
from app.text.name_scene import Scene
from app.text.name_slips import misspelt
from app.text.name_strangers import strangers
from app.text.name_words import Case, Writing, cut

__all__ = ["NameIndex", "find"]

CERTAIN: Final = 6.0
LIKELY: Final = 3.0
AMBIGUOUS: Final = IN_DOUBT
"""Lowest scores; the scale is that of the measurements in docs/accuracy."""

_MOST_PUPILS: Final = 5
_IN_LIST: Final = re.compile(
    r"'?s?\s*(?:\([^()]{0,20}\))?\s*(?:[,;&+/|•·]|\band\b|\bwith\b|\bplus\b|\n|\t| {2,})[\s,&•·*-]*(?:and\s+)?"
)
_LIST_BONUS: Final = 1.9
_ANOTHER_SCHOOL: Final = "of another of our schools"


@dataclass(frozen=True, slots=True)
class _Weighed:
    naming: Naming
    score: float
    reasons: tuple[str, ...]


def find(
    text: str,
    index: NameIndex,
    *,
    field: Field = Field.TEXT,
    photo: int | None = None,
    entities: tuple[Entity, ...] = (),
) -> tuple[NameFound, ...]:
    """The words that name, or may name, a child, in order of the text; spans cover the name and no more.

    ``entities`` are the URLs, mentions and hashtags of the text, which are searched inside too.
    """
    scene = _scene(text, index, field, entities, index.allowed)
    candidates = _weighed(_namings(scene), scene)
    chosen = [one for one in _lists(_best(candidates), scene.writing) if one.score >= AMBIGUOUS]
    found = [_found(one, scene, field, photo) for one in chosen]
    taken = {place for one in chosen for place in range(one.naming.first, one.naming.last)}
    for stranger in strangers(scene, taken):
        if scene.allowed.issuperset(range(stranger.first, stranger.last)):
            continue
        where = _words(scene.writing, stranger.first, stranger.last, field, photo)
        found.append(NameFound(where, Certainty.AMBIGUOUS, (), stranger.reasons, "one of our pupils"))
    if index.elsewhere is not None:
        others = _scene(text, index.elsewhere, field, entities, index.allowed)
        found = merged(found, _found_elsewhere(others, index.elsewhere, field, photo))
    return tuple(sorted(found, key=lambda one: (one.where.start, one.where.end)))


def _found_elsewhere(scene: Scene, names: FullNames, field: Field, photo: int | None) -> Iterator[NameFound]:
    """The pupils of the trust's other schools who are named in full."""
    candidates = _weighed(full_names(scene.writing, names, pieces(scene.writing, names)), scene)
    for one in _best(candidates):
        if one.score >= AMBIGUOUS:
            numbers = sorted(one.naming.numbers, key=lambda number: number in names.left)[:_MOST_PUPILS]
            pupils = tuple(names.ids[number] for number in numbers)
            where = _words(scene.writing, one.naming.first, one.naming.last, field, photo)
            yield NameFound(where, _certainty(one.score), pupils, (*one.reasons, _ANOTHER_SCHOOL), ELSEWHERE)


def _weighed(found: Iterable[Naming], scene: Scene) -> list[_Weighed]:
    """The namings with their scores, but for those that a phrase of the school's allows."""
    return [
        _Weighed(naming, *weigh(naming, scene))
        for naming in found
        if not scene.allowed.issuperset(range(naming.first, naming.last))
    ]


def _namings(scene: Scene) -> Iterator[Naming]:
    starting = pieces(scene.writing, scene.index)
    yield from namings(scene.writing, scene.index, tuple(scene.groups.values()), starting)
    yield from misspelt(scene.writing, scene.index, starting)


def _scene(text: str, index: NameIndex, field: Field, entities: tuple[Entity, ...], allowed: PhraseTable) -> Scene:
    writing = cut(text, index.knows, index.joined_at, field, [(entity.start, entity.end) for entity in entities])
    keys = tuple(word.full for word in writing.words)
    groups = groups_named(writing, index)
    return Scene(
        writing,
        index,
        {group.place: group for group in groups},
        _covered(match_phrases(keys, well_known_phrases())),
        _covered(match_phrases(keys, allowed)),
        frozenset(word.key for word in writing.words),
        frozenset(group.year for group in groups if group.year),
        frozenset(group.class_name for group in groups if group.class_name),
    )


def _covered(spans: Iterable[tuple[int, int]]) -> frozenset[int]:
    return frozenset(place for first, last in spans for place in range(first, last))


def _best(candidates: Sequence[_Weighed]) -> list[_Weighed]:
    """The likeliest readings that do not overlap, in order of the text."""
    taken: set[int] = set()
    chosen: list[_Weighed] = []
    for one in sorted(candidates, key=lambda one: (-one.score, one.naming.first - one.naming.last, one.naming.first)):
        places = range(one.naming.first, one.naming.last)
        if taken.isdisjoint(places):
            taken.update(places)
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.naming.first)


def _lists(chosen: Sequence[_Weighed], writing: Writing) -> list[_Weighed]:
    """Names in one list speak for each other where one of them is likely by itself, or where all are surnames."""
    result: list[_Weighed] = []
    run: list[_Weighed] = []
    for one in chosen:
        if run and not _lists_with(run[-1].naming, one.naming, writing):
            result.extend(_listed(run, writing))
            run = []
        run.append(one)
    return [*result, *_listed(run, writing)]


def _lists_with(one: Naming, other: Naming, writing: Writing) -> bool:
    between = writing.source[writing.words[one.last - 1].end : writing.words[other.first].start]
    return len(between) <= 40 and _IN_LIST.fullmatch(fold(between).text) is not None


def _listed(run: Sequence[_Weighed], writing: Writing) -> list[_Weighed]:
    surnames = [one for one in run if one.naming.role is Role.SURNAME and one.score >= AMBIGUOUS]
    likely = [one for one in run if one.score >= LIKELY]
    several = [
        one
        for one in run
        if one.naming.role is Role.FIRST
        and one.naming.level
        and one.score > 0
        and _written_as_name(one.naming, writing)
    ]
    if not likely and len(surnames) < 3:
        return (
            [
                replace(one, score=one.score + 0.8, reasons=(*one.reasons, "beside another first name"))
                if one in several
                else one
                for one in run
            ]
            if len(several) > 1
            else list(run)
        )
    bonus = _LIST_BONUS + (0.6 if len(likely) > 1 else 0.0)
    return [
        replace(one, score=one.score + _bonus(one.naming, bonus), reasons=(*one.reasons, "in a list of names"))
        if one.score < LIKELY and one.score > -1.5 and _written_as_name(one.naming, writing)
        else one
        for one in run
    ]


def _bonus(naming: Naming, bonus: float) -> float:
    """Middle names and halves of names gain less: in a list they are most often somebody else's first names."""
    return bonus if naming.role in (Role.FIRST, Role.SHORT, Role.SURNAME) else 0.8


def _written_as_name(naming: Naming, writing: Writing) -> bool:
    word = writing.words[naming.first]
    return word.case is not Case.LOWER or bool(word.solid) or (writing.careless and not naming.level)


def _found(one: _Weighed, scene: Scene, field: Field, photo: int | None) -> NameFound:
    numbers = _likeliest(one.naming.numbers, scene)
    return NameFound(
        _words(scene.writing, one.naming.first, one.naming.last, field, photo),
        _certainty(one.score),
        tuple(scene.index.ids[number] for number in numbers),
        one.reasons,
        _instead(one.naming, numbers, scene.index),
    )


def _certainty(score: float) -> Certainty:
    return Certainty.CERTAIN if score >= CERTAIN else Certainty.LIKELY if score >= LIKELY else Certainty.AMBIGUOUS


def _words(writing: Writing, first: int, last: int, field: Field, photo: int | None) -> Words:
    """The stretch of the words, with the full stop of an initial at its end."""
    end = writing.words[last - 1].end
    dotted = (
        writing.words[last - 1].letter and writing.source.startswith(".", end) and not writing.words[last - 1].solid
    )
    return Words(writing.words[first].start, end + dotted, field, photo)


def _likeliest(numbers: Sequence[int], scene: Scene) -> list[int]:
    """Up to five, those of a year or class named in the text first, leavers last."""
    left, years, classes = scene.index.left, scene.index.years, scene.index.classes
    named: list[int] = []
    if scene.years or scene.classes:
        named = [number for number in numbers if years[number] in scene.years or classes[number] in scene.classes]
    # Of the commonest names there are thousands in a town: no further than needed is looked.
    in_order = chain(
        (number for number in named if number not in left),
        (number for number in named if number in left),
        (number for number in numbers if number not in left),
        (number for number in numbers if number in left),
    )
    found: dict[int, None] = {}
    for number in in_order:
        found[number] = None
        if len(found) == _MOST_PUPILS:
            break
    return list(found)


def _instead(naming: Naming, numbers: Sequence[int], index: NameIndex) -> str:
    if naming.form is Form.SINGLE and naming.role in (Role.SURNAME, Role.HALF_SURNAME) and len(numbers) > 1:
        return "one of our families"
    if all(number in index.left for number in numbers):
        return "a former pupil"
    years = {index.years[number] for number in numbers if number not in index.left}
    return _of_year(years.pop()) if len(years) == 1 else "one of our pupils"


def _of_year(year: str) -> str:
    if year[:1].isdigit():
        return f"a Year {year} pupil"
    return {"R": "a Reception pupil", "N": "a Nursery child"}.get(year[:1].upper(), "one of our pupils")
