"""One contract that every face engine keeps, on paper and in earnest."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import ImageFile

from app.domain import Box
from app.vision import paper
from app.vision.arcface import ArcFace
from app.vision.detect import Found, Rgb, iou
from app.vision.detect.hog import Hog, face_recognition
from app.vision.detect.second_opinion import SecondOpinion
from app.vision.embed import Embedder, FaceRecognition, Vectors, as_hog_draws
from app.vision.engine import Engine
from app.vision.joined import Joined
from tests.vision.networks import make_network
from tests.vision.portraits import ASTRONAUT, astronaut, hopper, lit_otherwise, smaller

RED, BLUE = (200, 30, 30), (30, 30, 200)
PAPER_FACE = Box(100, 80, 180, 180)
ENGINES = [
    "paper", "yunet", "centerface", "second opinion", "face_recognition", "face_recognition on yunet", "arcface", "joined",
]  # fmt: skip
SIDE_PX = 360  # at others HOG sees a second face in the suit
WHITE = np.full((120, 160, 3), 255, np.uint8)


@dataclass(frozen=True)
class Case:
    """An engine, one person twice and another once, and where the first face lies."""

    engine: Engine
    person: Rgb
    again: Rgb
    other: Rgb
    face: Box

    def faces(self, rgb: Rgb) -> tuple[Found, ...]:
        """What the detector finds."""
        return self.engine.detector.detect(rgb)

    @property
    def embedder(self) -> Embedder:
        """What makes the vectors."""
        assert self.engine.embedder is not None
        return self.engine.embedder

    def vectors(self, rgb: Rgb) -> Vectors:
        """The vectors of all faces found."""
        return self.embedder.embed(rgb, self.faces(rgb))


def _paper(embedder: Embedder | None = None) -> Case:
    person = paper.draw([(RED, PAPER_FACE)])
    engine = Engine(paper.PaperDetector(), embedder) if embedder else paper.engine()
    return Case(engine, person, lit_otherwise_on_paper(), paper.draw([(BLUE, Box(20, 20, 90, 100))]), PAPER_FACE)


def lit_otherwise_on_paper() -> Rgb:
    """The same person, elsewhere and a little paler."""
    return paper.draw([((210, 45, 40), Box(300, 200, 400, 330))])


def _real(engine: Engine) -> Case:
    face = Box(
        *(round(value * SIDE_PX / 512) for value in (ASTRONAUT.left, ASTRONAUT.top, ASTRONAUT.right, ASTRONAUT.bottom))
    )
    person = smaller(astronaut(), SIDE_PX)
    return Case(engine, person, lit_otherwise(person), smaller(hopper(), SIDE_PX), face)


@pytest.fixture(scope="module")
def arcface(tmp_path_factory: pytest.TempPathFactory) -> ArcFace:
    """A network of the ArcFace kind, made for the tests."""
    return ArcFace(make_network(tmp_path_factory.mktemp("arcface")))


@pytest.fixture(scope="module", params=ENGINES)
def case(request: pytest.FixtureRequest) -> Case:
    """Each engine in turn."""
    makers: dict[str, Callable[[], Case]] = {
        "paper": _paper,
        "yunet": lambda: _real(request.getfixturevalue("engine")),
        "centerface": lambda: _real(Engine(request.getfixturevalue("centerface"), request.getfixturevalue("embedder"))),
        "second opinion": lambda: _real(
            Engine(
                SecondOpinion(request.getfixturevalue("yunet"), request.getfixturevalue("centerface")),
                request.getfixturevalue("embedder"),
            )
        ),
        "face_recognition": lambda: _real(Engine(Hog(), FaceRecognition())),
        "face_recognition on yunet": lambda: _real(
            Engine(request.getfixturevalue("yunet"), FaceRecognition(as_hog_draws))
        ),
        "arcface": lambda: _paper(request.getfixturevalue("arcface")),
        "joined": lambda: _paper(Joined(paper.PaperEmbedder(), request.getfixturevalue("arcface"))),
    }
    return makers[str(request.param)]()


def test_the_face_of_a_portrait_is_found(case: Case) -> None:
    (found,) = case.faces(case.person)
    assert found.certain
    assert iou(found.box, case.face) > 0.4


def test_boxes_lie_in_the_picture(case: Case) -> None:
    height, width = case.face.bottom - 12, case.face.right - 8  # the face is cut by the edge
    cut = np.ascontiguousarray(case.person[:height, :width])
    for found in case.faces(cut):
        assert 0 <= found.box.left < found.box.right <= width
        assert 0 <= found.box.top < found.box.bottom <= height


def test_a_vector_a_face(case: Case) -> None:
    vectors = case.vectors(case.person)
    assert vectors.shape == (1, case.embedder.dimensions)
    assert vectors.dtype == np.float32
    assert 0.5 < float(np.linalg.norm(vectors[0])) < 5


def test_one_person_is_nearer_than_another(case: Case) -> None:
    person, again, other = (case.vectors(rgb)[0] for rgb in (case.person, case.again, case.other))
    assert np.linalg.norm(person - again) < 0.55
    assert np.linalg.norm(person - other) > 0.6


def test_an_empty_picture_has_no_faces(case: Case) -> None:
    assert case.faces(WHITE) == ()
    assert case.vectors(WHITE).shape == (0, case.embedder.dimensions)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3000), (3000, 1), (31, 33)], ids=str)
def test_odd_shapes_do_not_matter(case: Case, shape: tuple[int, int]) -> None:
    odd = np.full((*shape, 3), 255, np.uint8)
    assert case.faces(odd) == ()
    assert case.engine.detector.glance(odd) == ()


def test_a_glance_finds_a_portrait_too(case: Case) -> None:
    assert any(found.certain and iou(found.box, case.face) > 0.4 for found in case.engine.detector.glance(case.person))


def test_threads_do_not_get_in_each_others_way(case: Case) -> None:
    pictures = [case.person, case.other] * 2
    alone = [case.faces(rgb) for rgb in pictures]
    vectors = [case.vectors(rgb) for rgb in pictures]
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(case.faces, pictures)) == alone
        for one, other in zip(threads.map(case.vectors, pictures), vectors, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_engines_are_told_apart_by_name(engine: Engine) -> None:
    others = [paper.engine(), Engine(Hog(), FaceRecognition()), Engine(Hog(), None)]
    assert len({one.name for one in (engine, *others)}) == 4
    assert engine.full_name == "yunet-2023mar+dlib-resnet-1"
    assert [one.detector.weak for one in (engine, *others)] == [False, False, True, True]


def test_importing_face_recognition_leaves_truncated_files_refused() -> None:
    """The package turns a switch of Pillow's for the whole process."""
    face_recognition()
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
