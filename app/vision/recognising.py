"""From one look to the facts that rules judge: who may be in the photo, and what could not be made out."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain import Face, LineUp, Matching, PhotoFacts, Unseen
from app.vision import composition
from app.vision.gallery import Gallery, Matched, line_ups, match
from app.vision.reading import join
from app.vision.seeing import Seen, SeenFace
from app.vision.sight import Sight


@dataclass(frozen=True, slots=True)
class _Compared:
    matching: Matching
    matches: tuple[Matched, ...]
    line_ups: tuple[LineUp, ...] = ()


def recognise(
    seen: Seen, gallery: Gallery | None, matching: Matching, sight: Sight, *, photo: int = 0, sha256: str = ""
) -> PhotoFacts:
    """The facts of the photo that counts ``photo`` from 0 in its draft.

    ``matching`` is what may be done: ``DONE`` compares; any other is the answer itself. Where comparing was
    wanted and cannot be done (no gallery, no vectors, another engine's), the answer is ``UNAVAILABLE`` and the
    matcher is among what failed. Where it was done by an engine without measured distances, that is told too.
    """
    unseen = [*seen.unseen, *_unseen(seen, sight)]
    checkable = [_checkable(face, sight) for face in seen.faces]
    compared = _compare(seen, gallery, matching, sight, checkable, seen_whole=not unseen)
    if matching is Matching.DONE and compared.matching is Matching.UNAVAILABLE:
        unseen.append(Unseen.MATCHER)
    if compared.matching is Matching.DONE and seen.faces and not sight.measured:
        unseen.append(Unseen.UNMEASURED)
    text, places = join(seen.words, photo)
    return PhotoFacts(
        sha256=sha256,
        width=seen.width,
        height=seen.height,
        composition=composition.composition(seen.founds),
        faces=tuple(_face(*each, sight) for each in zip(seen.faces, compared.matches, checkable, strict=True)),
        dominant=composition.dominant(seen.founds, sight, min(seen.width, seen.height)),
        matching=compared.matching,
        unseen=tuple(dict.fromkeys(unseen)),
        line_ups=compared.line_ups,
        picture_text=text,
        picture_words=places,
        engine=seen.engine,
    )


def _compare(
    seen: Seen, gallery: Gallery | None, matching: Matching, sight: Sight, checkable: list[bool], *, seen_whole: bool
) -> _Compared:
    nobody = (Matched(),) * len(seen.faces)
    if matching is not Matching.DONE:
        return _Compared(matching, nobody)
    if gallery is None or seen.vectors is None:
        return _Compared(Matching.UNAVAILABLE, nobody)
    try:
        distances = gallery.distances(seen.vectors, seen.embedder)
    except ValueError:
        return _Compared(Matching.UNAVAILABLE, nobody)
    return _Compared(
        Matching.DONE, match(distances, checkable, sight), line_ups(distances, checkable, seen_whole, sight)
    )


def _unseen(seen: Seen, sight: Sight) -> list[Unseen]:
    """What the measurements say was not to be seen, by the school's limits."""
    blurred = seen.sharpness is not None and seen.sharpness < sight.picture_sharpness
    large = [face for face in seen.faces if face.found.box.height >= sight.checkable_px]
    doubts = {
        Unseen.FACES_TOO_SMALL: len(large) < len(seen.faces),
        Unseen.POSSIBLE_FACES: any(not face.found.certain for face in seen.faces),
        Unseen.BLURRED: blurred or any(face.sharpness < sight.sharpness for face in large),
        Unseen.DARK: seen.light < sight.darkest or any(face.light < sight.darkest for face in large),
    }
    return [doubt for doubt, is_so in doubts.items() if is_so]


def _checkable(face: SeenFace, sight: Sight) -> bool:
    return (
        face.found.box.height >= sight.checkable_px
        and face.sharpness >= sight.sharpness
        and face.light >= sight.darkest
    )


def _face(face: SeenFace, matched: Matched, checkable: bool, sight: Sight) -> Face:
    found = face.found
    close = found.box.height >= sight.identifiable_px
    return Face(
        box=found.box,
        score=round(found.score, 4),
        possible=not found.certain,
        identifiable=close and checkable and found.certain and face.frontality >= sight.frontality,
        checkable=checkable,
        match=matched.match,
        pupils=matched.pupils,
    )
