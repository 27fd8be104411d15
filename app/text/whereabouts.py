"""Places in a text, for the classes of which nobody outside may know where they are.

It is taken widely: a place too many costs an approver a glance, a place too few may cost a child their shelter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.domain import Draft, fold_class
from app.text.passage import Passage

__all__ = ["NOT_APART", "Apart", "places"]

_PLACE: Final = (
    r"halls?|church(?:es)?|chapel|mosque|synagogue|temple|gurdwara|cathedral|abbey|playgrounds?|playing fields?|fields?|"
    r"studio|gym|gymnasium|library|libraries|parks?|theatre|centre|gardens?|allotments?|classrooms?|foyer|green|pools?|"
    r"baths|museums?|galler(?:y|ies)|zoo|castle|palace|schools?|academy|college|university|nursery|stadium|arena|"
    r"leisure centre|sports centre|ground|pitch|court|farm|woods?|forest|beach|seaside|harbour|pier|river|lake|canal|"
    r"reservoir|hill|mill|windmill|market|shops?|supermarket|station|airport|hospital|surgery|village|town|city|square|"
    r"street|road|lane|avenue|bridge|monument|memorial|cinema|aquarium|planetarium|observatory|camp|campsite|hostel|"
    r"sanctuary|reserve|hotel|restaurant|caf[eé]|bakery|factory|fire station|police station|care home"
)
_AT_A_PLACE: Final = re.compile(
    rf" (?:at|in|inside|into|on|onto|outside|near|by|beside|behind|to|from|through|around|across|visit|visits|visited|"
    rf"visiting|explored|exploring|toured) (?:(?:the|our|a|an|their|st|local|nearby|school) )*"
    rf"(?:[\w'-]+ ){{0,2}}?(?:{_PLACE}) "
)
_NO_PLACE: Final = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Mon|Tue|Wed|Thu|Fri|Sat|Sun|Years?|Class|Reception|KS|Key|English|Maths|Mathematics|Science|History|Geography|"
    r"Music|Art|PE|RE|French|Spanish|German|Latin|Assembly|Christmas|Easter|Autumn|Spring|Summer|Winter|Term|Week)"
)
_AT_A_NAME: Final = re.compile(
    rf"\b(?:[Aa]t|[Ii]n|[Nn]ear|[Tt]o|[Ff]rom|[Oo]utside|[Aa]round|[Vv]isit(?:s|ed|ing)?|[Ee]xplor(?:ed|ing))"
    rf"\s+(?:the\s+|St\.?\s+)?(?!{_NO_PLACE})[A-Z][\w'’-]+"
)


@dataclass(frozen=True, slots=True)
class Apart:
    """The classes of which no post may say where they are, among all of the school's ``known``."""

    classes: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()

    def concerns(self, draft: Draft) -> bool:
        """Whether a draft may be about one: it declares one, or none, or one that is not known."""
        if not self.classes:
            return False
        declared = {fold_class(name) for name in draft.classes}
        apart, known = ({fold_class(name) for name in names} for names in (self.classes, self.known))
        return not declared or bool(declared & apart) or "" in apart or not declared <= known


NOT_APART: Final = Apart()
"""No class is: any post may say where any class is."""


def places(passage: Passage, text: str) -> Iterator[tuple[int, int]]:
    """Start and end in the source of the words that say where: a kind of place, or a name that stands like one."""
    for found in _AT_A_PLACE.finditer(passage.text):
        yield passage.source(found.start() + 1, found.end() - 1)
    yield from (found.span() for found in _AT_A_NAME.finditer(text))
