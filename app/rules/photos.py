"""Photos: group shots, seen whole, described for those who cannot see them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from app.domain import Box, Composition, Evidence, Face, Outcome, Photo, PhotoFacts, Region, Unseen
from app.policy import Policy
from app.rules.places import listed, looks, photo_number
from app.rules.rule import DRAFT, Remark, given, rule

_LEFT, _RIGHT = Face(Box(10, 10, 40, 50)), Face(Box(60, 10, 90, 50))
_PAIR = PhotoFacts(composition=Composition.PAIR, faces=(_LEFT, _RIGHT))
_PHOTO = Photo("0" * 64, "Two children plant beans")

# Letters to Unicode that show nothing: fillers for Hangul.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
_FILE_NAME = re.compile(r"\S+\.(?:jpe?g|png|webp|hei[cf]|gif)", re.IGNORECASE)

_UNSEEN = {
    Unseen.FACES_TOO_SMALL: "faces too small to be told apart",
    Unseen.POSSIBLE_FACES: "what may or may not be faces",
    Unseen.BLURRED: "blurred parts",
    Unseen.DARK: "dark parts",
    Unseen.ORIENTATION: "which way up the photo is",
    Unseen.DECODE: "parts of a file that is not quite sound",
    Unseen.DETECTOR: "any faces, because the search for faces failed",
    Unseen.WEAK_DETECTOR: "faces that are small or turned aside, because only a weak search for faces is installed",
    Unseen.MATCHER: "whose faces these are, because comparing them failed",
    Unseen.UNMEASURED: "whose faces these are, because the policy has no distances measured for the face engine",
    Unseen.WORDS: "whether anything is written in the picture",
}


@rule(
    id="photos.individual",
    title="Group shots",
    clause="posting-1",
    outcome=Outcome.REFER,
    fails=[
        given(photos=(PhotoFacts(composition=Composition.INDIVIDUAL, faces=(_LEFT,)),)),
        given(photos=(replace(_PAIR, composition=Composition.GROUP, dominant=1),)),
        given(photos=(PhotoFacts(composition=Composition.INDIVIDUAL),)),
    ],
    passes=[given(photos=(_PAIR,)), given(photos=(PhotoFacts(),))],
)
def individual(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """In a group no single child is put on show; a picture of one is easily taken away and misused."""
    hint = "Choose a photo of a group, or cover the face."
    for number, photo in enumerate(evidence.photos):
        if photo.dominant is not None:
            where = Region(number, photo.faces[photo.dominant].box)
            yield Remark(f"One person dominates {photo_number(number)}.", hint, where)
        elif photo.composition is Composition.INDIVIDUAL:
            face = next((face for face in photo.faces if not face.possible), None)
            yield Remark(
                f"One person stands alone in {photo_number(number)}.", hint, Region(number, face.box) if face else None
            )


@rule(
    id="photos.identifiable",
    title="No face for the taking",
    clause="inappropriate-3",
    outcome=Outcome.ADVISE,
    fails=[given(photos=(replace(_PAIR, faces=(_LEFT, replace(_RIGHT, identifiable=True))),))],
    passes=[given(photos=(_PAIR,))],
)
def identifiable(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Close, sharp, face-on pictures are what blackmailers take from school accounts.

    Pictures from a distance, from behind or of hands at work tell as much (Early Warning Working Group, May 2026).
    """
    for number, photo in enumerate(evidence.photos):
        for face in photo.faces:
            if face.identifiable:
                yield Remark(
                    f"A face in {photo_number(number)} is close, sharp and seen from the front.",
                    "A photo from farther off or from behind is safer; the face can be covered.",
                    Region(number, face.box),
                )


@rule(
    id="photos.no-alt-text",
    title="Every photo is described",
    clause="purpose-1",
    outcome=Outcome.REFER,
    fails=[
        given(photos=(_PAIR,), draft=replace(DRAFT, photos=(Photo("0" * 64),))),
        given(photos=(_PAIR,), draft=replace(DRAFT, photos=(Photo("0" * 64, "\u200b\u3164 ."),))),
        given(photos=(_PAIR,), draft=replace(DRAFT, photos=(Photo("0" * 64, "IMG_2041.jpeg"),))),
    ],
    passes=[given(photos=(_PAIR,)), given()],
)
def no_alt_text(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Parents who cannot see the photo follow the account too (WCAG 2.2, 1.1.1)."""
    for number, photo in enumerate(evidence.draft.photos):
        if not _describes(photo.alt_text):
            yield Remark(
                f"There is no alt text for {photo_number(number)}.",
                "Say in a sentence what the photo shows, without names.",
            )


def _describes(alt_text: str) -> bool:
    if _FILE_NAME.fullmatch(alt_text.strip()):
        return False
    return any(unicodedata.category(char)[0] in "LN" and char not in _BLANK_LETTERS for char in alt_text)


@rule(
    id="photos.unseen",
    title="What could not be seen is looked at",
    clause="images-2",
    outcome=Outcome.REFER,
    fails=[
        given(photos=(replace(_PAIR, unseen=(Unseen.FACES_TOO_SMALL, Unseen.DARK)),)),
        given(photos=(PhotoFacts(unseen=(Unseen.WEAK_DETECTOR,)),)),
        given(draft=replace(DRAFT, photos=(_PHOTO,))),
    ],
    passes=[given(photos=(_PAIR,))],
)
def unseen(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """A face that was not found is no proof that there is none: what the machine could not see a person looks at."""
    for number, photo in looks(evidence):
        if photo is None:
            yield Remark(
                f"Nothing could be seen in {photo_number(number)}: it was not looked at.",
                "Look at it yourself.",
                unmade=True,
            )
        elif photo.unseen:
            parts = listed(tuple(_UNSEEN[part] for part in photo.unseen))
            yield Remark(f"Not seen in {photo_number(number)}: {parts}.", "Look at the photo yourself.", unmade=True)


@rule(
    id="photos.location-stripped",
    title="What was stored in the file is gone",
    clause="about-2",
    outcome=Outcome.ADVISE,
    fails=[given(photos=(_PAIR,), draft=replace(DRAFT, photos=(replace(_PHOTO, dropped=("position", "camera")),)))],
    passes=[given(photos=(_PAIR,))],
)
def location_stripped(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Cameras write into the file where and when a child was; it is taken out before anything else happens.

    The author is told, because the same file may be going elsewhere.
    """
    for number, photo in enumerate(evidence.draft.photos):
        if photo.dropped:
            yield Remark(
                f"Stored inside {photo_number(number)} and now removed: {listed(photo.dropped)}.",
                "Nothing to do here. Your own copy of the file still has it.",
            )
