"""Rules that take away: words that show that a name is an adult's, a place's, a figure's, an animal's or an ordinary word."""

from typing import Final

from app.text.gazetteer import is_given_name, is_proper, is_word, lexicon
from app.text.name_index import SURNAMES, Role
from app.text.name_pieces import Form, Naming
from app.text.name_scene import Scene, Weights, close
from app.text.name_signs import acts, family, is_child_title, praise_before
from app.text.name_words import Case, Word

# ------------------------------------------------------------------ the word itself


def letter_case(naming: Naming, scene: Scene) -> Weights:
    """A capital within a sentence speaks for a name; a small letter against."""
    word, careless = scene.first(naming), scene.writing.careless
    if word.solid or scene.writing.shouting:
        return
    if word.case is Case.LOWER:
        if naming.level or is_word(word.key):
            small = (-1.2, -4.0) if naming.level else (-0.8, -2.8)
            yield small[0 if careless else 1], "no capital letter, so an ordinary word"
            return
        yield (-0.3 if careless else -0.7), "no capital letter"
        if "one letter differs" in naming.reasons:
            yield -0.9, "an unknown word rather than a name"
    elif naming.level and word.case is Case.UPPER:
        yield 0.3, "written in capitals"
    elif naming.level and not word.opens:
        yield 0.7, "a capital letter within a sentence"


def joined_up(naming: Naming, scene: Scene) -> Weights:
    """Within a hashtag, handle, address or file name."""
    if not scene.first(naming).solid:
        return
    if naming.role not in (Role.FIRST, Role.SHORT):
        yield -1.0, "a lone name in a hashtag, handle or file name"
    elif naming.level:
        yield -0.6, "an ordinary word in a hashtag, handle or file name"


def ordinary_word(naming: Naming, scene: Scene) -> Weights:
    """An ordinary word in its ordinary use."""
    word, before, after = scene.first(naming), scene.just_before(naming), scene.next_to(naming)
    if word.opens and after is not None and after.key.isdigit() and is_word(word.key):
        yield -2.5, "followed by a number"
    if not naming.level:
        return
    if (
        before is not None
        and before.key in lexicon("determiners")
        and not before.breaks
        and not any(family(naming, scene))
    ):
        yield -2.6, "after an article or the like"
    if after is not None and not word.solid and after.case is Case.LOWER and not scene.owns(naming):
        yield from _followed(naming, after, scene)


def _followed(naming: Naming, after: Word, scene: Scene) -> Weights:
    if after.key == "you" and any(weight > 1 for weight, _ in praise_before(naming, scene)):
        return
    if after.key in lexicon("subjects"):
        yield -2.0, "followed as an ordinary word is"
    elif scene.first(naming).opens and not acts(after) and after.key not in ("and", "at", "from", "with"):
        yield -0.9, "followed as an ordinary word is"


def kinds_of_word(naming: Naming, scene: Scene) -> Weights:
    """Virtues among virtues, plants among plants."""
    if not naming.level:
        return
    near = [*scene.before(naming, 3), *scene.after(naming, 3)]
    for kind, reason in (("virtues", "among other virtues"), ("plants", "among other plants")):
        if scene.key(naming) in lexicon(kind):
            small = any(word.key in lexicon(kind) and word.case is Case.LOWER for word in near)
            if small or len(scene.keys & lexicon(kind)) > 4:
                yield -1.8, reason


# ------------------------------------------------------------------ somebody else


def adult_title(naming: Naming, scene: Scene) -> Weights:
    """After Mrs, Dr, Saint, King … it is somebody else's name."""
    before = scene.before(naming, 2)
    if not before or not _titled(scene.first(naming)):
        return
    nearest = before[0]
    if is_child_title(before):
        return
    another = nearest.case is not Case.LOWER and not is_word(nearest.key) and _titled(nearest)
    if _is_title(nearest, scene):
        yield -6.0, "after a title"
    elif another and len(before) > 1 and _is_title(before[1], scene):
        yield -6.0, "after a title and another name"


def _titled(word: Word) -> bool:
    return word.gap in (" ", ". ", ".", "", "_", "-", "\n")


def _is_title(word: Word, scene: Scene) -> bool:
    if word.key in lexicon("title-people"):
        return True
    plain = word.case is Case.LOWER and not scene.writing.careless and not word.solid
    return word.key in lexicon("titles") and not plain


def pupil_title(naming: Naming, scene: Scene) -> Weights:
    """A title before a full name leaves it in some doubt."""
    if any(adult_title(naming, scene)):
        yield -2.0, "after a title"


def role_before(naming: Naming, scene: Scene) -> Weights:
    """``author …``, ``volunteer …``: an adult's part, said before the name."""
    before = scene.just_before(naming)
    if before is not None and before.key in lexicon("role-before"):
        yield -2.6, "after the word for an adult's part"


def other_surname(naming: Naming, scene: Scene) -> Weights:
    """A first name followed by a surname that is not this pupil's is somebody else."""
    after = scene.next_to(naming)
    if after is None or scene.owns(naming) or after.key[:1].isdigit():
        return
    if scene.is_class_or_year(after) or after.key in lexicon("little-words"):
        return
    if after.letter:
        if scene.starts_capital(after) and after.key not in "ai":
            yield -1.6, "followed by another pupil's or person's initial"
    elif scene.writing.shouting or (after.solid and after.case is Case.LOWER):
        if not is_word(after.key) and not is_given_name(after.key) and len(after.key) > 2:
            yield (-0.2 if after.key in scene.index.by_role[Role.FIRST] else -1.2), "followed by another name"
    elif after.case is not Case.LOWER:
        yield from _capital_after(naming, after, scene)


def _capital_after(naming: Naming, after: Word, scene: Scene) -> Weights:
    if after.solid and is_word(after.key):
        return
    if _titled_line(naming, scene) and is_word(after.key):
        yield -0.4, "followed by a word with a capital"
    elif after.key in scene.index.by_role[Role.FIRST] and after.key not in scene.index.by_role[Role.SURNAME]:
        yield -0.8, "followed by another first name"
    else:
        yield -3.2, "followed by another surname"


def _titled_line(naming: Naming, scene: Scene) -> bool:
    """Whether words with capitals are the rule around it."""
    near = [*scene.before(naming, 5), *scene.after(naming, 5)]
    cased = [word for word in near if word.key.isalpha() and len(word.key) > 3 and not word.solid]
    capitals = sum(word.case is not Case.LOWER for word in cased)
    return len(cased) >= 2 and capitals * 4 >= len(cased) * 3


def other_first_name(naming: Naming, scene: Scene) -> Weights:
    """A name straight after another first name is that person's surname or second name."""
    before = scene.just_before(naming)
    if (
        before is None
        or before.possessive
        or not before.key.isalpha()
        or (before.case is Case.LOWER and not before.solid)
    ):
        return
    on_roll = before.key in scene.index.by_role[Role.FIRST]
    if on_roll or is_given_name(before.key):
        if not (is_word(before.key) and before.opens):
            slight = scene.writing.shouting or (on_roll and naming.role is Role.FIRST)
            yield (-0.8 if slight else -2.6), "after another first name"
    elif not (is_word(before.key) or before.letter or scene.is_class_or_year(before)):
        yield (-0.4 if scene.writing.shouting else -1.2), "after another name"


def other_initial(naming: Naming, scene: Scene) -> Weights:
    """An initial of somebody else before a surname."""
    if naming.role is not Role.SURNAME or not naming.first:
        return
    before = scene.writing.words[naming.first - 1]
    if before.letter and before.case is not Case.LOWER and scene.first(naming).gap in (" ", ". ", "."):
        yield -1.5, "after another person's initial"


def staff_name(naming: Naming, scene: Scene) -> Weights:
    """A member of staff of that name, where the words are about staff."""
    key = scene.key(naming)
    if naming.form is Form.FULL and (key, scene.last(naming).key) in scene.index.staff:
        yield -4.0, "also the name of a member of staff"
    surnames = scene.index.staff_by_first.get(key)
    if naming.form is not Form.SINGLE or naming.role in SURNAMES or not surnames:
        return
    after = scene.next_to(naming)
    if (after is not None and after.key in surnames) or (
        naming.last - naming.first == 2 and scene.last(naming).key in surnames
    ):
        yield -4.0, "the name of a member of staff"
    elif surnames & scene.keys:
        yield -3.0, "the first name of a member of staff named beside it"
    elif scene.keys & lexicon("staff-words"):
        yield -1.4, "also the first name of a member of staff"
    else:
        yield -0.2, "also the first name of a member of staff"


def organisation(naming: Naming, scene: Scene) -> Weights:
    """``… from Thames Valley Police``: somebody who comes from elsewhere."""
    after = [word for word in scene.after(naming, 3) if word.key != "the"]
    if len(after) < 2 or after[0].key not in ("from", "at", "of"):
        return
    there = after[1]
    if scene.starts_capital(there) and not scene.is_class_or_year(there) and there.key not in lexicon("months"):
        yield -2.0, "from another place or firm"


# ------------------------------------------------------------------ something else


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


def known_place(naming: Naming, scene: Scene) -> Weights:
    """Names that are cities, rivers and countries too."""
    if scene.key(naming) not in lexicon("place-names"):
        return
    if len(scene.keys & lexicon("place-names")) > 2:
        yield -2.8, "among other places"
    before = scene.before(naming, 3)
    if (before and before[0].key in lexicon("place-words")) or any(word.key in _JOURNEYS for word in before):
        yield -3.2, "a place that one goes to"
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
    listed = {scene.writing.words[place].key for place in scene.in_list(naming)} & scene.index.class_names
    if after and after[0].key in lexicon("class-words"):
        yield -9.0, "the name of a class, and called one"
    elif any(_leads_to_class(word) for word in before):
        yield -5.0, "the name of a class"
    elif listed - scene.index.by_role[Role.FIRST].keys():
        yield -5.0, "in a list with a class that no child is called"
    elif len(scene.classes) > 2:
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
    if called or (before and _is_animal(before[0]) and _close_to_list(before[0], naming, scene)):
        yield -4.5, "the name of an animal or thing"
        return
    after = scene.after(naming, 4)
    if not after or scene.last(naming).possessive:
        return
    if after[0].key in lexicon("animals") and close(after[0]):
        yield -3.0, "the name of an animal or thing"
    elif after[0].key in ("the", "our", "a") and any(word.key in lexicon("animals") for word in after[1:]):
        yield -4.5, "the name of an animal or thing"
    elif after[0].key == "the":
        yield -1.0, "a byname follows"


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
