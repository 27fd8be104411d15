"""Vetting a draft: gather the evidence, judge it, return both. Nothing is stored here and no transaction is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar, TypeVarTuple

from app import rules, text
from app.domain import (
    Box,
    Composition,
    Draft,
    Evidence,
    Face,
    Match,
    Matching,
    Photo,
    PhotoFacts,
    SchoolFacts,
    Unseen,
    Verdict,
    fold_class,
)
from app.errors import FledglingError, TooMany
from app.jobs import Begun, Crew, JobFailed, Jobs, NoTurn
from app.policy import MatchingMode, Policy
from app.text import Guide
from app.vision import Enrolment, EnrolmentRefused, Gallery, Seen, Sight, recognise, tasks
from app.vision.clean import CleanPhoto
from app.vision.cover import SOLID, Style
from app.vision.refusals import PhotoBroken
from app.vision.tasks import EngineFacts, Opened

Given = TypeVarTuple("Given")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The register as it stood at one moment, all that vetting needs of it.

    ``consented`` are the pupils whose biometric responses are valid; ``class_of`` every pupil on roll; ``assessed``:
    a data-protection impact assessment of face matching is in force.
    """

    version: int
    facts: SchoolFacts
    guide: Guide
    gallery: Gallery
    consented: frozenset[str]
    class_of: dict[str, str]
    assessed: bool = False

    def may_match(self, draft: Draft, mode: MatchingMode) -> Matching:
        """Whether the faces of this draft may be compared: DONE stands for "yes".

        Strictly, every child who may be pictured must have agreed: those of the classes declared, those
        whose class is not known, and whoever is meant by a class that is not known.
        """
        if mode is MatchingMode.OFF or not self.assessed or not self.gallery.pupils:
            return Matching.OFF
        if mode is MatchingMode.ENROLLED:
            return Matching.DONE
        wanted = {fold_class(name) for name in draft.classes}
        pictured = {
            pupil for pupil, name in self.class_of.items() if not (wanted and name) or fold_class(name) in wanted
        }
        if draft.outsiders or self.facts.unknown_classes(draft.classes) or not pictured <= self.consented:
            return Matching.NOT_PERMITTED
        return Matching.DONE


@dataclass(frozen=True, slots=True)
class Submitted:
    """A photo of a draft as vetting gets it. ``read`` gives the bytes that would be published.

    ``width`` and ``height`` are of the upright photo as it came; boxes are told in its pixels.
    """

    photo: Photo
    width: int
    height: int
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Vetted:
    """A verdict and what it rests on."""

    verdict: Verdict
    evidence: Evidence
    register_version: int


class Eyes:
    """Opens photos and looks at them, by a crew; looks are made once each, and what was seen stays for a while.

    Whatever a photo does to the crew, it alone is unreadable or unseen.
    """

    def __init__(self, crew: Crew, *, timeout_s: float) -> None:
        self._jobs: Jobs[Seen] = Jobs(crew, kept=64, timeout_s=timeout_s)

    @cached_property
    def engine(self) -> EngineFacts:
        """What the crew looks with; the first to ask waits until it is loaded. Raises what loading raised, or JobFailed."""
        return self._jobs.run(tasks.describe)

    def open(self, data: bytes) -> Opened:
        """Open a photo as it came. Raises PhotoRefused, and TooMany where its turn did not come."""
        return self._wanted(tasks.open_and_clean, data)

    def cover(self, photo: Submitted, boxes: Sequence[Box], style: Style = SOLID) -> CleanPhoto:
        """The photo with those boxes covered. Malformed where one covers nothing; else as ``open``."""
        return self._wanted(tasks.cover_boxes, photo.read(), tuple(boxes), (photo.width, photo.height), style)

    def smaller(self, copy: bytes, long_side_px: int) -> bytes:
        """A publishable copy for a screen, as JPEG. Raises as ``open``."""
        return self._wanted(tasks.smaller, copy, long_side_px)

    def strip(self, copy: bytes, boxes: Sequence[Box], size: tuple[int, int] | None, side_px: int) -> bytes:
        """Those faces of a photo side by side, as JPEG; ``size`` as in ``tasks.face_strip``. Raises as ``open``."""
        return self._wanted(tasks.face_strip, copy, tuple(boxes), size, side_px)

    def take_reference(self, data: bytes, sight: Sight) -> tuple[CleanPhoto, Enrolment | EnrolmentRefused]:
        """The clean copy of a reference photo as it came, and what it gives. Raises as ``open``."""
        return self._wanted(tasks.take_reference, data, sight)

    def enrol(self, copy: bytes, sight: Sight) -> Enrolment | EnrolmentRefused:
        """What the clean copy of a reference photo gives. Raises PhotoRefused, never for what happened to the crew."""
        try:
            return self._jobs.run(tasks.enrol_copy, copy, sight)
        except JobFailed:
            return EnrolmentRefused("engine-failed", "The photo could not be looked at.")

    def start(self, photo: Submitted, matching: Matching) -> None:
        """Begin to look, so that what is seen is there when the draft comes."""
        self._begin(photo, matching)

    def look(self, photo: Submitted, matching: Matching) -> Seen:
        """What there is to see; JobFailed where looking failed or took too long."""
        try:
            return self._jobs.wait(self._begin(photo, matching))
        except FledglingError as error:  # its file is lost, or is no photo any more
            raise JobFailed(type(error).__name__) from error

    def close(self) -> None:
        """Look no more."""
        self._jobs.close()

    def _wanted(self, job: Callable[[Any, *Given], Answer], *given: *Given) -> Answer:
        try:
            return self._jobs.run(job, *given)
        except NoTurn:
            raise TooMany("Other photos are being looked at; try again in a minute.", slug="photos-waiting") from None
        except JobFailed:
            raise PhotoBroken(
                "The photo could not be opened: its content is faulty.", slug="photo-unreadable"
            ) from None

    def _begin(self, photo: Submitted, matching: Matching) -> Begun[Seen]:
        doubts = photo.photo.doubts
        # Two files may have the same pixels and only one of them doubts, which a look tells of.
        plain = " ".join((photo.photo.sha256, *doubts))
        with_vectors = f"{plain} vectors"
        if matching is Matching.DONE:
            return self._jobs.start(with_vectors, tasks.look, lambda: (photo.read(), doubts, Matching.DONE))
        # A look with vectors that was made serves where none are asked for; it is never made for that.
        return self._jobs.begun(with_vectors) or self._jobs.start(
            plain, tasks.look, lambda: (photo.read(), doubts, matching)
        )


def sight_of(policy: Policy, engine: str) -> Sight:
    """What the policy asks of the eyes, with the thresholds it has for that engine.

    Without any, no face is clearly a child and every face may be: a person looks, and is told why.
    """
    measures, thresholds = policy.photo, policy.engines.get(engine)
    sight = Sight(
        checkable_px=measures.checkable_height_px,
        identifiable_px=measures.identifiable_height_px,
        dominance_ratio=measures.dominance_ratio,
        dominance_share=measures.dominance_share,
    )
    if thresholds is None:
        return replace(sight, measured=False)
    return replace(
        sight,
        clear_nearest=thresholds.nearest.clear,
        clear_centroid=thresholds.centroid.clear,
        possible_nearest=thresholds.nearest.possible,
        possible_centroid=thresholds.centroid.possible,
        rules_out=thresholds.rules_out,
    )


@dataclass(frozen=True, slots=True)
class _Looking:
    """How the photos of one draft are looked at.

    ``expected`` are the children not to be shown of the classes declared, ``all`` those of the whole school.
    """

    eyes: Eyes
    sight: Sight
    matching: Matching
    expected: Gallery
    all: Gallery


def vet(
    draft: Draft, photos: Sequence[Submitted], register: Snapshot, eyes: Eyes, policy: Policy, now: datetime
) -> Vetted:
    """Look, read, judge. What could not be looked at or read is a fact for the rules."""
    looking = _looking(draft, register, eyes, policy)
    for photo in photos:
        eyes.start(photo, looking.matching)
    facts = tuple(_photo_facts(photo, number, looking) for number, photo in enumerate(photos))
    read = text.read(draft, facts, register.guide, now)
    evidence = Evidence(draft, read, facts, register.facts, now)
    engine = eyes.engine.name
    return Vetted(rules.judge(evidence, policy, engine), evidence, register.version)


def _looking(draft: Draft, register: Snapshot, eyes: Eyes, policy: Policy) -> _Looking:
    guarded = register.gallery.narrow({child.pupil for child in register.facts.not_shown})
    expected = guarded.narrow({child.pupil for child in register.facts.not_shown_in(draft.classes)})
    matching = register.may_match(draft, policy.matching)
    if matching is Matching.DONE and not guarded.pupils:
        matching = Matching.OFF  # there is nobody to compare with
    return _Looking(eyes, sight_of(policy, eyes.engine.name), matching, expected, guarded)


def _photo_facts(photo: Submitted, number: int, looking: _Looking) -> PhotoFacts:
    try:
        seen = looking.eyes.look(photo, looking.matching)
    except JobFailed:
        return PhotoFacts(
            sha256=photo.photo.sha256,
            width=photo.width,
            height=photo.height,
            composition=Composition.NOBODY,
            matching=Matching.UNAVAILABLE,
            unseen=(Unseen.DETECTOR, Unseen.WORDS),
            engine=looking.eyes.engine.full_name,
        )
    return _upright(_recognised(seen, photo, number, looking), photo)


def _recognised(seen: Seen, photo: Submitted, number: int, looking: _Looking) -> PhotoFacts:
    """The facts, with clear matches of children of other classes too: the author may have declared too few.

    Only a clear one counts there: among the whole school nearly every face is possibly somebody.
    """
    sha256 = photo.photo.sha256
    facts = recognise(seen, looking.expected, looking.matching, looking.sight, photo=number, sha256=sha256)
    if facts.matching is not Matching.DONE or len(looking.all.pupils) == len(looking.expected.pupils):
        return facts
    wider = recognise(seen, looking.all, looking.matching, looking.sight, photo=number, sha256=sha256)
    faces = (
        found if found.match is Match.CLEAR and face.match is not Match.CLEAR else face
        for face, found in zip(facts.faces, wider.faces, strict=True)
    )
    return replace(facts, faces=tuple(faces))


def _upright(facts: PhotoFacts, photo: Submitted) -> PhotoFacts:
    """The facts in pixels of the photo as it came, where its clean copy had to be made smaller."""
    if (facts.width, facts.height) == (photo.width, photo.height):
        return facts
    across, down = photo.width / max(facts.width, 1), photo.height / max(facts.height, 1)

    def scaled(box: Box) -> Box:
        return Box(round(box.left * across), round(box.top * down), round(box.right * across), round(box.bottom * down))

    faces: tuple[Face, ...] = tuple(replace(face, box=scaled(face.box)) for face in facts.faces)
    words = tuple((place, scaled(box)) for place, box in facts.picture_words)
    return replace(facts, width=photo.width, height=photo.height, faces=faces, picture_words=words)
