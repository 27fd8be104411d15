"""Rules that add: words that show that a name is a child's."""

import re
import unicodedata
from typing import Final

from app.text.gazetteer import is_word, lexicon
from app.text.name_index import SURNAMES, Role
from app.text.name_pieces import Group, Naming
from app.text.name_scene import Scene, Weights, close
from app.text.name_words import Case, Word

_ASKED: Final = frozenset({"to", "about", "how", "why", "what", "for", "again", "if"})
_GREETINGS: Final = frozenset({("well", "done"), ("good", "luck"), ("good", "job"), ("get", "well")})


def praise_before(naming: Naming, scene: Scene) -> Weights:
    """Well done, congratulations to, happy birthday …"""
    before = scene.before(naming, 5)
    for place, word in enumerate(before[:4]):
        earlier = before[place + 1].key if place + 1 < len(before) else ""
        if word.key in lexicon("praise") or (earlier, word.key) in _GREETINGS:
            yield (1.0 if naming.role in SURNAMES else 1.6), "after words of praise or greeting"
            return
        if word.key not in lexicon("links") and word.key not in lexicon("little-words"):
            break
    if before and before[0].key in lexicon("asking") and _asked(naming, scene):
        yield 2.2, "somebody is asked, seen or heard"
    elif before and before[0].key in lexicon("links"):
        yield (1.5 if before[0].key == "by" else 0.7), "after a word that leads to a person"
    elif before and before[0].key in lexicon("asking"):
        yield 0.9, "somebody is asked, seen or heard"


def _asked(naming: Naming, scene: Scene) -> bool:
    after = scene.after(naming, 1)
    return bool(after) and after[0].key in _ASKED


def child_before(naming: Naming, scene: Scene) -> Weights:
    """Pupil, boy, captain, little … straight before or shortly before."""
    before = scene.before(naming, 4)
    if not before:
        return
    small = naming.level and scene.first(naming).case is Case.LOWER  # ``a little faith``
    if is_child_title(before) and not small:
        yield (2.8 if naming.role in SURNAMES else 1.2), "after young, little or Master"
    elif before[0].key in lexicon("children") and (before[0].case is Case.LOWER or scene.writing.shouting):
        yield (1.0 if naming.role is Role.MIDDLE else 1.8), "after a word for a child"
    elif before[0].key in lexicon("links") and any(word.key in lexicon("children") for word in before):
        yield 1.0, "near a word for a child"


def is_child_title(before: list[Word]) -> bool:
    """Whether the words before, nearest first, begin with young, little, Master or ``little Miss``."""
    keys = [word.key for word in before[:2]]
    return keys[0] in lexicon("little-titles") or keys in (["miss", "little"], ["mr", "little"])


def award_before(naming: Naming, scene: Scene) -> Weights:
    """``Star of the week: …``, ``1st …``, ``Gold award – …``."""
    word = scene.first(naming)
    if not naming.first or word.solid:
        return
    if any(sign in word.gap for sign in ":=–—") or word.gap.strip() == "-":
        if any(before.key in lexicon("children") for before in scene.before(naming, 8)):
            yield 2.1, "after a word for a child and a colon or dash"
        elif scene.keys & (lexicon("awards") | lexicon("children")):
            yield 1.3, "after a colon or dash in a list of results"
    elif word.gap == " " and scene.writing.words[naming.first - 1].key in _PLACES:
        yield 1.0, "after a place in a contest"


_PLACES: Final = frozenset({"1st", "2nd", "3rd", "4th", "first", "second", "third"})


def doing(naming: Naming, scene: Scene) -> Weights:
    """A verb after the name, as of a person."""
    after = scene.after(naming, 8)
    if not after or scene.last(naming).possessive or not (close(after[0]) or after[0].gap == "\n"):
        return
    if after[0].key == scene.key(naming) and after[0].case is Case.LOWER and scene.starts_capital(scene.first(naming)):
        yield 2.1, "the word itself follows"
    if after[0].key == "and" and len(after) > 1 and after[1].key in ("her", "his", "friends"):
        yield 1.2, "with his, her or friends"
        return
    if len(after) > 2 and after[0].key in ("and", "&") and after[1].case is not Case.LOWER:
        after = after[2:]
    if after[0].key.endswith("ly") or after[0].key in ("also", "just", "then", "even", "who"):
        after = after[1:]
    if after:
        yield from _done(naming, after, scene)


def _done(naming: Naming, after: list[Word], scene: Scene) -> Weights:
    key = scene.key(naming)
    season = key in lexicon("seasons") or key in lexicon("months")
    if after[0].key in lexicon("only-people-verbs"):
        if naming.role in SURNAMES and naming.level:
            return
        weighty = naming.level and not season and key not in lexicon("virtues")
        yield (2.1 if weighty else 1.4), "followed by what a person does"
    elif after[0].key in ("is", "was", "has") and any(word.key in lexicon("children") for word in after[1:6]):
        yield (2.4 if naming.level else 1.4), "followed by what a child is"
    elif acts(after[0]) and not season:
        yield 0.8, "followed by a verb"


def acts(word: Word) -> bool:
    """Whether it is a verb in the past or of the third person."""
    if word.case is not Case.LOWER:
        return False
    return word.key in lexicon("verbs") or (len(word.key) > 4 and word.key.endswith("ed") and is_word(word.key))


def pronoun_after(naming: Naming, scene: Scene) -> Weights:
    """He, she, his or her in the words that follow."""
    words = scene.writing.words[naming.last : naming.last + 8]
    if scene.key(naming) in lexicon("place-names"):
        words = scene.writing.words[naming.last : naming.last + 14]
    if any(word.key in lexicon("pronouns") for word in words):
        yield (1.2 if naming.level else 0.7), "he or she follows"


def belongings(naming: Naming, scene: Scene) -> Weights:
    """``…'s mum``, ``…'s poem``."""
    solid = scene.first(naming).solid
    before = scene.before(naming, 2)
    if solid and len(before) > 1 and before[0].key == "of" and before[1].key in lexicon("relatives"):
        yield 2.1, "whose family is spoken of"
    if not scene.owns(naming):
        return
    after = scene.after(naming, 4)
    if any(near.key in lexicon("relatives") for near in after):
        close_by = after[0].key in lexicon("relatives") and scene.key(naming) not in lexicon("seasons")
        yield (2.1 if close_by else 1.4), "whose family or work is spoken of"
    elif not naming.level:
        yield 0.4, "something belongs to the bearer"
    elif not scene.first(naming).opens and scene.first(naming).case is Case.CAPITAL and not _timely(naming, scene):
        yield 0.8, "something belongs to the bearer"


def _timely(naming: Naming, scene: Scene) -> bool:
    return scene.key(naming) in lexicon("seasons") or scene.key(naming) in lexicon("months")


def class_beside(naming: Naming, scene: Scene) -> Weights:
    """A year, class or age beside the name."""
    for place in (*range(naming.last, naming.last + 4), *range(naming.first - 4, naming.first)):
        group = scene.groups.get(place)
        if group is None or not _belongs(group, naming, scene) or _is_list_of_classes(group, naming, scene):
            continue
        if place >= naming.last and not _broken(scene, naming.last, place):
            yield 1.2, "a year or class stands beside it"
            return
        if place < naming.first and not _broken(scene, place + 1, naming.first):
            yield 0.5, "a year or class stands before it"
            return
    yield from aged(naming, scene)


def aged(naming: Naming, scene: Scene) -> Weights:
    """``…, aged six``, ``…, 7`` and ``… is six today``."""
    after = scene.after(naming, 2)
    if len(after) > 1 and after[0].key in _BEING and after[1].key in _AGES | _SPELT_AGES:
        yield 2.1, "an age follows"
        return
    bare = bool(after) and not _CLOCK.match(scene.writing.source, after[0].end)
    if after and (after[0].key in ("age", "aged") or (bare and after[0].gap in (", ", " (") and after[0].key in _AGES)):
        yield 1.2, "an age follows"


_BEING: Final = frozenset({"is", "was", "turns", "turned", "now", "just"})
_CLOCK: Final = re.compile(r"[.:/]\d|[ap]m")  # no age: ``9.15``
_SPELT_AGES: Final = frozenset({"four", "five", "six", "seven", "eight", "nine", "ten", "eleven"})
_AGES: Final = frozenset({"4", "5", "6", "7", "8", "9", "10", "11"})
_YEAR_WORDS: Final = frozenset({"year", "yr", "y", "years", "class"})
_WITHIN: Final = frozenset({"in", "from", "of"})


def _belongs(group: Group, naming: Naming, scene: Scene) -> bool:
    """Whether a year or class says where somebody belongs: ``(Oak)``, ``in Year 4``, ``Oak class``."""
    words, place = scene.writing.words, group.place
    if group.class_name and place + 1 < len(words) and words[place + 1].key in lexicon("class-words"):
        return True
    while place and (place == group.place or words[place].key in _YEAR_WORDS):
        if any(sign in words[place].gap for sign in "(,-–[|:"):
            return True
        place -= 1
    if words[place].key in _WITHIN:
        return True
    return bool(group.year) and (place == naming.last - 1 or group.place < naming.first)


def _is_list_of_classes(group: Group, naming: Naming, scene: Scene) -> bool:
    """Whether the class stands in a list with the name, which is the name of a class too."""
    return scene.key(naming) in scene.index.class_names and group.place in scene.in_list(naming)


def _broken(scene: Scene, first: int, last: int) -> bool:
    return any(word.breaks for word in scene.writing.words[first : last + 1])


def family(naming: Naming, scene: Scene) -> Weights:
    """``the … twins``, ``the … family``."""
    after = scene.after(naming, 1)
    if naming.role not in SURNAMES or not after or after[0].case is not Case.LOWER:
        return
    if after[0].key in lexicon("family"):
        weight = 3.0 if naming.role is Role.SURNAME else 1.5
        yield weight + (0.9 if naming.level else 0.0), "a family or its children are meant"


def spoken_to(naming: Naming, scene: Scene) -> Weights:
    """``…, you star``."""
    after = scene.after(naming, 1)
    if after and after[0].key == "you" and (after[0].gap == ", " or not naming.level):
        yield 1.0, "spoken to"


def answering(naming: Naming, scene: Scene) -> Weights:
    """``Who brought it? April, of course.``"""
    word, words = scene.first(naming), scene.writing.words
    if "?" not in word.gap or not naming.first or word.case is Case.LOWER:
        return
    asked = words[max(0, naming.first - 14) : naming.first]
    after = scene.after(naming, 1)
    if any(one.key in ("who", "whose", "whos") for one in asked) and not (after and after[0].gap == " "):
        yield 1.8, "the answer to who it was"


def addressed(naming: Naming, scene: Scene) -> Weights:
    """``To: …`` and ``Name: …`` on a card or label, and ``from …: "…"``."""
    word, before, after = scene.first(naming), scene.before(naming, 1), scene.after(naming, 1)
    earlier = scene.writing.words[naming.first - 1].key if naming.first else ""
    if ":" in word.gap and earlier in ("to", "name", "from", "pupil", "child", "love"):
        yield 1.6, "as on a card or label"
    elif before and after and ":" in after[0].gap and any(sign in after[0].gap for sign in "\"“‘'"):
        yield 1.6, "before words in quotation marks"


def speaking(naming: Naming, scene: Scene) -> Weights:
    """``“They let go.” Autumn, five minutes …``: whoever stands after quoted words said them."""
    gap = scene.first(naming).gap
    quoted = any(sign in gap for sign in _CLOSING) and gap.endswith((" ", "- ", "– ", "— ", "\n"))
    if quoted and naming.first > 2 and _opened(scene, naming.first) and scene.first(naming).case is not Case.LOWER:
        yield 1.5, "after words in quotation marks"


_CLOSING: Final = ('"', "”", "’ ", "' ")


def _opened(scene: Scene, place: int) -> bool:
    """Whether the quotation that ends there has more than two words."""
    words = scene.writing.words
    return not any(any(sign in words[before].gap for sign in '"“”') for before in range(place - 2, place))


def beside_staff(naming: Naming, scene: Scene) -> Weights:
    """``mrs begum and hunter``: who stands in one list with a person is one."""
    before = scene.before(naming, 3)
    if len(before) > 2 and before[0].key in ("and", "&") and before[2].key in lexicon("title-people"):
        yield 1.2, "beside a grown-up who is named"


HIDDEN: Final = "spelt so as to be hidden"
_HIDING: Final = frozenset({"signs stand for letters", "its letters stand apart", "digits stand for letters"})


def disguised(naming: Naming, scene: Scene) -> Weights:
    """Somebody took the trouble to hide it."""
    if not _HIDING.isdisjoint(naming.reasons) or _foreign(scene.writing.source, scene.first(naming)):
        yield 0.8, HIDDEN


def _foreign(source: str, word: Word) -> bool:
    """Whether letters that are not Latin stand for Latin ones."""
    written = source[word.start : word.end]
    return not written.isascii() and any(
        sign.isalpha() and not unicodedata.name(sign, "LATIN").startswith("LATIN") for sign in written
    )


_SOLID_PRAISE: Final = frozenset(
    {
        "go",
        "team",
        "well",
        "star",
        "birthday",
        "certificate",
        "captain",
        "goodluck",
        "welldone",
        "maestro",
        "dj",
        "legend",
        "boss",
        "hero",
        "champ",
    }
)


def praise_inside(naming: Naming, scene: Scene) -> Weights:
    """Praise within a hashtag or file name."""
    solid = scene.first(naming).solid
    if not solid:
        return
    near = scene.writing.words[max(0, naming.first - 6) : naming.last + 6]
    if any(word.solid == solid and (word.key in lexicon("praise") or word.key in _SOLID_PRAISE) for word in near):
        yield 0.9, "praise in the same hashtag or file name"
