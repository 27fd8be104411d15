"""Gathering and judging as one: what could not be looked at is told, and never approved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NoReturn

import numpy as np
import pytest

from app.domain import (
    Account,
    Answer,
    Box,
    ChildNotShown,
    Draft,
    Match,
    Matching,
    Outcome,
    PhotoFacts,
    SchoolFacts,
    Unseen,
)
from app.errors import FledglingError, TooMany
from app.jobs import JobFailed, Turn, Work
from app.policy import MatchingMode, Policy, load_default
from app.text import Guide, NameIndex
from app.vault import PhotoLost
from app.vetting import Eyes, Snapshot, Submitted, Vetted, sight_of, vet
from app.vision import Engine, EnrolmentRefused, Gallery, Sight, paper, see
from app.vision.embed import Vectors
from app.vision.paper import Colour
from app.vision.refusals import PhotoRefused
from tests.seeing import (
    BLUE,
    BOXES,
    GREEN,
    RED,
    Aside,
    Blocking,
    BrokenEmbedder,
    Counting,
    CountingEmbedder,
    Unwilling,
    engine_with,
    eyes_with,
    policy_on_paper,
    submitted,
    taken,
)

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
POLICY = policy_on_paper()
NEWS = "Year 4 built a Roman road in the playground and it held a bicycle!"
NOBODY = NameIndex.build([], [], [], ())


def vector(colour: Colour) -> Vectors:
    found = see(paper.picture([(colour, BOXES[0])]), paper.engine(), Matching.DONE).vectors
    assert found is not None
    return np.asarray(found)


def snapshot(
    *not_shown: ChildNotShown,
    faces: dict[str, Vectors] | None = None,
    consented: Sequence[str] = (),
    assessed: bool = True,
) -> Snapshot:
    """A register that is up to date: two children of Oak, one of Ash, one of no class."""
    facts = SchoolFacts(
        accounts=(Account("whitehouseps"),),
        not_shown=not_shown,
        classes=frozenset({"Oak", "Ash"}),
        roster_as_of=NOW,
        permissions_as_of=NOW,
    )
    return Snapshot(
        version=7,
        facts=facts,
        guide=Guide(NOBODY, accounts=frozenset({"whitehouseps"})),
        gallery=Gallery("paper-1", faces or {}),
        consented=frozenset(consented),
        class_of={"p1": "Oak", "p2": "Oak", "p3": "Ash", "p4": ""},
        assessed=assessed,
    )


@contextmanager
def eyes(engine: Engine | None = None) -> Iterator[Eyes]:
    made = eyes_with(engine)
    yield made
    made.close()


def judged(
    looking: Eyes,
    *photos: Submitted,
    register: Snapshot | None = None,
    policy: Policy = POLICY,
    classes: tuple[str, ...] = ("Oak",),
    outsiders: bool = False,
) -> Vetted:
    draft = Draft(
        NEWS, tuple(one.photo for one in photos), account="whitehouseps", classes=classes, outsiders=outsiders
    )
    return vet(draft, photos, register or snapshot(), looking, policy, NOW)


def above_advice(vetted: Vetted) -> set[str]:
    return {one.rule for one in vetted.verdict.findings if one.outcome.word != "advise"}


def test_a_group_seen_whole_is_approved() -> None:
    with eyes() as looking:
        vetted = judged(looking, submitted(RED, BLUE, GREEN))
    assert vetted.verdict.answer is Answer.APPROVE
    assert (vetted.register_version, vetted.verdict.engine, vetted.verdict.vetted_at) == (7, "paper-1", NOW)
    assert vetted.verdict.digest == vetted.evidence.draft.digest
    (facts,) = vetted.evidence.photos
    assert [face.box for face in facts.faces] == list(BOXES)
    assert facts.sha256 == vetted.evidence.draft.photos[0].sha256


# ---------------------------------------------------------------- what could not be looked at


def test_a_detector_that_raises_refers() -> None:
    with eyes(engine_with(Unwilling())) as looking:
        vetted = judged(looking, submitted(RED, BLUE, GREEN))
    assert vetted.verdict.answer is Answer.REFER
    assert "photos.unseen" in above_advice(vetted)
    assert Unseen.DETECTOR in vetted.evidence.photos[0].unseen


def test_a_look_that_takes_too_long_refers_and_the_next_one_has_it() -> None:
    slow = Blocking()
    photo = submitted(RED, BLUE, GREEN)
    looking = Eyes(Aside(engine_with(slow)), timeout_s=0.2)
    assert looking.engine.name == "paper-1"
    vetted = judged(looking, photo)
    slow.gate.set()
    later = next(one for one in (judged(looking, photo) for _ in range(200)) if one.evidence.photos[0].faces)
    looking.close()
    assert vetted.verdict.answer is Answer.REFER
    assert "photos.unseen" in above_advice(vetted)
    assert vetted.evidence.photos == (
        PhotoFacts(
            sha256=photo.photo.sha256,
            width=800,
            height=400,
            matching=Matching.UNAVAILABLE,
            unseen=(Unseen.DETECTOR, Unseen.WORDS),
            engine="paper-1+paper-1",
        ),
    )
    assert later.verdict.answer is Answer.APPROVE
    assert slow.looks == 1


def test_a_photo_whose_file_is_lost_refers_and_is_looked_for_again() -> None:
    whole = submitted(RED, BLUE, GREEN)

    def gone() -> NoReturn:
        raise PhotoLost("A stored photo is missing from the data folder.")

    with eyes() as looking:
        lost = judged(looking, replace(whole, read=gone))
        found = judged(looking, whole)
    assert lost.verdict.answer is Answer.REFER
    assert "photos.unseen" in above_advice(lost)
    assert found.verdict.answer is Answer.APPROVE


def test_where_a_child_may_not_be_shown_an_unseen_photo_calls_the_roll() -> None:
    with eyes(engine_with(Unwilling())) as looking:
        vetted = judged(looking, submitted(), register=snapshot(ChildNotShown("p1", "Oak")))
    assert above_advice(vetted) == {"photos.unseen", "children.roll-call"}


def test_an_embedder_that_raises_refers() -> None:
    register = snapshot(ChildNotShown("p1", "Oak", has_templates=True), faces={"p1": vector(RED)})
    with eyes(engine_with(embedder=BrokenEmbedder())) as looking:
        vetted = judged(looking, submitted(RED, BLUE), register=register)
    assert vetted.verdict.answer is Answer.REFER
    assert {"photos.unseen", "children.roll-call"} <= above_advice(vetted)
    assert vetted.evidence.photos[0].matching is Matching.UNAVAILABLE


def test_one_photo_that_fails_does_not_hide_the_others() -> None:
    def gone() -> NoReturn:
        raise PhotoLost("gone")

    with eyes() as looking:
        vetted = judged(looking, replace(submitted(RED, BLUE), read=gone), submitted(RED, GREEN))
    broken, whole = vetted.evidence.photos
    assert (broken.faces, len(whole.faces)) == ((), 2)


# ---------------------------------------------------------------- whose faces may be compared

MODES = (MatchingMode.ENROLLED, MatchingMode.STRICT, MatchingMode.OFF)


@pytest.mark.parametrize(
    ("mode", "consented", "classes", "outsiders", "answer"),
    [
        (MatchingMode.OFF, ("p1", "p2", "p3", "p4"), ("Oak",), False, Matching.OFF),
        (MatchingMode.ENROLLED, (), ("Oak",), True, Matching.DONE),
        (MatchingMode.STRICT, ("p1", "p2", "p4"), ("Oak",), False, Matching.DONE),
        (MatchingMode.STRICT, ("p1", "p2", "p4"), ("OAK",), False, Matching.DONE),
        (MatchingMode.STRICT, ("p1", "p4"), ("Oak",), False, Matching.NOT_PERMITTED),
        (MatchingMode.STRICT, ("p1", "p2", "p4"), ("Oak",), True, Matching.NOT_PERMITTED),
        (MatchingMode.STRICT, ("p1", "p2", "p4"), ("Oak", "Ash"), False, Matching.NOT_PERMITTED),
        (MatchingMode.STRICT, ("p1", "p2", "p4"), (), False, Matching.NOT_PERMITTED),
        (MatchingMode.STRICT, ("p1", "p2", "p3", "p4"), (), False, Matching.DONE),
        (MatchingMode.STRICT, ("p1", "p2"), ("Oak",), False, Matching.NOT_PERMITTED),
        (MatchingMode.STRICT, ("p1", "p2", "p3", "p4"), ("Elm",), False, Matching.NOT_PERMITTED),
    ],
    ids=[
        "never",
        "whoever is enrolled",
        "all of the class",
        "whatever the case",
        "one of the class not",
        "outsiders",
        "one of two classes",
        "nobody said which class",
        "the whole school",
        "a child of no class",
        "a class nobody is in",
    ],
)
def test_who_may_be_compared(
    mode: MatchingMode, consented: tuple[str, ...], classes: tuple[str, ...], outsiders: bool, answer: Matching
) -> None:
    register = snapshot(faces={"p1": vector(RED)}, consented=consented)
    assert register.may_match(Draft("", classes=classes, outsiders=outsiders), mode) is answer
    assert snapshot(consented=consented).may_match(Draft("", classes=classes), mode) is Matching.OFF
    unassessed = replace(register, assessed=False)
    assert unassessed.may_match(Draft("", classes=classes, outsiders=outsiders), mode) is Matching.OFF


def test_strictly_nobody_is_compared_without_everybodys_yes_and_no_vector_is_made() -> None:
    embedder = CountingEmbedder()
    strict = replace(POLICY, matching=MatchingMode.STRICT)
    not_shown = ChildNotShown("p1", "Oak", has_templates=True)
    faces = {"p1": vector(RED)}
    with eyes(engine_with(embedder=embedder)) as looking:
        photo = submitted(RED, BLUE)
        barred = judged(looking, photo, register=snapshot(not_shown, faces=faces, consented=["p1"]), policy=strict)
        assert embedder.faces == 0
        agreed = snapshot(not_shown, faces=faces, consented=["p1", "p2", "p4"])
        compared = judged(looking, photo, register=agreed, policy=strict)
    assert barred.verdict.answer is Answer.REFER
    assert barred.evidence.photos[0].matching is Matching.NOT_PERMITTED
    assert compared.verdict.answer is Answer.REJECT
    assert embedder.faces == 2


def test_nobody_is_compared_where_nobody_is_on_record() -> None:
    embedder = CountingEmbedder()
    with eyes(engine_with(embedder=embedder)) as looking:
        vetted = judged(looking, submitted(RED, BLUE), register=snapshot(ChildNotShown("p1", "Oak")))
    assert vetted.evidence.photos[0].matching is Matching.OFF
    assert above_advice(vetted) == {"children.roll-call"}
    assert embedder.faces == 0


def test_a_child_who_may_be_shown_is_never_looked_for() -> None:
    with eyes() as looking:
        vetted = judged(looking, submitted(RED, BLUE), register=snapshot(faces={"p1": vector(RED)}))
    assert vetted.verdict.answer is Answer.APPROVE
    assert all(face.match is None for face in vetted.evidence.photos[0].faces)


def test_a_child_of_a_class_that_was_not_declared_is_found_by_a_clear_likeness_alone() -> None:
    alike = (RED[0], RED[1] + 45, RED[2])
    register = snapshot(ChildNotShown("p3", "Ash", has_templates=True), faces={"p3": vector(RED)})
    with eyes() as looking:
        clear = judged(looking, submitted(RED, BLUE), register=register)
        possible = judged(looking, submitted(alike, BLUE), register=register)
        declared = judged(looking, submitted(alike, BLUE), register=register, classes=("Ash",))
    assert clear.verdict.answer is Answer.REJECT
    assert "children.opted-out" in above_advice(clear)
    assert possible.verdict.answer is Answer.APPROVE
    assert "children.perhaps-opted-out" in above_advice(declared)


def test_an_engine_that_the_policy_does_not_know_is_never_sure_and_always_referred() -> None:
    lenient = {"children.perhaps-opted-out": Outcome.ADVISE, "children.roll-call": Outcome.ADVISE}
    policy = replace(load_default(), outcomes={**load_default().outcomes, **lenient}, matching=MatchingMode.ENROLLED)
    register = snapshot(ChildNotShown("p1", "Oak", has_templates=True), faces={"p1": vector(RED)})
    with eyes() as looking:
        vetted = judged(looking, submitted(RED, BLUE), register=register, policy=policy)
    (photo,) = vetted.evidence.photos
    assert [face.match for face in photo.faces] == [Match.POSSIBLE, Match.POSSIBLE]
    assert photo.line_ups[0].faces == (0, 1)
    assert {"photos.unseen", "children.roll-call"} <= above_advice(vetted)
    assert vetted.verdict.answer is Answer.REFER
    assert any("no distances measured" in one.message for one in vetted.verdict.findings)


# ---------------------------------------------------------------- looks are kept


def test_a_photo_is_looked_at_once_and_with_vectors_once_more() -> None:
    detector, embedder = Counting(), CountingEmbedder()
    photo = submitted(RED, BLUE)
    with eyes(engine_with(detector, embedder)) as looking:
        looking.start(photo, Matching.OFF)
        for matching in (Matching.OFF, Matching.NOT_PERMITTED, Matching.OFF):
            assert looking.look(photo, matching).vectors is None
        assert detector.looks == 1
        assert looking.look(photo, Matching.DONE).vectors is not None
        looking.look(photo, Matching.OFF)
    assert (detector.looks, embedder.faces) == (2, 2)


def test_a_look_with_vectors_that_failed_is_not_made_anew_for_a_draft_that_may_not_compare() -> None:
    embedder = CountingEmbedder()
    whole = submitted(RED, BLUE)
    tries = iter([PhotoLost("gone")])

    def first_gone() -> NoReturn:
        raise next(tries)

    with eyes(engine_with(embedder=embedder)) as looking:
        register = snapshot(ChildNotShown("p1", "Oak", has_templates=True), faces={"p1": vector(RED)})
        assert judged(looking, replace(whole, read=first_gone), register=register).verdict.answer is Answer.REFER
        assert looking.look(whole, Matching.NOT_PERMITTED).vectors is None
    assert embedder.faces == 0


def test_a_doubt_about_one_file_is_not_lost_to_another_of_the_same_pixels() -> None:
    sure = submitted(RED, BLUE, GREEN)
    doubtful = replace(sure, photo=replace(sure.photo, doubts=(Unseen.ORIENTATION.value,)))
    with eyes() as looking:
        assert judged(looking, sure).verdict.answer is Answer.APPROVE
        vetted = judged(looking, doubtful)
    assert vetted.verdict.answer is Answer.REFER
    assert vetted.evidence.photos[0].unseen == (Unseen.ORIENTATION,)


# ---------------------------------------------------------------- a photo larger than X takes


def test_boxes_are_told_in_pixels_of_the_photo_as_it_came() -> None:
    faces = [(RED, Box(300, 200, 700, 700)), (BLUE, Box(2200, 200, 2600, 700)), (GREEN, Box(4300, 200, 4700, 700))]
    wide = taken(paper.png(faces, size=(5000, 1200)))
    assert (wide.upload.width, wide.upload.height) == (5000, 1200)
    assert (wide.clean.width, wide.clean.height) == (4096, 983)
    register = snapshot(ChildNotShown("p1", "Oak", has_templates=True), faces={"p1": vector(BLUE)})
    with eyes() as looking:
        vetted = judged(looking, wide.submitted, register=register)
    (facts,) = vetted.evidence.photos
    assert (facts.width, facts.height) == (5000, 1200)
    for face, (_, drawn) in zip(facts.faces, faces, strict=True):
        off = [face.box.left - drawn.left, face.box.top - drawn.top, face.box.right - drawn.right]
        assert max(map(abs, [*off, face.box.bottom - drawn.bottom])) <= 3
    (where,) = [one.where for one in vetted.verdict.findings if one.rule == "children.opted-out"]
    assert where is not None
    assert abs(where.box.left - 2200) <= 3  # type: ignore[union-attr]


def test_limits_come_from_the_policy_for_the_engine_they_were_measured_with() -> None:
    ours = sight_of(POLICY, "dlib-resnet-1")
    thresholds = POLICY.engines["dlib-resnet-1"]
    assert (ours.clear_nearest, ours.possible_centroid) == (thresholds.nearest.clear, thresholds.centroid.possible)
    assert ours.checkable_px == POLICY.photo.checkable_height_px
    unknown = sight_of(POLICY, "another-1")
    assert (unknown.measured, unknown.rules_out) == (False, None)
    assert unknown.identifiable_px == POLICY.photo.identifiable_height_px


# ---------------------------------------------------------------- a crew that fails


class Failing:
    """A crew whose jobs all end in that error; without one, it is too busy for any."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def begin(self, work: Work[Any], turn: Turn) -> None:
        if self._error is not None:
            work.future.set_exception(self._error)

    def close(self) -> None:
        """Nothing runs."""


@pytest.mark.parametrize(
    ("error", "kind", "slug"),
    [
        (JobFailed("its process died"), PhotoRefused, "photo-unreadable"),
        (PhotoRefused("no photo", slug="not-an-image"), PhotoRefused, "not-an-image"),
        (None, TooMany, "photos-waiting"),
    ],
)
def test_a_photo_that_could_not_be_opened_is_refused_with_the_reason(
    error: Exception | None, kind: type[FledglingError], slug: str
) -> None:
    looking = Eyes(Failing(error), timeout_s=0.01)
    photo = submitted(RED)
    for ask in (
        lambda: looking.open(b"photo"),
        lambda: looking.cover(photo, [BOXES[0]]),
        lambda: looking.take_reference(b"photo", Sight()),
    ):
        with pytest.raises(kind) as caught:
            ask()
        assert caught.value.slug == slug


def test_a_reference_photo_whose_process_died_could_not_be_looked_at() -> None:
    found = Eyes(Failing(JobFailed("its process died")), timeout_s=1).enrol(b"photo", Sight())
    assert isinstance(found, EnrolmentRefused)
    assert found.slug == "engine-failed"
