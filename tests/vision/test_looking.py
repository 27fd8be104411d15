"""From pixels to facts: what was seen, who may be in it, and what could not be made out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from app.domain import Box, Composition, Match, Matching, PhotoFacts, Unseen
from app.vision import Engine, Gallery, Picture, Sight, look, paper, recognise, see
from app.vision.detect import Found, Rgb
from app.vision.embed import Vectors
from app.vision.paper import PaperDetector, PaperEmbedder
from app.vision.reading import ReadWord
from tests.vision.portraits import astronaut, blurred, smaller

RED, BLUE, GREEN = (200, 30, 30), (30, 30, 200), (30, 160, 30)
LEFT, MIDDLE, RIGHT = Box(40, 100, 140, 220), Box(240, 100, 340, 220), Box(440, 100, 540, 220)
PAPER = paper.engine()


def vectors(*colours: paper.Colour) -> Vectors:
    """What the paper engine makes of those people."""
    rows = [see(paper.picture([(colour, MIDDLE)]), PAPER, Matching.DONE).vectors for colour in colours]
    return np.concatenate([row for row in rows if row is not None])


def facts(
    picture: Picture, gallery: Gallery | None = None, engine: Engine = PAPER, sight: Sight | None = None
) -> PhotoFacts:
    """A look that compares if there is a gallery."""
    return look(picture, engine, gallery, Matching.DONE if gallery else Matching.OFF, sight or Sight())


@dataclass(frozen=True)
class Broken:
    """Fails at whatever it is asked."""

    name: str = "broken"
    weak: bool = False
    turned_by: float = 1.0

    def __getattr__(self, _: str) -> Any:
        raise RuntimeError("no")


@dataclass(frozen=True)
class Poor(PaperEmbedder):
    """Answers with what is no vector a face."""

    answer: Any = None

    def embed(self, rgb: Rgb, founds: Sequence[Found]) -> Vectors:
        return np.asarray(self.answer, np.float32)


def test_a_group_seen_whole() -> None:
    seen = facts(paper.picture([(RED, LEFT), (BLUE, MIDDLE), (GREEN, RIGHT)]))
    assert (seen.width, seen.height, seen.composition) == (640, 480, Composition.GROUP)
    assert [face.box for face in seen.faces] == [LEFT, MIDDLE, RIGHT]
    assert all(face.identifiable and face.checkable and not face.possible for face in seen.faces)
    assert (seen.unseen, seen.matching, seen.engine) == ((), Matching.OFF, "paper-1+paper-1")


def test_a_child_who_must_not_be_shown_is_matched_and_lined_up() -> None:
    gallery = Gallery("paper-1", {"p1": vectors(BLUE), "p2": vectors(GREEN)})
    seen = facts(paper.picture([(RED, LEFT), (BLUE, RIGHT)]), gallery)
    assert [(face.match, face.pupils) for face in seen.faces] == [(None, ()), (Match.CLEAR, ("p1",))]
    assert seen.matching is Matching.DONE
    assert seen.line_ups[0].faces == (1, 0)
    assert not any(one.ruled_out for one in seen.line_ups)


def test_an_empty_gallery_is_compared_with_and_says_nothing() -> None:
    seen = facts(paper.picture([(RED, LEFT)]), Gallery("paper-1", {}))
    assert (seen.matching, seen.line_ups, seen.faces[0].match) == (Matching.DONE, (), None)


@pytest.mark.parametrize("matching", [Matching.OFF, Matching.NOT_PERMITTED, Matching.UNAVAILABLE])
def test_vectors_are_not_even_made_unless_comparing_is_permitted(matching: Matching) -> None:
    picture = paper.picture([(RED, LEFT)])
    assert see(picture, Engine(PaperDetector(), Broken(), paper.BlankReader()), matching).vectors is None
    seen = look(picture, PAPER, Gallery("paper-1", {"p1": vectors(RED)}), matching, Sight())
    assert (seen.matching, seen.faces[0].match, seen.line_ups, seen.unseen) == (matching, None, (), ())


def test_comparing_without_a_gallery_is_unavailable() -> None:
    seen = look(paper.picture([(RED, LEFT)]), PAPER, None, Matching.DONE, Sight())
    assert (seen.matching, seen.unseen) == (Matching.UNAVAILABLE, (Unseen.MATCHER,))


def test_a_gallery_of_another_engine_is_unavailable() -> None:
    seen = facts(paper.picture([(RED, LEFT)]), Gallery("dlib-resnet-1", {"p1": vectors(RED)}))
    assert (seen.matching, seen.unseen) == (Matching.UNAVAILABLE, (Unseen.MATCHER,))


def test_a_look_kept_without_vectors_cannot_be_compared() -> None:
    kept = see(paper.picture([(RED, LEFT)]), PAPER)
    seen = recognise(kept, Gallery("paper-1", {"p1": vectors(RED)}), Matching.DONE, Sight())
    assert (seen.matching, seen.unseen) == (Matching.UNAVAILABLE, (Unseen.MATCHER,))


def test_a_look_kept_serves_another_register_and_another_policy() -> None:
    kept = see(paper.picture([(RED, LEFT)]), PAPER, Matching.DONE)
    first = recognise(kept, Gallery("paper-1", {"p1": vectors(RED)}), Matching.DONE, Sight())
    second = recognise(kept, Gallery("paper-1", {"p2": vectors(RED)}), Matching.DONE, Sight(checkable_px=200))
    assert (first.faces[0].match, first.faces[0].pupils, first.unseen) == (Match.CLEAR, ("p1",), ())
    assert (second.faces[0].match, second.faces[0].pupils) == (Match.POSSIBLE, ("p2",))
    assert second.unseen == (Unseen.FACES_TOO_SMALL,)


EMBEDDERS = {"none": None, "raises": Broken(), "too few": Poor([]), "not numbers": Poor([[float("nan")] * 128])}


@pytest.mark.parametrize("failure", EMBEDDERS)
def test_an_embedder_that_fails_is_a_fact(failure: str) -> None:
    engine = Engine(PaperDetector(), EMBEDDERS[failure], paper.BlankReader())
    seen = facts(paper.picture([(RED, LEFT)]), Gallery("paper-1", {"p1": vectors(RED)}), engine)
    assert (seen.matching, seen.unseen) == (Matching.UNAVAILABLE, (Unseen.MATCHER,))
    assert seen.composition is Composition.INDIVIDUAL


def test_a_detector_that_fails_is_a_fact() -> None:
    seen = facts(paper.picture([(RED, LEFT)]), engine=Engine(Broken(), PaperEmbedder(), paper.BlankReader()))
    assert (seen.faces, seen.unseen) == ((), (Unseen.DETECTOR,))


def test_a_weak_detector_is_named_on_every_photo() -> None:
    class Weak(PaperDetector):
        weak = True

    seen = facts(paper.picture([(RED, LEFT)]), engine=Engine(Weak(), PaperEmbedder(), paper.BlankReader()))
    assert seen.unseen == (Unseen.WEAK_DETECTOR,)


def test_words_are_read_and_placed() -> None:
    class Badge(paper.BlankReader):
        def read(self, rgb: Rgb) -> Any:
            return [ReadWord("Zainab", Box(10, 10, 60, 30), 0.9)]

    seen = look(paper.picture(), replace(PAPER, reader=Badge()), None, Matching.OFF, Sight(), photo=2, sha256="ab")
    ((words, box),) = seen.picture_words
    assert (seen.picture_text, words.photo, box, seen.sha256) == ("Zainab", 2, Box(10, 10, 60, 30), "ab")


@pytest.mark.parametrize("reader", [None, Broken()], ids=["none", "raises"])
def test_words_that_could_not_be_read_are_a_fact(reader: Any) -> None:
    assert facts(paper.picture(), engine=replace(PAPER, reader=reader)).unseen == (Unseen.WORDS,)


def test_what_decoding_doubted_is_passed_on() -> None:
    odd = Picture(rgb=paper.draw(), warnings=("cut short",), orientation_doubtful=True)
    assert facts(odd).unseen == (Unseen.DECODE, Unseen.ORIENTATION)


def test_a_possible_face_is_shown_and_named_and_makes_no_portrait_of_two() -> None:
    seen = facts(paper.picture([(RED, LEFT)], possible=[(BLUE, RIGHT)]), Gallery("paper-1", {"p1": vectors(BLUE)}))
    assert seen.composition is Composition.PAIR
    assert [face.possible for face in seen.faces] == [False, True]
    assert not seen.faces[1].identifiable
    assert seen.faces[1].pupils == ("p1",)
    assert Unseen.POSSIBLE_FACES in seen.unseen


@pytest.mark.parametrize(("height", "small"), [(31, True), (32, False)])
def test_a_face_lower_than_the_policy_asks_is_too_small(height: int, small: bool) -> None:
    seen = facts(paper.picture([(RED, Box(100, 100, 140, 100 + height))]))
    assert (Unseen.FACES_TOO_SMALL in seen.unseen) is small
    assert seen.faces[0].checkable is not small
    assert not seen.faces[0].identifiable


def test_a_dark_face_is_not_checkable() -> None:
    seen = facts(paper.picture([((40, 0, 20), LEFT)]), sight=Sight(darkest=256))
    assert not seen.faces[0].checkable
    assert seen.unseen == (Unseen.DARK,)


def test_ruling_out_asks_for_everything_seen() -> None:
    gallery, sight = Gallery("paper-1", {"p1": vectors(RED)}), Sight(rules_out=0.9)
    whole = facts(paper.picture([(BLUE, LEFT)]), gallery, sight=sight)
    doubtful = facts(paper.picture([(BLUE, LEFT)], possible=[(BLUE, RIGHT)]), gallery, sight=sight)
    assert whole.line_ups[0].ruled_out
    assert not doubtful.line_ups[0].ruled_out


# ---------------------------------------------------------------- real faces


def _real(rgb: Rgb, engine: Engine) -> PhotoFacts:
    return look(Picture(rgb=rgb), replace(engine, reader=paper.BlankReader()), None, Matching.OFF, Sight())


def test_a_sharp_portrait_leaves_nothing_unseen(engine: Engine) -> None:
    seen = _real(astronaut(), engine)
    assert (seen.composition, seen.unseen, seen.faces[0].identifiable) == (Composition.INDIVIDUAL, (), True)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_picture_on_its_side_is_doubted(engine: Engine, quarters: int) -> None:
    turned = np.ascontiguousarray(np.rot90(astronaut(), quarters))
    assert Unseen.ORIENTATION in _real(turned, engine).unseen


def test_a_blurred_picture_is_named(engine: Engine) -> None:
    assert Unseen.BLURRED in _real(blurred(astronaut(), 7), engine).unseen


def test_a_dark_picture_is_named(engine: Engine) -> None:
    assert Unseen.DARK in _real((astronaut() // 8), engine).unseen


def test_a_small_face_is_named(engine: Engine) -> None:
    sheet = np.full((600, 800, 3), 200, np.uint8)
    sheet[200:320, 300:420] = smaller(astronaut(), 120)  # a face of 26 px
    assert Unseen.FACES_TOO_SMALL in _real(sheet, engine).unseen


def test_an_engine_without_measured_distances_says_so_and_is_sure_of_nobody() -> None:
    gallery, sight = Gallery("paper-1", {"p1": vectors(RED)}), Sight(measured=False)
    seen = look(paper.picture([(RED, LEFT), (BLUE, RIGHT)]), PAPER, gallery, Matching.DONE, sight)
    assert [face.match for face in seen.faces] == [Match.POSSIBLE, Match.POSSIBLE]
    assert Unseen.UNMEASURED in seen.unseen
    assert [line_up.ruled_out for line_up in seen.line_ups] == [False]
    nobody = look(paper.picture(), PAPER, gallery, Matching.DONE, sight)
    off = look(paper.picture([(RED, LEFT)]), PAPER, gallery, Matching.OFF, sight)
    assert Unseen.UNMEASURED not in (*nobody.unseen, *off.unseen)
