"""A draft's photos as its page draws them: with boxes round faces, numbers and signs, and what was covered beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.store import Store, looks, photos
from app.store.looks import Look
from app.web.pages.marking import mark_linked, other_boxes
from app.web.pages.pictures import Size, picture_path
from app.web.pages.rendering import Visitor
from app.web.schemas import BoxOut, DraftOut, FaceOut, FindingOut, PhotoOut

_SIGNS = {"clear": " !", "possible": " ?"}
_LIKENESS = {"clear": "by all likeness a child who must not be shown", "possible": "possible match"}


@dataclass(frozen=True, slots=True)
class FaceShown:
    """A face with its box: ``kind`` names the style of its line, ``sign`` stands behind its number."""

    index: int
    box: BoxOut
    kind: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class PhotoShown:
    """One photo. ``before`` is the path of the picture as it was before parts were covered, if it is still there."""

    alt_text: str
    marked: list[tuple[str, str | None, tuple[int, ...]]]
    seen: PhotoOut
    faces: list[FaceShown]
    others: list[BoxOut]
    full: str
    screen: str
    before: str


def photos_shown(
    store: Store, visitor: Visitor, draft: DraftOut, groups: Sequence[Sequence[FindingOut]]
) -> list[PhotoShown]:
    """The photos of a draft."""
    seen = draft.report.photos
    earlier = looks.of_revision(store, draft.id, draft.revision - 1) if draft.revision > 1 else None
    return [
        PhotoShown(
            photo.alt_text,
            mark_linked(photo.alt_text, groups, "alt_text", number),
            seen[number],
            [_face(index, face) for index, face in enumerate(seen[number].faces)],
            other_boxes(draft.report.findings, seen, number),
            picture_path(visitor, draft.id, number, revision=draft.revision),
            picture_path(visitor, draft.id, number, Size.SCREEN, revision=draft.revision),
            _before(store, visitor, draft, number, earlier),
        )
        for number, photo in enumerate(draft.photos)
    ]


def _face(index: int, face: FaceOut) -> FaceShown:
    kind = face.match or ("unsure" if face.possible else "face")
    words = _LIKENESS.get(kind, "perhaps a face" if kind == "unsure" else "")
    return FaceShown(index, face.box, kind, _SIGNS.get(kind, ""), words)


def _before(store: Store, visitor: Visitor, draft: DraftOut, number: int, earlier: Look | None) -> str:
    shown = earlier.evidence.draft.photos if earlier else ()
    if earlier is None or number >= len(shown) or shown[number].sha256 == draft.photos[number].sha256:
        return ""
    if photos.find_picture(store, shown[number].sha256) is None:
        return ""
    return picture_path(visitor, draft.id, number, Size.SCREEN, revision=earlier.revision)
