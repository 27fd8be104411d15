"""One-press fixes: what would help with a finding, offered beside it and done to what stands in the form.

A fix is named by a word and places (``drop 10 21``), as the buttons of the form send it. It is done only where the
post as it was sent still has what the fix is for: nobody's text changes by a button of an older page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain import Box, Event, Evidence, Field, NameFound
from app.errors import Malformed
from app.policy import Policy
from app.text.instead import without_names
from app.web.pages.composing import Attached, Typed, clock_time, instant_of
from app.web.pages.marking import face_at
from app.web.schemas import FindingOut, RegionWhere, Report, WordsWhere

_NOT_OVER = "events.not-yet-over"
_ROLL_CALL = "children.roll-call"
_NO_ALT_TEXT = "photos.no-alt-text"
_KEPT_WHOLE = frozenset({"wording.too-long", "wording.accidental-link", "accounts.not-ours"})
"""Findings in the text that a sentence less would not settle."""

_ENDS = re.compile(r"(?:(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bMrs)[.!?…]+[\"'”’)\]]*(?=\s)|\n)\s*")


@dataclass(frozen=True, slots=True)
class Fix:
    """A button: what it sends and what it says. One that begins with ``#`` is a link to a place in the form instead.

    ``photo`` and ``box`` show what is meant, where it is a face.
    """

    use: str
    words: str
    photo: str = ""
    box: str = ""


@dataclass(frozen=True, slots=True)
class Vetted:
    """A post as it was judged: what stood in the form, what was found, and on what evidence."""

    typed: Typed
    report: Report
    evidence: Evidence


# ---------------------------------------------------------------- offered


def offered(vetted: Vetted, group: Sequence[FindingOut], policy: Policy) -> list[Fix]:
    """What would help with findings that say the same, each fix once, the gentlest first."""
    found = [fix for finding in group for fix in _each(vetted, finding, policy)]
    return list({fix.use: fix for fix in sorted(found, key=lambda fix: fix.use.startswith("drop"))}.values())


def _each(vetted: Vetted, finding: FindingOut, policy: Policy) -> Iterator[Fix]:
    typed, where = vetted.typed, finding.where
    if finding.rule == _NOT_OVER and (event := _awaited(vetted, policy)):
        until = policy.local(event.ends_at)
        over = f"{until.day} {until:%B, %H:%M}"
        yield Fix("hold", f"Hold it until “{event.title}” is over ({over})")
    if finding.rule == _ROLL_CALL and not vetted.evidence.draft.classes:
        yield Fix("#declare", "Say which classes are pictured")
    if finding.rule == _NO_ALT_TEXT:
        number = _photo_of(finding.message)
        yield Fix(f"#photo-{number + 1}-alt", f"Describe photo {number + 1}")
    if isinstance(where, WordsWhere):
        yield from _for_words(typed, finding, where)
    elif isinstance(where, RegionWhere):
        yield from _for_face(typed, vetted.report, where)


def _for_words(typed: Typed, finding: FindingOut, where: WordsWhere) -> Iterator[Fix]:
    in_text, in_alt_text = where.field == "text", where.field == "alt_text"
    if finding.instead and (in_text or (in_alt_text and _is_stored(typed, where.photo))):
        place = f"{where.start} {where.end}"
        yield Fix(f"say {place}" if in_text else f"describe {where.photo} {place}", f"Say “{finding.instead}” instead")
    if in_text and finding.rule not in _KEPT_WHOLE and finding.outcome != "advise":
        left = without_sentence(typed.text, where.start, where.end)
        if left.strip() and left != typed.text:
            yield Fix(f"drop {where.start} {where.end}", "Take the sentence out")


def _for_face(typed: Typed, report: Report, where: RegionWhere) -> Iterator[Fix]:
    face = face_at(where, report.photos)
    if face is None or not _is_stored(typed, where.photo):
        return
    box = ",".join(str(side) for side in (where.box.left, where.box.top, where.box.right, where.box.bottom))
    photo_id = typed.photos[where.photo].id
    yield Fix(f"cover {where.photo} {box}", f"Cover face {face + 1} in photo {where.photo + 1}", photo_id, box)


def _is_stored(typed: Typed, photo: int | None) -> bool:
    return photo is not None and photo < len(typed.photos)


def _photo_of(message: str) -> int:
    """The photo, counted from 0, that a message names as people count them."""
    found = re.search(r"photo (\d+)", message)
    return int(found[1]) - 1 if found else 0


def _awaited(vetted: Vetted, policy: Policy) -> Event | None:
    """Of the events that the draft tells of and that will not be over when it is published, the last to end."""
    evidence, draft = vetted.evidence, vetted.evidence.draft
    told = {one.event for one in evidence.text.events if one.dated} | {draft.event_id}
    as_of = max(evidence.now, instant_of(vetted.typed, policy) or evidence.now)
    pending = [event for event in evidence.school.events if event.id in told and event.ends_at > as_of]
    return max(pending, key=lambda event: event.ends_at, default=None)


# ---------------------------------------------------------------- done

CHANGED = "That was not done: what stands in the form has changed since. Look at what is found now."


def done(vetted: Vetted, use: str, policy: Policy) -> Typed:
    """The form after that fix; covering a face is another's work. Malformed where the post does not call for it."""
    word, _, rest = use.partition(" ")
    given = rest.split()
    if word == "without-names":
        return _nobody_named(vetted)
    if word == "hold" and not given:
        return _held(vetted, policy)
    numbers = [int(one) for one in given if re.fullmatch("[0-9]{1,6}", one)]
    if word in _WITH_NUMBERS and len(numbers) == len(given) == _WITH_NUMBERS[word]:
        return _by_numbers(vetted, word, numbers)
    raise Malformed(CHANGED, slug="fix-unknown")


_WITH_NUMBERS = {"say": 2, "drop": 2, "describe": 3, "remove": 1, "earlier": 1, "later": 1, "uncover": 1}


def _by_numbers(vetted: Vetted, word: str, numbers: Sequence[int]) -> Typed:
    typed = vetted.typed
    if word in {"remove", "earlier", "later", "uncover"}:
        return replace(typed, photos=_rearranged(typed.photos, word, numbers[0]))
    if word == "describe":
        return _described(vetted, numbers[0], (numbers[1], numbers[2]))
    span = (numbers[0], numbers[1])
    finding = _finding_at(vetted.report, "text", None, span)
    if word == "drop":
        return replace(typed, text=without_sentence(typed.text, *span))
    return replace(typed, text=_said_instead(vetted, finding, typed.text, Field.TEXT, None))


def _finding_at(report: Report, field: str, photo: int | None, span: tuple[int, int]) -> FindingOut:
    """A finding on just those words, best one that says what could stand there; Malformed without any."""
    found = [
        one
        for one in report.findings
        if isinstance(one.where, WordsWhere)
        and (one.where.field, one.where.photo, one.where.start, one.where.end) == (field, photo, *span)
    ]
    if not found:
        raise Malformed(CHANGED, slug="fix-unknown")
    return max(found, key=lambda one: bool(one.instead))


def _nobody_named(vetted: Vetted) -> Typed:
    """The text, and the descriptions of stored photos, with every name in other words."""
    said = vetted.report.text
    photos = tuple(
        photo if words is None else replace(photo, alt_text=words)
        for photo, words in zip(vetted.typed.photos, said.alt_texts_without_names, strict=False)
    )
    return replace(
        vetted.typed, text=vetted.typed.text if said.without_names is None else said.without_names, photos=photos
    )


def _described(vetted: Vetted, photo: int, span: tuple[int, int]) -> Typed:
    finding = _finding_at(vetted.report, "alt_text", photo, span)
    photos = list(vetted.typed.photos)
    if photo >= len(photos):
        raise Malformed(CHANGED, slug="fix-unknown")
    words = _said_instead(vetted, finding, photos[photo].alt_text, Field.ALT_TEXT, photo)
    photos[photo] = replace(photos[photo], alt_text=words)
    return replace(vetted.typed, photos=tuple(photos))


def _said_instead(vetted: Vetted, finding: FindingOut, text: str, field: Field, photo: int | None) -> str:
    """The text with the one name that the finding points at put in other words, the sentence around it mended."""
    where = finding.where
    if not finding.instead or not isinstance(where, WordsWhere):
        raise Malformed(CHANGED, slug="fix-unknown")
    names: list[NameFound] = [
        name
        for name in vetted.evidence.text.names
        if (name.where.field, name.where.photo) == (field, photo)
        and name.where.start < where.end
        and where.start < name.where.end
    ]
    return without_names(text, names, field=field, photo=photo)


def _held(vetted: Vetted, policy: Policy) -> Typed:
    """Held back until the event it tells of is over; the event is noted as the one it reports."""
    event = _awaited(vetted, policy)
    if event is None:
        raise Malformed(CHANGED, slug="fix-unknown")
    ends_at = event.ends_at
    whole = ends_at if not (ends_at.second or ends_at.microsecond) else ends_at + timedelta(minutes=1)
    return replace(
        vetted.typed,
        event_id=vetted.typed.event_id or event.id,
        publish_at=clock_time(whole, policy),
    )


def _rearranged(photos: Sequence[Attached], word: str, number: int) -> tuple[Attached, ...]:
    """The photos with one taken out, moved, or as it was before it was covered last."""
    if number >= len(photos):
        raise Malformed(CHANGED, slug="fix-unknown")
    rest, photo = [*photos[:number], *photos[number + 1 :]], photos[number]
    if word == "remove":
        return tuple(rest)
    if word == "uncover":
        if not photo.before:
            raise Malformed(CHANGED, slug="fix-unknown")
        rest.insert(number, replace(photo, id=photo.before[-1], before=photo.before[:-1]))
    else:
        rest.insert(max(number - 1, 0) if word == "earlier" else number + 1, photo)
    return tuple(rest)


def face_to_cover(vetted: Vetted, use: str) -> tuple[int, Box] | None:
    """The photo, counted from 0, and the face that a fix is to cover; None where it is another fix."""
    word, _, rest = use.partition(" ")
    if word != "cover":
        return None
    asked = re.fullmatch(r"(\d{1,2}) (\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})", rest)
    if asked is None:
        raise Malformed(CHANGED, slug="fix-unknown")
    number, *sides = (int(one) for one in asked.groups())
    box = Box(*sides)
    seen = vetted.report.photos
    faces = seen[number].faces if number < min(len(seen), len(vetted.typed.photos)) else []
    if not any((face.box.left, face.box.top, face.box.right, face.box.bottom) == tuple(sides) for face in faces):
        raise Malformed(CHANGED, slug="fix-unknown")
    return number, box


# ---------------------------------------------------------------- sentences


def without_sentence(text: str, start: int, end: int) -> str:
    """``text`` without the sentence, or sentences, that ``start`` to ``end`` stand in."""
    ends = [found.end() for found in _ENDS.finditer(text)]
    first = max((at for at in ends if at <= start), default=0)
    last = min((at for at in ends if at >= end), default=len(text))
    before, after = text[:first], text[last:]
    return before + after if after.strip() else before.rstrip()
