"""Rules that take away: words that show that a name is an adult's, a place's, a figure's, an animal's or an ordinary word."""

from typing import Final

from app.text.gazetteer import is_given_name, is_people_or_age, is_word, lexicon
from app.text.name_index import CUT_SHORT, PARTICLES, SURNAMES, Role
from app.text.name_pieces import Form, Naming
from app.text.name_scene import Scene, Weights
from app.text.name_signs import acts, aged, family, is_child_title, praise_before
from app.text.name_words import Case, Word

# ------------------------------------------------------------------ the word itself


def letter_case(naming: Naming, scene: Scene) -> Weights:
    """A capital within a sentence speaks for a name; a small letter against."""
    word = scene.first(naming)
    if naming.role in SURNAMES and word.key in PARTICLES:
        word = scene.last(naming)
    if CUT_SHORT in naming.reasons and (word.case is not Case.CAPITAL or word.solid or len(word.key) < 3):
        yield -3.0, "letters like a name's, but not written as one"
        return
    if word.solid or scene.writing.shouting:
        return
    if word.case is Case.LOWER:
        yield from _small(naming, word, scene)
    elif naming.level and word.case is Case.UPPER:
        yield 0.3, "written in capitals"
    elif naming.level and not word.opens:
        yield 0.7, "a capital letter within a sentence"
        if _set_off(naming, scene):
            yield 0.6, "set off by commas"
        if scene.key(naming) in _AUXILIARIES and _ends_clause(naming, scene):
            yield 1.4, "no verb stands so"


def _small(naming: Naming, word: Word, scene: Scene) -> Weights:
    """Without a capital: an ordinary word if it is one at all."""
    careless, short = scene.writing.careless, naming.role is Role.SHORT
    if naming.level or is_word(word.key):
        small = (-1.2, -4.0) if naming.level else (-2.6, -2.8) if short else (-0.8, -2.8)
        yield small[0 if careless else 1], "no capital letter, so an ordinary word"
        return
    yield (-0.3 if careless else -1.4 if short and not scene.owns(naming) else -0.7), "no capital letter"
    if "one letter differs" in naming.reasons:
        yield -0.9, "an unknown word rather than a name"


def _ends_clause(naming: Naming, scene: Scene) -> bool:
    """``What a throw Will!``: where a clause ends after it, it is no auxiliary verb."""
    end = scene.last(naming).end
    return scene.writing.source[end : end + 1] in ("", "!", "?", ".", ",", ";", "\n")


def _set_off(naming: Naming, scene: Scene) -> bool:
    """``, er, Will, on a chair``."""
    after = scene.after(naming, 1)
    return scene.first(naming).gap == ", " and bool(after) and after[0].gap == ", " and not scene.in_list(naming)


def joined_up(naming: Naming, scene: Scene) -> Weights:
    """Within a hashtag, handle, address or file name."""
    if not scene.first(naming).solid:
        return
    if naming.role not in (Role.FIRST, Role.SHORT):
        yield -1.0, "a lone name in a hashtag, handle or file name"
    elif naming.level:
        yield -0.6, "an ordinary word in a hashtag, handle or file name"
    before = scene.just_before(naming)
    if before is not None and before.key in _EACH:
        yield -3.0, "after an article or the like"


_EACH: Final = frozenset({"every", "each", "per", "a", "any", "no", "the"})


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
        joins = before.key == "that" and scene.starts_capital(word)  # ``so quiet that …``
        yield (-0.8 if joins else -2.6), "after an article or the like"
    if after is not None and not word.solid and after.case is Case.LOWER and not scene.owns(naming):
        yield from _followed(naming, after, scene)


_AUXILIARIES: Final = frozenset({"will", "may"})


def _past(word: Word) -> bool:
    """Whether it is a verb that ``will`` and ``may`` never stand before: of the past, or negated."""
    return word.key in lexicon("pasts") or (
        len(word.key) > 4 and word.key.endswith("ed") and word.key not in ("need", "feed")
    )


def _followed(naming: Naming, after: Word, scene: Scene) -> Weights:
    if any(weight > 1 for weight, _ in praise_before(naming, scene)) and after.key in ("you", "to"):
        return
    if scene.key(naming) in _AUXILIARIES and scene.first(naming).opens and _past(after):
        yield (
            (0.0 if after.key in lexicon("only-people-verbs") else 1.9),
            "no verb stands so",
        )  # ``Will left …``: after the verb it would be ``leave``
    elif after.key in lexicon("subjects"):
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
    if is_child_title(before) or any(weight > 1 for weight, _ in aged(naming, scene)):
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
        if not (is_word(after.key) or is_given_name(after.key) or is_people_or_age(after.key)) and len(after.key) > 2:
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
    elif is_word(after.key) or is_given_name(after.key):
        yield -3.2, "followed by another surname"
    else:
        yield -4.2, "followed by another surname"


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
