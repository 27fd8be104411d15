"""A reference photo is taken with its vector, or refused with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from app.domain import Box, Match, Matching
from app.vision import Engine, Enrolment, EnrolmentRefused, Gallery, Picture, Sight, enrol, look, paper
from app.vision.detect import Found, Landmarks, Rgb
from app.vision.embed import Vectors
from app.vision.paper import PaperDetector, PaperEmbedder
from tests.vision.portraits import astronaut, blurred, hopper, lit_otherwise

RED, BLUE = (200, 30, 30), (30, 30, 200)
FACE, OTHER = Box(40, 100, 140, 220), Box(240, 100, 340, 220)
PAPER = paper.engine()


class Aside(PaperDetector):
    """Sees every face in profile."""

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        return tuple(Found(one.box, one.score, _aside(one), one.certain) for one in super().detect(rgb))


def _aside(found: Found) -> Landmarks | None:
    if found.landmarks is None:
        return None
    left, right, _, *mouth = found.landmarks
    return left, right, left, mouth[0], mouth[1]


class Failing(PaperEmbedder):
    """Raises, or gives what is no number."""

    def __init__(self, answer: Any = None) -> None:
        self._answer = answer

    def embed(self, rgb: Rgb, founds: Sequence[Found]) -> Vectors:
        if self._answer is None:
            raise RuntimeError("no")
        return np.full((1, 128), self._answer, np.float32)


class Blind(PaperDetector):
    """Fails."""

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        raise RuntimeError("no")


def refused(outcome: Enrolment | EnrolmentRefused) -> str:
    """The slug; fails if the photo was taken."""
    assert isinstance(outcome, EnrolmentRefused)
    assert outcome.detail
    return outcome.slug


def test_one_good_face_is_taken() -> None:
    taken = enrol(paper.picture([(RED, FACE)]), PAPER, Sight())
    assert isinstance(taken, Enrolment)
    assert (taken.engine, taken.box, taken.vector.shape) == ("paper-1", FACE, (1, 128))
    assert 0 < taken.quality <= 1


@pytest.mark.parametrize(
    ("picture", "slug"),
    [
        (paper.picture(), "no-face"),
        (paper.picture(possible=[(RED, FACE)]), "no-face"),
        (paper.picture([(RED, FACE), (BLUE, OTHER)]), "several-faces"),
        (paper.picture([(RED, Box(10, 10, 60, 73))]), "face-too-small"),
        (Picture(rgb=paper.draw([(RED, FACE)]), orientation_doubtful=True), "orientation-in-doubt"),
    ],
    ids=["blank", "possible", "two", "small", "turned"],
)
def test_what_is_shown_is_refused_with_its_reason(picture: Picture, slug: str) -> None:
    assert refused(enrol(picture, PAPER, Sight())) == slug


@pytest.mark.parametrize(
    ("engine", "sight", "slug"),
    [
        (PAPER, Sight(darkest=256), "too-dark"),
        (PAPER, Sight(sharpness=1000), "face-blurred"),
        (Engine(Aside(), PaperEmbedder()), Sight(), "face-turned-away"),
        (Engine(Blind(), PaperEmbedder()), Sight(), "engine-failed"),
        (Engine(PaperDetector(), None), Sight(), "engine-failed"),
        (Engine(PaperDetector(), Failing()), Sight(), "engine-failed"),
        (Engine(PaperDetector(), Failing(float("nan"))), Sight(), "engine-failed"),
    ],
)
def test_poor_faces_and_failing_engines_are_refused(engine: Engine, sight: Sight, slug: str) -> None:
    assert refused(enrol(paper.picture([(RED, FACE)]), engine, sight)) == slug


def test_a_policy_without_a_limit_of_sharpness_takes_the_face() -> None:
    assert isinstance(enrol(paper.picture([(RED, FACE)]), PAPER, Sight(sharpness=0)), Enrolment)


def test_real_faces_are_enrolled_and_known_again(engine: Engine) -> None:
    taken = enrol(Picture(rgb=astronaut()), engine, Sight())
    assert isinstance(taken, Enrolment)
    gallery = Gallery(taken.engine, {"p1": taken.vector})
    again = look(Picture(rgb=lit_otherwise(astronaut())), engine, gallery, Matching.DONE, Sight())
    other = look(Picture(rgb=hopper()), engine, gallery, Matching.DONE, Sight())
    assert [(face.match, face.pupils) for face in again.faces] == [(Match.CLEAR, ("p1",))]
    assert [face.match for face in other.faces] == [None]


def test_a_real_face_out_of_focus_is_refused(engine: Engine) -> None:
    assert refused(enrol(Picture(rgb=blurred(astronaut(), 5)), engine, Sight())) in {"face-blurred", "no-face"}
