"""How messages say where something is, and which photos may show a child."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain import Composition, Evidence, Field, PhotoFacts, Unseen, Where, Words

_FIELDS = {
    Field.TEXT: "the text",
    Field.ALT_TEXT: "the alt text",
    Field.PICTURE_TEXT: "the writing in the picture",
    Field.FILE_NAME: "the file name",
    Field.METADATA: "what is stored inside the file",
}

_HIDES_NO_FACE = frozenset({Unseen.WORDS, Unseen.MATCHER, Unseen.UNMEASURED})


def photo_number(index: int) -> str:
    """A photo as people count it: ``photo 1`` for index 0."""
    return f"photo {index + 1}"


def place(where: Words) -> str:
    """Where words stand: ``the text``, ``the alt text of photo 2``."""
    field = _FIELDS[where.field]
    return field if where.photo is None else f"{field} of {photo_number(where.photo)}"


def looks(evidence: Evidence) -> Iterator[tuple[int, PhotoFacts | None]]:
    """Every photo of the draft by index, with what was seen in it, or None if nobody looked."""
    for index in range(max(len(evidence.draft.photos), len(evidence.photos))):
        yield index, evidence.photos[index] if index < len(evidence.photos) else None


def hides_faces(photo: PhotoFacts | None) -> bool:
    """Whether there may be faces in a photo that were not seen."""
    return photo is None or not _HIDES_NO_FACE.issuperset(photo.unseen)


def may_show_children(photo: PhotoFacts | None) -> bool:
    """Whether a photo shows a face, for certain or possibly, or may hide one."""
    return photo is None or hides_faces(photo) or bool(photo.faces) or photo.composition is not Composition.NOBODY


def listed(things: tuple[str, ...]) -> str:
    """Things in a sentence: ``a, b and c``."""
    return " and ".join(part for part in (", ".join(things[:-1]), *things[-1:]) if part)


def quoted(evidence: Evidence, where: Where) -> str:
    """The words that stand there; empty where their field is not at hand or holds none."""
    if not isinstance(where, Words):
        return ""
    if where.field is Field.TEXT:
        return evidence.draft.text[where.start : where.end]
    index = where.photo or 0
    if where.field is Field.ALT_TEXT and index < len(evidence.draft.photos):
        return evidence.draft.photos[index].alt_text[where.start : where.end]
    if where.field is Field.PICTURE_TEXT and index < len(evidence.photos):
        return evidence.photos[index].picture_text[where.start : where.end]
    return ""
