"""Faces and the children who must not be shown: clear, possible, once a photo, likest first."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain import LineUp, Match
from app.vision import Gallery, Sight
from app.vision.embed import Vectors
from app.vision.gallery import Matched, line_ups, match

DIMENSIONS = 128
SIGHT = Sight(clear_nearest=0.4, clear_centroid=0.4, possible_nearest=0.6, possible_centroid=0.6)
NOBODY = Matched()


def at(*places: float) -> Vectors:
    """Vectors on one line: their distances are those of the places."""
    vectors = np.zeros((len(places), DIMENSIONS), np.float32)
    vectors[:, 0] = places
    return vectors


def matched(
    gallery: Gallery, faces: Vectors, checkable: list[bool] | None = None, sight: Sight = SIGHT
) -> tuple[Matched, ...]:
    """The matches of the faces, all checkable unless said otherwise."""
    return match(gallery.distances(faces, "e"), checkable or [True] * len(faces), sight)


def clear(*pupils: str) -> Matched:
    """A clear match."""
    return Matched(Match.CLEAR, pupils)


def possible(*pupils: str) -> Matched:
    """A possible match."""
    return Matched(Match.POSSIBLE, pupils)


@pytest.mark.parametrize(
    ("place", "expected"), [(0.39, clear("a")), (0.41, possible("a")), (0.59, possible("a")), (0.61, NOBODY)]
)
def test_one_face_one_child(place: float, expected: Matched) -> None:
    assert matched(Gallery("e", {"a": at(0)}), at(place)) == (expected,)


def test_the_centre_counts_where_no_single_vector_is_near() -> None:
    around = np.zeros((2, DIMENSIONS), np.float32)
    around[:, 1] = 0.7, -0.7
    face = at(0.1)
    assert matched(Gallery("e", {"a": around}), face) == (clear("a"),)


def test_a_face_that_cannot_be_checked_is_at_most_possible() -> None:
    assert matched(Gallery("e", {"a": at(0)}), at(0.1), [False]) == (possible("a"),)


def test_a_child_stands_in_a_photo_once_and_a_second_clear_face_is_possible() -> None:
    gallery = Gallery("e", {"a": at(0)})
    assert matched(gallery, at(0.2, 0.1)) == (possible("a"), clear("a"))
    assert matched(gallery, at(0.5, 0.1)) == (NOBODY, clear("a"))


def test_twins_each_get_their_own_face() -> None:
    gallery = Gallery("e", {"a": at(0), "b": at(0.3)})
    assert matched(gallery, at(0.28, 0.1)) == (clear("b"), clear("a"))


def test_other_children_a_face_may_be_follow_the_likeliest() -> None:
    gallery = Gallery("e", {"a": at(0), "b": at(0.4), "c": at(5)})
    assert matched(gallery, at(0.1)) == (clear("a", "b"),)


def test_a_clear_face_is_not_robbed_by_a_likelier_one_that_cannot_be_checked() -> None:
    gallery = Gallery("e", {"a": at(0)})
    assert matched(gallery, at(0.1, 0.3), [False, True]) == (possible("a"), clear("a"))


def test_no_faces_and_no_children_give_nothing() -> None:
    assert matched(Gallery("e", {"a": at(0)}), at()) == ()
    assert matched(Gallery("e", {}), at(0, 1)) == (NOBODY, NOBODY)
    assert Gallery("e", {"a": at(0)}).narrow([]).pupils == ()


def test_narrowing_keeps_those_that_are_known() -> None:
    gallery = Gallery("e", {"a": at(0), "b": at(1)}).narrow({"b", "stranger"})
    assert gallery.pupils == ("b",)
    assert matched(gallery, at(0)) == (NOBODY,)


def test_vectors_of_another_engine_are_refused() -> None:
    with pytest.raises(ValueError, match="do not compare"):
        Gallery("e", {"a": at(0)}).distances(at(0), "another")


@pytest.mark.parametrize(
    "vectors", [at(), np.zeros(DIMENSIONS, np.float32), np.zeros((1, 0), np.float32), at(float("nan"))], ids=range(4)
)
def test_what_is_no_vector_is_refused(vectors: Vectors) -> None:
    with pytest.raises(ValueError, match="finite numbers"):
        Gallery("e", {"a": vectors})


def test_vectors_of_two_lengths_make_no_gallery() -> None:
    with pytest.raises(ValueError, match="of one length"):
        Gallery("e", {"a": at(0), "b": np.zeros((1, 512), np.float32)})


def test_vectors_of_any_one_length_compare() -> None:
    known, other = np.eye(2, 512, dtype=np.float32)
    distances = Gallery("e", {"a": known[None]}).distances(np.stack([known, other]), "e")
    assert distances.nearest[:, 0] == pytest.approx([0, 2**0.5])


def test_where_nothing_was_measured_every_face_is_possibly_every_child() -> None:
    distances = Gallery("e", {"a": at(0), "b": at(5)}).distances(at(0, 9, 4), "e")
    unmeasured = Sight(measured=False)
    assert match(distances, [True, True, False], unmeasured) == (
        possible("a", "b"),
        possible("b", "a"),
        possible("b", "a"),
    )
    assert match(Gallery("e", {}).distances(at(0), "e"), [True], unmeasured) == (NOBODY,)


@pytest.mark.parametrize("vectors", [np.zeros((1, 5), np.float32), at(float("nan"))], ids=range(2))
def test_faces_without_numbers_are_refused(vectors: Vectors) -> None:
    with pytest.raises(ValueError, match=r"finite numbers|not as long"):
        Gallery("e", {"a": at(0)}).distances(vectors, "e")


def test_a_line_up_shows_every_face_likest_first() -> None:
    distances = Gallery("e", {"a": at(0), "b": at(2)}).distances(at(1.5, 0.3, 0.9), "e")
    assert line_ups(distances, [True] * 3, True, SIGHT) == (LineUp("a", (1, 2, 0)), LineUp("b", (0, 2, 1)))


@pytest.mark.parametrize(
    ("limit", "checkable", "seen_whole", "expected"),
    [
        (0.8, [True, True], True, True),
        (None, [True, True], True, False),
        (0.95, [True, True], True, False),
        (0.8, [True, False], True, False),
        (0.8, [True, True], False, False),
    ],
)
def test_a_child_is_ruled_out_only_when_all_faces_are_far_and_well_seen(
    limit: float | None, checkable: list[bool], seen_whole: bool, expected: bool
) -> None:
    distances = Gallery("e", {"a": at(0)}).distances(at(0.9, 1.5), "e")
    (line_up,) = line_ups(distances, checkable, seen_whole, Sight(rules_out=limit))
    assert line_up.ruled_out is expected


def test_no_face_rules_nobody_out() -> None:
    distances = Gallery("e", {"a": at(0)}).distances(at(), "e")
    assert line_ups(distances, [], True, Sight(rules_out=0.8)) == (LineUp("a", ()),)


def test_limits_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="smaller"):
        Sight(clear_nearest=0.7, possible_nearest=0.6)
