"""What the words around a possible name say of it: each rule adds or takes away, and says so in plain words.

The score is a sum and nothing is learnt: 6 and above is certain, 3 likely, 1.2 in doubt (a scale measured on labelled
drafts). Rules are functions that yield ``(weight, reason)``; a reason never holds the name.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.text.gazetteer import Commonness, is_given_name, is_proper, is_word, lexicon
from app.text.name_index import NO_APOSTROPHE, NameIndex, Role
from app.text.name_pieces import Form, Group, Naming
from app.text.name_words import Case, Word, Writing

__all__ = ["Scene", "weigh"]

Weights = Iterator[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Scene:
    """A text with all that is known of it before a name in it is weighed. ``phrases`` are words of well-known phrases."""

    writing: Writing
    index: NameIndex
    groups: tuple[Group, ...]
    phrases: frozenset[int]
    allowed: frozenset[int]
    keys: frozenset[str]

    def word(self, place: int) -> Word | None:
        """The word at a place, or None outside the text."""
        return self.writing.words[place] if 0 <= place < len(self.writing.words) else None

    def before(self, first: int, count: int) -> list[Word]:
        """Up to ``count`` words before, nearest first, of the same sentence."""
        found: list[Word] = []
        words = self.writing.words
        while first > 0 and len(found) < count and not words[first].breaks:
            first -= 1
            found.append(words[first])
        return found

    def after(self, last: int, count: int) -> list[Word]:
        """Up to ``count`` words after, nearest first, of the same sentence."""
        found: list[Word] = []
        words = self.writing.words
        while last < len(words) and len(found) < count and not words[last].breaks:
            found.append(words[last])
            last += 1
        return found


def weigh(naming: Naming, scene: Scene) -> tuple[float, tuple[str, ...]]:
    """The score of a naming in its scene, and the reasons for and against."""
    score = naming.base
    reasons = list(naming.reasons)
    for rule in _RULES[naming.form]:
        for weight, reason in rule(naming, scene):
            score += weight
            if reason not in reasons:
                reasons.append(reason)
    return score, tuple(reasons)


def _owns(naming: Naming, scene: Scene) -> bool:
    """Whether the name is possessive, the apostrophe forgotten or not."""
    word = scene.writing.words[naming.last - 1]
    return word.possessive or NO_APOSTROPHE in naming.reasons or scene.writing.source.startswith(("'", "’"), word.end)


def _plain_gap(word: Word | None) -> bool:
    return word is not None and word.gap in (" ", "", "_", "-", "\u00a0")


def _capital(word: Word, scene: Scene) -> bool:
    """Whether it is written with a capital where that says something."""
    return word.case is not Case.LOWER and not scene.writing.shouting


# ------------------------------------------------------------------ the word itself


def letter_case(naming: Naming, scene: Scene) -> Weights:
    """A capital within a sentence speaks for a name; a small letter against."""
    word = scene.writing.words[naming.first]
    if word.solid or scene.writing.shouting:
        return
    if word.case is not Case.LOWER:
        if naming.level and not word.opens and word.case is Case.CAPITAL:
            yield 0.7, "a capital letter within a sentence"
        elif naming.level and word.case is Case.UPPER:
            yield 0.3, "written in capitals"
    elif not naming.level and not is_word(word.key):
        yield (-0.3 if scene.writing.careless else -0.7), "no capital letter"
        if any(note == "one letter differs" for note in naming.reasons):
            yield -0.9, "an unknown word rather than a name"
    elif not naming.level:
        yield (-0.8 if scene.writing.careless else -2.8), "no capital letter, so an ordinary word"
    else:
        yield (-1.6 if scene.writing.careless else -4.0), "no capital letter, so an ordinary word"


def joined_up(naming: Naming, scene: Scene) -> Weights:
    """Within a hashtag, handle, address or file name."""
    word = scene.writing.words[naming.first]
    if not word.solid:
        return
    if naming.role in (Role.SURNAME, Role.HALF_SURNAME, Role.MIDDLE, Role.HALF):
        yield -1.0, "a lone name in a hashtag, handle or file name"
    elif naming.level:
        yield -0.6, "an ordinary word in a hashtag, handle or file name"


# ------------------------------------------------------------------ somebody else


def adult_title(naming: Naming, scene: Scene) -> Weights:
    """After Mrs, Dr, Saint, King … it is somebody else's name."""
    before = scene.before(naming.first, 3)
    if not before or not _joined(scene, naming.first):
        return
    nearest = before[0]
    if nearest.key in lexicon("little-titles") and nearest.key != "young":
        return
    if _is_title(nearest, scene):
        yield -6.0, "after a title"
    elif (
        len(before) > 1
        and _joined(scene, naming.first - 1)
        and _is_title(before[1], scene)
        and nearest.case is not Case.LOWER
        and not is_word(nearest.key)
    ):
        yield -6.0, "after a title and another name"


def _is_title(word: Word, scene: Scene) -> bool:
    if word.key in lexicon("title-people"):
        return True
    if word.key not in lexicon("titles"):
        return False
    return word.case is not Case.LOWER or scene.writing.careless or bool(word.solid)


def _joined(scene: Scene, place: int) -> bool:
    word = scene.word(place)
    return word is not None and word.gap in (" ", ". ", ".", "", "_", "-", "\n")


def role_before(naming: Naming, scene: Scene) -> Weights:
    """``author Jane …``, ``volunteer Margaret``: an adult's part, said before the name."""
    before = scene.before(naming.first, 1)
    if before and before[0].key in lexicon("role-before") and _plain_gap(scene.word(naming.first)):
        yield -2.6, "after the word for an adult's part"


def other_surname(naming: Naming, scene: Scene) -> Weights:
    """A first name followed by a surname that is not this pupil's is somebody else."""
    after = scene.word(naming.last)
    word = scene.writing.words[naming.last - 1]
    if after is None or not _plain_gap(after) or _owns(naming, scene) or after.solid != word.solid or after.key[:1].isdigit():
        return
    if after.key in scene.index.class_names or after.key in lexicon("ages") or after.key in lexicon("little-words"):
        return
    if after.letter:
        if after.case is not Case.LOWER and after.key not in "ai" and not scene.writing.shouting:
            yield -1.6, "followed by another pupil's or person's initial"
        return
    if scene.writing.shouting or (after.solid and after.case is Case.LOWER):
        if not is_word(after.key) and not is_given_name(after.key) and len(after.key) > 2 and not after.key.isdigit():
            yield (-1.2 if after.key not in scene.index.by_role[Role.FIRST] else -0.2), "followed by another name"
        return
    if after.case is Case.LOWER:
        return
    if _titled_line(naming, scene) and is_word(after.key):
        yield -0.4, "followed by a word with a capital"
    elif after.solid and is_word(after.key):
        return
    elif after.key in scene.index.by_role[Role.FIRST] and after.key not in scene.index.by_role[Role.SURNAME]:
        yield -0.8, "followed by another first name"
    else:
        yield -3.2, "followed by another surname"


def _titled_line(naming: Naming, scene: Scene) -> bool:
    """Whether words with capitals are the rule around it."""
    near = [*scene.before(naming.first, 5), *scene.after(naming.last, 5)]
    cased = [word for word in near if word.key.isalpha() and len(word.key) > 3 and not word.solid]
    capitals = sum(word.case is not Case.LOWER for word in cased)
    return len(cased) >= 2 and capitals * 4 >= len(cased) * 3


def other_first_name(naming: Naming, scene: Scene) -> Weights:
    """A name straight after another first name is that person's surname or second name."""
    word = scene.writing.words[naming.first]
    before = scene.word(naming.first - 1)
    if before is None or not _plain_gap(word) or before.possessive or before.solid != word.solid or before.key.isdigit():
        return
    if before.case is Case.LOWER and not before.solid:
        return
    on_roll = before.key in scene.index.by_role[Role.FIRST]
    if is_given_name(before.key) or on_roll:
        if is_word(before.key) and before.opens:
            return
        yield (-0.8 if scene.writing.shouting or (on_roll and naming.role is Role.FIRST) else -2.6), "after another first name"
    elif not is_word(before.key) and before.key.isalpha() and before.key not in lexicon("ages") and not before.letter:
        if before.key not in scene.index.class_names:
            yield (-0.4 if scene.writing.shouting else -1.2), "after another name"


def letter_and_surname(naming: Naming, scene: Scene) -> Weights:
    """An initial of somebody else before a surname."""
    before = scene.word(naming.first - 1)
    if naming.role is not Role.SURNAME or before is None or not before.letter:
        return
    if before.case is not Case.LOWER and scene.writing.words[naming.first].gap in (" ", ". ", "."):
        yield -1.5, "after another person's initial"


def well_known(naming: Naming, scene: Scene) -> Weights:
    """People of history, characters, titles, places, days."""
    if any(place in scene.phrases for place in range(naming.first, naming.last)):
        yield (-6.0 if naming.form is Form.SINGLE else -4.0), "part of a well-known name, title or phrase"
    elif naming.form is Form.SINGLE and scene.writing.words[naming.first].key in lexicon("well-known"):
        others = scene.keys & (lexicon("story-words") | lexicon("well-known")) - {scene.writing.words[naming.first].key}
        if others:
            yield -3.2, "a character or figure among others or in a story"
        else:
            yield (-0.6 if naming.role is Role.FIRST else -2.2), "also a well-known character or figure"


def staff_name(naming: Naming, scene: Scene) -> Weights:
    """A member of staff of that name, where the words are about staff."""
    words = scene.writing.words
    key = words[naming.first].key
    if naming.form is Form.FULL and (key, words[naming.last - 1].key) in scene.index.staff:
        yield -4.0, "also the name of a member of staff"
    if naming.form is not Form.SINGLE or naming.role in (Role.SURNAME, Role.HALF_SURNAME):
        return
    surnames = scene.index.staff_by_first.get(key, frozenset())
    if not surnames:
        return
    after = scene.word(naming.last)
    if after is not None and after.key in surnames and _plain_gap(after):
        yield -4.0, "the name of a member of staff"
    elif any(surname in scene.keys for surname in surnames):
        yield -3.0, "the first name of a member of staff named beside it"
    elif scene.keys & lexicon("staff-words"):
        yield -1.4, "also the first name of a member of staff"
    else:
        yield -0.2, "also the first name of a member of staff"


# ------------------------------------------------------------------ something else


def place_or_firm(naming: Naming, scene: Scene) -> Weights:
    """Streets, churches, clubs, shops: named after people, but not people."""
    after = scene.word(naming.last)
    word = scene.writing.words[naming.last - 1]
    if after is not None and _plain_gap(after) and after.solid == word.solid:
        if after.key in lexicon("place-nouns") and not word.possessive:
            if after.case is not Case.LOWER or scene.writing.shouting:
                yield (-4.5 if naming.form is Form.SINGLE else -3.5), "followed by the word for a place, firm or club"
            elif naming.level or naming.role is Role.SURNAME:
                yield -1.5, "followed by the word for a place, firm or club"
        if word.possessive and after.key in lexicon("business"):
            yield (-3.5 if naming.role is Role.SURNAME else -1.3), "whose shop or place of business is meant"
        elif word.possessive and _capital(after, scene) and after.key not in lexicon("relatives"):
            yield -1.5, "part of a longer name"
    key = scene.writing.words[naming.first].key
    if naming.form is not Form.SINGLE or key not in lexicon("place-names"):
        return
    if len(scene.keys & lexicon("place-names")) > 2:
        yield -2.8, "among other places"
    before = scene.before(naming.first, 3)
    if any(near.key in lexicon("place-words") for near in before[:1]) or any(
        near.key in ("visit", "visiting", "visited", "trip", "river", "mount", "lake", "postcard", "flight") for near in before
    ):
        yield -3.2, "a place that one goes to"
    if after is not None and after.gap == ", " and is_proper(after.key) and after.key not in scene.index.by_role[Role.FIRST]:
        yield -2.6, "followed by a country"


def dates(naming: Naming, scene: Scene) -> Weights:
    """Months, seasons and feasts."""
    key = scene.writing.words[naming.first].key
    month = key in lexicon("months")
    if not month and key not in lexicon("seasons"):
        return
    before, after = scene.before(naming.first, 1), scene.after(naming.last, 1)
    numbers = any(word.key[:1].isdigit() and word.key[-2:] != "th" or word.key[:2].isdigit() for word in (*before, *after))
    if (numbers and month) or any(word.key in lexicon("time-words") for word in after):
        yield -4.0, "a time of the year"
    elif any(word.key in lexicon("timely") or word.key in lexicon("months") for word in before):
        yield -2.6, "a time of the year"
    elif any(word.key in lexicon("months") or word.key in lexicon("seasons") for word in after):
        yield -4.0, "a time of the year"
    else:
        yield -0.3, "also a time of the year"


def class_or_house(naming: Naming, scene: Scene) -> Weights:
    """The school's own classes, which are often called after trees."""
    key = scene.writing.words[naming.first].key
    if key not in scene.index.class_names:
        return
    before, after = scene.before(naming.first, 2), scene.after(naming.last, 1)
    if any(word.key in lexicon("class-words") for word in after) or any(
        word.key in lexicon("ages") or word.key in ("class", "in", "classes", "from") or word.key.isdigit() for word in before
    ):
        yield -5.0, "the name of a class"
    elif sum(bool(group.class_name) for group in scene.groups) > 2:
        yield -2.9, "among the names of other classes"
    elif _beside_class(naming, scene):
        yield -2.4, "beside the name of another class"
    else:
        yield -1.5, "also the name of a class"


def _beside_class(naming: Naming, scene: Scene) -> bool:
    near = [*scene.before(naming.first, 2), *scene.after(naming.last, 2)]
    return any(word.key in scene.index.class_names and word.case is not Case.LOWER for word in near)


def organisation(naming: Naming, scene: Scene) -> Weights:
    """``… from Thames Valley Police``: somebody who comes from elsewhere."""
    after = scene.after(naming.last, 3)
    if len(after) < 2 or after[0].key not in ("from", "at", "of") or scene.writing.shouting:
        return
    there = after[2] if after[1].key == "the" and len(after) > 2 else after[1]
    if there.case is Case.LOWER or there.key in lexicon("ages") or there.key in scene.index.class_names:
        return
    if there.key not in lexicon("months") and not there.key.isdigit():
        yield -2.0, "from another place or firm"


def share(naming: Naming, scene: Scene) -> Weights:
    """``… 98%``: classes and houses are counted so."""
    after = scene.after(naming.last, 1)
    if after and after[0].key.isdigit() and scene.writing.source.startswith("%", after[0].end):
        yield -3.0, "followed by a share in per cent"


def animal(naming: Naming, scene: Scene) -> Weights:
    """Pets, mascots, toys."""
    before = _before_list(naming, scene)
    after = scene.after(naming.last, 5)
    animals = lexicon("animals")
    if before and _is_animal(before[0]) and _plain_or_comma(before, naming, scene):
        yield -4.5, "the name of an animal or thing"
    elif before and before[0].key in ("called", "named") and any(_is_animal(word) for word in before[1:]):
        yield -4.5, "the name of an animal or thing"
    elif after and not scene.writing.words[naming.last - 1].possessive:
        if after[0].key in animals and _plain_gap(after[0]):
            yield -3.0, "the name of an animal or thing"
        elif after[0].key in ("the", "our", "a") and any(word.key in animals for word in after[1:4]):
            yield -4.5, "the name of an animal or thing"
        elif after[0].key == "the":
            yield -1.0, "a byname follows"


def _before_list(naming: Naming, scene: Scene) -> list[Word]:
    """The words before the list of names of which it is part."""
    before = scene.before(naming.first, 8)
    while before and (before[0].key in ("and", "&") or before[0].case is Case.CAPITAL) and not _is_animal(before[0]):
        before = before[1:]
    return before[:5]


def _is_animal(word: Word) -> bool:
    if word.case is not Case.LOWER and is_given_name(word.key):
        return False
    return word.key in lexicon("animals") or word.key.removesuffix("s") in lexicon("animals")


def _plain_or_comma(before: list[Word], naming: Naming, scene: Scene) -> bool:
    """Whether nothing but a blank or a comma stands between the animal and the name or the list."""
    words = scene.writing.words
    place = naming.first
    while words[place - 1] is not before[0]:
        place -= 1
    return words[place].gap in (" ", ", ", "_", "-", "")


def works(naming: Naming, scene: Scene) -> Weights:
    """Books, films, plays, people learnt about."""
    nearest = scene.before(naming.first, 1)
    if nearest and nearest[0].key in ("by", "with", "to", "for", "from", "and"):
        return
    before = scene.before(naming.first, 4)
    if any(word.key in lexicon("works-before") for word in before):
        yield -1.8, "after words about a book, play or person of history"
    after = scene.after(naming.last, 2)
    if after and (after[0].key in lexicon("works-after") or (after[0].key == "the" and after[-1].key in lexicon("works-after"))):
        if not scene.writing.words[naming.last - 1].possessive:
            yield -2.4, "before words about a book or play"
    words = scene.after(naming.last, 3)
    if [word.key for word in words[1:3]] == ["played", "by"]:
        yield -3.0, "a part in a play"
    if [word.key for word in words[:2]] in (["and", "the"], ["in", "the"], ["and", "his"]) and len(words) > 2:
        if words[2].case is not Case.LOWER and not scene.writing.shouting and words[2].key not in scene.index.class_names:
            yield -2.5, "like the title of a story"


def stories(naming: Naming, scene: Scene) -> Weights:
    """Words of history, scripture and legend elsewhere in the text."""
    del naming
    if scene.keys & lexicon("story-words"):
        yield -1.0, "words of history, scripture or legend nearby"


def ordinary_word(naming: Naming, scene: Scene) -> Weights:
    """An ordinary word in its ordinary use."""
    word = scene.writing.words[naming.first]
    before, after = scene.before(naming.first, 1), scene.after(naming.last, 1)
    if word.opens and after and after[0].key.isdigit() and after[0].gap == " " and is_word(word.key):
        yield -2.5, "followed by a number"
    if not naming.level:
        return
    if before and before[0].key in lexicon("determiners") and _plain_gap(word) and not any(family(naming, scene)):
        yield -2.6, "after an article or the like"
    if after and not word.solid and _plain_gap(after[0]) and after[0].case is Case.LOWER:
        if after[0].key == "you" and any(weight > 1 for weight, _ in praise_before(naming, scene)):
            return
        if after[0].key in lexicon("subjects"):
            yield -2.0, "followed as an ordinary word is"
        elif word.opens and not _is_verb(after[0]) and after[0].key not in ("and", "at", "from", "with"):
            yield -0.9, "followed as an ordinary word is"
    key = word.key
    near = [*scene.before(naming.first, 3), *scene.after(naming.last, 3)]
    for kind, others in (("virtues", "among other virtues"), ("plants", "among other plants")):
        if key in lexicon(kind):
            small = any(word.key in lexicon(kind) and word.case is Case.LOWER for word in near)
            if small or len(scene.keys & lexicon(kind)) > 4:
                yield -1.8, others


# ------------------------------------------------------------------ a child


def praise_before(naming: Naming, scene: Scene) -> Weights:
    """Well done, congratulations to, happy birthday …"""
    before = scene.before(naming.first, 4)
    link = lexicon("links")
    reach = 0
    for word in before:
        reach += 1
        pair = (before[reach].key if reach < len(before) else "", word.key)
        if word.key in lexicon("praise") or pair in (("well", "done"), ("good", "luck"), ("good", "job"), ("get", "well")):
            yield (1.0 if naming.role in (Role.SURNAME, Role.HALF_SURNAME) else 1.6), "after words of praise or greeting"
            return
        if word.key not in link and word.key not in lexicon("little-words"):
            break
    if before and before[0].key in link:
        yield (1.5 if before[0].key == "by" else 0.7), "after a word that leads to a person"


def child_before(naming: Naming, scene: Scene) -> Weights:
    """Pupil, boy, captain, little … straight before or shortly before."""
    before = scene.before(naming.first, 4)
    if not before:
        return
    children = lexicon("children")
    if before[0].key in lexicon("little-titles"):
        if naming.role in (Role.SURNAME, Role.HALF_SURNAME):
            yield 2.8, "after young, little or Master"
        else:
            yield 1.2, "after young, little or Master"
    elif before[0].key in children and before[0].case is Case.LOWER:
        yield (1.8 if naming.role is not Role.MIDDLE else 1.0), "after a word for a child"
    elif any(word.key in children for word in before) and before[0].key in lexicon("links"):
        yield 1.0, "near a word for a child"


def award_before(naming: Naming, scene: Scene) -> Weights:
    """``Star of the week: …``, ``1st …``, ``Gold award – …``."""
    word = scene.writing.words[naming.first]
    before = scene.word(naming.first - 1)
    if before is None or word.solid:
        return
    if any(sign in word.gap for sign in ":=–—") or word.gap.strip() == "-":
        if scene.keys & (lexicon("awards") | lexicon("children")):
            yield 1.3, "after a colon or dash in a list of results"
    elif before.key in ("1st", "2nd", "3rd", "4th", "first", "second", "third") and word.gap == " ":
        yield 1.0, "after a place in a contest"


def doing(naming: Naming, scene: Scene) -> Weights:
    """A verb after the name, as of a person."""
    if scene.writing.words[naming.last - 1].possessive:
        return
    after = scene.after(naming.last, 8)
    if not after or not (_plain_gap(after[0]) or after[0].gap == "\n"):
        return
    if [word.key for word in after[:2]] in (["and", "her"], ["and", "his"], ["and", "friends"]):
        yield 1.2, "with his, her or friends"
        return
    if len(after) > 2 and after[0].key in ("and", "&") and after[1].case is not Case.LOWER:
        after = after[2:]
    if after[0].key.endswith("ly") or after[0].key in ("also", "just", "then", "even", "who"):
        after = after[1:]
    if not after:
        return
    key = scene.writing.words[naming.first].key
    season = key in lexicon("seasons") or key in lexicon("months")
    if after[0].key in lexicon("only-people-verbs"):
        if naming.role in (Role.SURNAME, Role.HALF_SURNAME) and naming.level:
            return
        yield (2.1 if naming.level and not season and key not in lexicon("virtues") else 1.4), "followed by what a person does"
    elif after[0].key in ("is", "was", "has") and any(word.key in lexicon("children") for word in after[1:6]):
        yield (2.4 if naming.level else 1.4), "followed by what a child is"
    elif _is_verb(after[0]) and not season:
        yield 0.8, "followed by a verb"


def _is_verb(word: Word) -> bool:
    if word.case is not Case.LOWER:
        return False
    return word.key in lexicon("verbs") or (len(word.key) > 4 and word.key.endswith("ed") and is_word(word.key))


def pronoun_after(naming: Naming, scene: Scene) -> Weights:
    """He, she, his or her in the words that follow."""
    words = scene.writing.words[naming.last : naming.last + 8]
    if any(word.key in lexicon("pronouns") for word in words):
        yield (1.2 if naming.level else 0.7), "he or she follows"


def belongings(naming: Naming, scene: Scene) -> Weights:
    """``…'s mum``, ``…'s poem``."""
    if not _owns(naming, scene):
        return
    after = scene.after(naming.last, 4)
    if any(near.key in lexicon("relatives") for near in after):
        season = scene.writing.words[naming.first].key in lexicon("seasons")
        yield (2.1 if after[0].key in lexicon("relatives") and not season else 1.4), "whose family or work is spoken of"
    elif not naming.level:
        yield 0.4, "something belongs to the bearer"


def class_beside(naming: Naming, scene: Scene) -> Weights:
    """A year, class or age beside the name."""
    for group in scene.groups:
        if naming.first <= group.place < naming.last:
            continue
        near = group.place - naming.last
        if not _placed(scene, naming, group):
            continue
        if -4 <= group.place - naming.first < 0 or 0 <= near < 4:
            if near >= 0 and not _breaks_between(scene, naming.last, group.place):
                yield 1.2, "a year or class stands beside it"
                return
            if near < 0 and not _breaks_between(scene, group.place + 1, naming.first):
                yield 0.5, "a year or class stands before it"
                return
    after = scene.after(naming.last, 2)
    if after and (after[0].key in ("age", "aged") or (after[0].gap in (", ", " (") and after[0].key in _AGES)):
        yield 1.2, "an age follows"


def _placed(scene: Scene, naming: Naming, group: Group) -> bool:
    """Whether a year or class says where somebody belongs: ``(Oak)``, ``in Year 4``, ``Oak class``."""
    words = scene.writing.words
    place = group.place
    if group.class_name and place + 1 < len(words) and words[place + 1].key in lexicon("class-words"):
        return True
    while place and words[place].key not in ("in", "from", "of") and (place == group.place or words[place].key in _YEAR_WORDS):
        if any(sign in words[place].gap for sign in "(,-–[|:"):
            return True
        place -= 1
    return words[place].key in ("in", "from", "of") or (bool(group.year) and (place == naming.last - 1 or group.place < naming.first))


_YEAR_WORDS: Final = frozenset({"year", "yr", "y", "years", "class"})
_AGES: Final = frozenset({"4", "5", "6", "7", "8", "9", "10", "11"})


def _breaks_between(scene: Scene, first: int, last: int) -> bool:
    return any(word.breaks for word in scene.writing.words[first : last + 1])


def family(naming: Naming, scene: Scene) -> Weights:
    """``the … twins``, ``the … family``."""
    if naming.role not in (Role.SURNAME, Role.HALF_SURNAME):
        return
    after = scene.after(naming.last, 1)
    if after and after[0].key in lexicon("family") and after[0].case is Case.LOWER:
        yield (3.0 if naming.role is Role.SURNAME else 1.5) + (0.9 if naming.level else 0), "a family or its children are meant"


def called_so(naming: Naming, scene: Scene) -> Weights:
    """Spoken to: ``…, you star``."""
    after = scene.word(naming.last)
    if after is not None and after.key == "you" and (after.gap == ", " or not naming.level):
        yield 1.0, "spoken to"


def disguised(naming: Naming, scene: Scene) -> Weights:
    """Somebody took the trouble to hide it."""
    del scene
    if any(note in ("signs stand for letters", "its letters stand apart", "digits stand for letters") for note in naming.reasons):
        yield 0.8, "spelt so as to be hidden"


def child_in_solid(naming: Naming, scene: Scene) -> Weights:
    """Praise within a hashtag or file name."""
    word = scene.writing.words[naming.first]
    if not word.solid:
        return
    inside = {each.key for each in scene.writing.words if each.solid == word.solid}
    if inside & (lexicon("praise") | {"go", "team", "well", "star", "birthday", "certificate", "captain"}):
        yield 0.9, "praise in the same hashtag or file name"


def beside_initial(naming: Naming, scene: Scene) -> Weights:
    """A title before initials or an initial and surname."""
    yield from adult_title(naming, scene)


_SINGLE: Final[Sequence[Callable[[Naming, Scene], Weights]]] = (
    letter_case, joined_up, adult_title, role_before, other_surname, other_first_name, letter_and_surname, well_known,
    staff_name, place_or_firm, dates, class_or_house, organisation,
    share, animal, works, stories, ordinary_word, praise_before, child_before,
    award_before, doing, pronoun_after, belongings, class_beside, family, called_so, disguised, child_in_solid,
)  # fmt: skip
def pupil_title(naming: Naming, scene: Scene) -> Weights:
    """A title before a full name leaves it in some doubt."""
    if any(adult_title(naming, scene)):
        yield -2.0, "after a title"


_RULES: Final[dict[Form, Sequence[Callable[[Naming, Scene], Weights]]]] = {
    Form.SINGLE: _SINGLE,
    Form.FULL: (pupil_title, well_known, staff_name, place_or_firm),
    Form.INITIALLED: (adult_title, well_known, place_or_firm, class_beside, praise_before, award_before),
    Form.INITIALS: (adult_title, well_known, praise_before),
}
