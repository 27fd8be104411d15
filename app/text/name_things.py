"""Rules that take away: words that show that a name is a place's, a class's, a time's, an animal's or a thing's."""

from typing import Final

from app.text.gazetteer import is_given_name, is_proper, lexicon
from app.text.name_index import FIRSTS, Role
from app.text.name_pieces import Form, Naming
from app.text.name_scene import Scene, Weights, close
from app.text.name_signs import child_before
from app.text.name_words import Case, Word


def place_or_firm(naming: Naming, scene: Scene) -> Weights:
    """Streets, churches, clubs, shops: named after people, but not people."""
    after = scene.next_to(naming)
    if after is None:
        return
    if scene.last(naming).possessive:
        if after.key in lexicon("business"):
            surely = naming.role is Role.SURNAME or scene.starts_capital(after)
            yield (-3.5 if surely else -1.3), "whose shop or place of business is meant"
        elif scene.starts_capital(after) and after.key not in lexicon("relatives"):
            yield -1.5, "part of a longer name"
    elif after.key in lexicon("place-nouns"):
        if after.case is not Case.LOWER or scene.writing.shouting:
            yield (-4.5 if naming.form is Form.SINGLE else -3.5), "followed by the word for a place, firm or club"
        elif naming.level or naming.role is Role.SURNAME:
            yield -1.5, "followed by the word for a place, firm or club"


_JOURNEYS: Final = frozenset(
    ["visit", "visiting", "visited", "trip", "river", "mount", "lake", "postcard", "flight", "isle", "map"]
)


_GEOGRAPHY: Final = frozenset(
    [
        "geography",
        "globe",
        "atlas",
        "atlases",
        "continent",
        "continents",
        "country",
        "countries",
        "capital",
        "capitals",
        "city",
        "cities",
        "airport",
    ]
)


def known_place(naming: Naming, scene: Scene) -> Weights:
    """Names that are cities, rivers and countries too."""
    if scene.key(naming) not in lexicon("place-names"):
        return
    if len(scene.keys & lexicon("place-names")) > 2 or scene.keys & _GEOGRAPHY:
        yield -2.8, "among other places"
    before = scene.before(naming, 3)
    if (before and before[0].key in lexicon("place-words")) or any(word.key in _JOURNEYS for word in before):
        yield (-5.0 if before and before[0].key in ("in", "near", "across") else -3.2), "a place that one goes to"
    after = scene.after(naming, 1)
    if (
        after
        and after[0].gap == ", "
        and is_proper(after[0].key)
        and after[0].key not in scene.index.by_role[Role.FIRST]
    ):
        yield -2.6, "followed by a country"


def dates(naming: Naming, scene: Scene) -> Weights:
    """Months, seasons and feasts."""
    month = scene.key(naming) in lexicon("months")
    if not month and scene.key(naming) not in lexicon("seasons"):
        return
    before, after = scene.before(naming, 1), scene.after(naming, 1)
    times = lexicon("months") | lexicon("seasons")
    if not month and after and after[0].key in ("1", "2") and not scene.last(naming).possessive:
        yield -4.0, "half a term"
        return
    if any(word.key in lexicon("time-words") or word.key in times for word in after) or (
        month and any(_is_day(word) for word in (*before, *after))
    ):
        yield -4.0, "a time of the year"
    elif any(word.key in lexicon("timely") or word.key in lexicon("months") for word in before):
        yield -2.6, "a time of the year"
    else:
        yield -0.3, "also a time of the year"


def _is_day(word: Word) -> bool:
    """Whether it is a number such as those of days and years, not an age (``7th birthday``)."""
    return word.key[:2].isdigit() or (word.key[:1].isdigit() and not word.key.endswith("th"))


def class_or_house(naming: Naming, scene: Scene) -> Weights:
    """The school's own classes, which are often called after trees."""
    if scene.key(naming) not in scene.index.class_names:
        return
    before, after = scene.before(naming, 2), scene.after(naming, 2)
    near = [word for word in (*before, *after) if word.key in scene.index.class_names and word.case is not Case.LOWER]
    timetable = (
        len(after) > 1 and after[0].key in ("on", "in", "at") and after[1].key in lexicon("timely") | lexicon("months")
    )
    listed = {scene.writing.words[place].key for place in scene.in_list(naming)} & scene.index.class_names
    if after and after[0].key in lexicon("class-words"):
        yield -9.0, "the name of a class, and called one"
    elif any(_leads_to_class(word) for word in before):
        yield -5.0, "the name of a class"
    elif listed - scene.index.by_role[Role.FIRST].keys():
        yield -5.0, "in a list with a class that no child is called"
    elif (
        len(scene.classes) > 2
        or (timetable and len(scene.classes) > 1)
        or (len(scene.classes) > 1 and "classes" in scene.keys)
    ):
        yield -2.9, "among the names of other classes"
    elif near:
        yield -2.4, "beside the name of another class"
    else:
        yield -1.5, "also the name of a class"


def _leads_to_class(word: Word) -> bool:
    return word.key in lexicon("ages") or word.key in ("class", "in", "classes", "from") or word.key.isdigit()


def share(naming: Naming, scene: Scene) -> Weights:
    """``… 98%``: classes and houses are counted so."""
    after = scene.after(naming, 1)
    if after and after[0].key.isdigit() and scene.writing.source.startswith("%", after[0].end):
        yield -3.0, "followed by a share in per cent"


def counted(naming: Naming, scene: Scene) -> Weights:
    """``eleven Matildas``: several of a name are costumes or characters."""
    word, before = scene.last(naming), scene.before(naming, 2)
    if word.possessive or not word.key.endswith("s") or word.key in scene.index.by_role[Role.FIRST]:
        return
    number = before[1] if len(before) > 1 and before[0].key == "of" else before[0] if before else None
    if number is not None and (number.key in lexicon("several") or number.key.isdigit()):
        yield -6.0, "several of that name, as of a costume or character"


def animal(naming: Naming, scene: Scene) -> Weights:
    """Pets, mascots, toys."""
    before = _before_list(naming, scene)
    called = before and before[0].key in ("called", "named") and any(_is_animal(word) for word in before[1:])
    called = called or _announced(naming, scene)
    if called or (before and _is_animal(before[0]) and _close_to_list(before[0], naming, scene)):
        yield -4.5, "the name of an animal or thing"
        return
    if naming.role in FIRSTS and scene.keys & lexicon("petted") and not any(child_before(naming, scene)):
        named = before and before[0].key in _NAMED
        yield (-3.6 if named else -1.5), "an animal or thing is spoken of"
    after = scene.after(naming, 4)
    if not after or scene.last(naming).possessive:
        return
    if after[0].key in lexicon("animals") and close(after[0]):
        yield -3.0, "the name of an animal or thing"
    elif after[0].key in ("the", "our", "a") and any(word.key in lexicon("animals") for word in after[1:]):
        yield -4.5, "the name of an animal or thing"
    elif after[0].key == "the":
        byname = len(after) > 1 and scene.starts_capital(after[1])
        yield (-2.4 if byname else -1.0), "a byname follows"


_NAMED: Final = frozenset({"called", "named", "christened", "nicknamed"})


def _announced(naming: Naming, scene: Scene) -> bool:
    """``the class bear: Albert``, ``our photocopier (Gloria)``."""
    if not naming.first or not any(sign in scene.first(naming).gap for sign in ":("):
        return False
    return _is_animal(scene.writing.words[naming.first - 1])


def _before_list(naming: Naming, scene: Scene) -> list[Word]:
    """The words before the list of names of which it is part."""
    before = scene.before(naming, 8)
    while before and (before[0].key == "and" or before[0].case is Case.CAPITAL) and not _is_animal(before[0]):
        before = before[1:]
    return before[:5]


def _is_animal(word: Word) -> bool:
    if word.case is not Case.LOWER and is_given_name(word.key):
        return False
    return word.key in lexicon("animals") or word.key.removesuffix("s") in lexicon("animals")


def _close_to_list(word: Word, naming: Naming, scene: Scene) -> bool:
    """Whether nothing but a blank or a comma stands between the word and the name or the list."""
    words, place = scene.writing.words, naming.first
    while words[place - 1] is not word:
        place -= 1
    return words[place].gap == ", " or close(words[place])
