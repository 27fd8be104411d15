"""What the words around a possible name say of it: each rule adds or takes away, and says so in plain words.

The score is a sum and nothing is learnt: 6 and above is certain, 3 likely, 0.6 in doubt. The scale is that of
``docs/accuracy``, measured by ``tests/accuracy``; the weights were set by hand on the drafts marked there as development.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from app.text import name_doubts as doubts
from app.text import name_fiction as fiction
from app.text import name_signs as signs
from app.text import name_things as things
from app.text.name_index import Role
from app.text.name_pieces import Form, Naming
from app.text.name_scene import Scene, Weights

__all__ = ["IN_DOUBT", "weigh"]

IN_DOUBT: Final = 0.6
"""The lowest score that a person is asked about."""
_SHORT: Final = 3  # letters: signs that stand for three are chance

_RULES: Final[Mapping[Form, Sequence[Callable[[Naming, Scene], Weights]]]] = {
    Form.SINGLE: (
        doubts.letter_case, doubts.joined_up, doubts.ordinary_word, doubts.kinds_of_word, doubts.adult_title,
        doubts.role_before, doubts.other_surname, doubts.other_first_name, doubts.other_initial, fiction.well_known,
        doubts.staff_name, doubts.organisation, things.place_or_firm, things.known_place, things.dates,
        things.class_or_house, things.share, things.counted, things.animal, fiction.works, fiction.stories, fiction.among_titles,
        signs.praise_before, signs.child_before, signs.award_before, signs.doing, signs.pronoun_after, signs.belongings,
        signs.class_beside, signs.family, signs.spoken_to, signs.speaking, signs.answering, signs.addressed, signs.beside_staff, signs.disguised, signs.praise_inside,
    ),
    Form.FULL: (doubts.pupil_title, fiction.well_known, doubts.staff_name, things.place_or_firm, signs.class_beside, signs.praise_before),
    Form.INITIALLED: (
        doubts.adult_title, fiction.well_known, things.place_or_firm,
        signs.class_beside, signs.praise_before, signs.award_before,
    ),
    Form.NEARLY: (
        doubts.adult_title, doubts.role_before, fiction.well_known, things.place_or_firm, doubts.organisation, fiction.works,
        signs.class_beside, signs.praise_before, signs.award_before,
    ),
    Form.INITIALS: (doubts.adult_title, fiction.well_known, signs.praise_before),
}  # fmt: skip


def weigh(naming: Naming, scene: Scene) -> tuple[float, tuple[str, ...]]:
    """The score of a naming in its scene, and the reasons for and against."""
    score = naming.base
    reasons = dict.fromkeys(naming.reasons)
    for rule in _RULES[naming.form]:
        for weight, reason in rule(naming, scene):
            score += weight
            reasons[reason] = None
    if score < IN_DOUBT and signs.HIDDEN in reasons and naming.role is Role.FIRST and len(scene.key(naming)) > _SHORT:
        return IN_DOUBT, tuple(reasons)
    return score, tuple(reasons)
