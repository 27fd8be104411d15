"""Children who are named but are not on the roll: a given name where only a child's can stand."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from app.text.gazetteer import Commonness, commonness, is_given_name, is_proper, is_word, lexicon
from app.text.name_context import weigh
from app.text.name_doubts import staff_name
from app.text.name_index import Role
from app.text.name_pieces import Form, Naming
from app.text.name_scene import Scene
from app.text.name_signs import acts, class_beside
from app.text.name_words import Case, Word

__all__ = ["Stranger", "strangers"]

_KNOWN: Final = (0.4, 0.0, -0.8, -1.5)
"""What a given name not on the roll speaks for, by how common it is as a word."""
_UNKNOWN: Final = -0.6
_ENOUGH: Final = 1.5
_CHILD_TITLES: Final = (
    ["miss", "little"],
    ["mr", "little"],
    ["master", "little"],
    ["master", "young"],
)  # nearest first
_TOGETHER: Final = "brothers or sisters are meant"
_OURS: Final = "called ours with a word for a child"
_MAKER: Final = "a child's work or sport is praised before it"
_PRAISED: Final = "praised by a name that is not on the roll"
_SIGN_WEIGHTS: Final = {_TOGETHER: 2.5, _OURS: 2.2, _MAKER: 1.0, _PRAISED: 0.6}


@dataclass(frozen=True, slots=True)
class Stranger:
    """Words ``first`` to ``last`` that name a child of whom the roll knows nothing."""

    first: int
    last: int
    reasons: tuple[str, ...]


def strangers(scene: Scene, taken: AbstractSet[int]) -> Iterator[Stranger]:
    """Names of children not on the roll, in order; places in ``taken`` already name a pupil."""
    past = 0
    for place, word in enumerate(scene.writing.words):
        if place < past or place in taken or not _may_be_name(place, scene):
            continue
        last = place + 1 + (place + 1 not in taken and _is_surname(place + 1, scene))
        naming = _naming(place, last, word)
        sign = _child_sign(naming, scene)
        if not sign or any(staff_name(naming, scene)):
            continue
        score, reasons = weigh(naming, scene)
        score += _acts(naming, sign, scene)
        if score >= _ENOUGH:
            yield Stranger(place, last, (*reasons, sign))
            past = last


def _may_be_name(place: int, scene: Scene) -> bool:
    word = scene.writing.words[place]
    if word.case is Case.LOWER or word.solid or len(word.key) < 3 or not word.key.isalpha():
        return False
    if word.key in scene.index.class_names or word.key in lexicon("months"):
        return False
    if is_given_name(word.key):
        return not scene.writing.shouting or not commonness(word.key)
    if is_word(word.key) and _after_little_miss(place, scene.writing.words):
        return True
    return not (scene.writing.shouting or is_word(word.key) or is_proper(word.key) or word.key in lexicon("titles"))


def _is_surname(place: int, scene: Scene) -> bool:
    if place >= len(scene.writing.words):
        return False
    word = scene.writing.words[place]
    if (
        word.gap != " "
        or word.case is Case.LOWER
        or word.solid
        or not word.key.isalpha()
        or scene.is_class_or_year(word)
    ):
        return False
    return word.key not in lexicon("little-words") and word.key not in lexicon("place-nouns")


def _naming(first: int, last: int, word: Word) -> Naming:
    if is_given_name(word.key):
        level = commonness(word.key)
        base, reason = _KNOWN[level], "a given name, though not on the roll"
    else:
        level = Commonness.NO_WORD
        base, reason = _UNKNOWN, "an unknown word, perhaps a name not on the roll"
    return Naming(first, last, Form.SINGLE, Role.FIRST, (), level, base, (reason,))


def _child_sign(naming: Naming, scene: Scene) -> str:
    """What shows that a child is meant and no adult, or nothing."""
    if any(weight > 1 for weight, _ in class_beside(naming, scene)):
        return "a year, class or age belongs to it"
    before = scene.before(naming, 5)
    keys = [word.key for word in before]
    if keys[:1] == ["little"] or keys[:2] in _CHILD_TITLES or (keys and keys[0] in lexicon("surely-children")):
        return "a word for a child stands before it"
    if len(keys) > 1 and keys[0] in ("called", "named") and keys[1] in lexicon("surely-children"):
        return "a word for a child stands before it"
    after = scene.after(naming, 1)
    if after and after[0].key in lexicon("born-together"):
        return _TOGETHER
    if _is_ours(naming, scene):
        return _OURS
    return _praise(naming, keys, scene)


def _praise(naming: Naming, keys: list[str], scene: Scene) -> str:
    word = scene.writing.words[naming.first]
    alone = naming.last - naming.first == 1
    given = is_given_name(word.key)
    if alone and given and (_praised(keys) or _awarded(naming, scene)):
        return "praised by first name, as children are"
    if _is_maker(keys, given=given):
        return _MAKER
    of_staff = scene.keys & (lexicon("staff-words") | lexicon("role-before"))
    if (
        not alone
        and keys[:1] != ["star"]
        and _praised(keys)
        and not of_staff
        and _is_unworldly(scene.writing.words[naming.last - 1], given=given)
    ):
        return _PRAISED
    return ""


def _is_unworldly(surname: Word, *, given: bool) -> bool:
    """Whether the word behind the first is a surname: any behind a given name, else none that the dictionary has."""
    return given or not (is_word(surname.key) or is_proper(surname.key))


def _is_maker(keys: list[str], *, given: bool) -> bool:
    """``great goal by …``, ``a lovely drawing by …``."""
    if keys[:1] != ["by"]:
        return False
    if any(key in lexicon("sport-feats") for key in keys[1:4]):
        return True
    made = any(key in lexicon("children-work") for key in keys[1:3])
    return given and made and any(key in lexicon("praise") or key in lexicon("work-praise") for key in keys[2:])


def _is_ours(naming: Naming, scene: Scene) -> bool:
    """``…, our chess champion``."""
    after = scene.after(naming, 5)
    if len(after) < 2 or after[0].key != "our" or "," not in after[0].gap:
        return False
    return any(word.key in lexicon("surely-children") or word.key in lexicon("child-parts") for word in after[1:])


def _after_little_miss(place: int, words: Sequence[Word]) -> bool:
    """``Little Miss Wren``: a dictionary word with a capital is a surname there."""
    before = [each.key for each in words[max(0, place - 2) : place][::-1]]
    return before in _CHILD_TITLES and words[place].gap == " " and place + 1 < len(words) and acts(words[place + 1])


def _acts(naming: Naming, sign: str, scene: Scene) -> float:
    """What the sign adds, or that a verb of people follows."""
    if sign in _SIGN_WEIGHTS:
        return _SIGN_WEIGHTS[sign]
    keys = {word.key for word in scene.after(naming, 8)}
    return 1.0 if keys & (lexicon("only-people-verbs") | lexicon("pronouns")) else 0.0


def _praised(keys: list[str]) -> bool:
    """Whether words of praise for children stand before, with small words at most between."""
    for place, key in enumerate(keys):
        if key in lexicon("child-praise") or (key == "done" and keys[place + 1 : place + 2] == ["well"]):
            return True
        if key not in lexicon("little-words") and key not in ("little", "superstar"):
            return False
    return False


def _awarded(naming: Naming, scene: Scene) -> bool:
    word = scene.writing.words[naming.first]
    return any(sign in word.gap for sign in ":=") and {"week", "star", "pupil", "award"} & scene.keys != set()
