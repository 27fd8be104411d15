"""Faces are brought onto one template and become vectors."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain import Box
from app.vision.detect import Found, Landmarks, Rgb, at_side, scaled
from app.vision.embed import TEMPLATE, DlibResnet, chip, embed_both_ways, similarity
from app.vision.engine import Engine
from tests.vision.portraits import astronaut, hopper


def _turned(landmarks: Landmarks, angle: float, scale: float, shift: complex) -> Landmarks:
    turn = scale * np.exp(1j * angle)
    one, two, three, four, five = (
        ((turn * complex(*point) + shift).real, (turn * complex(*point) + shift).imag) for point in landmarks
    )
    return one, two, three, four, five


def test_any_turn_and_size_is_undone() -> None:
    seen = _turned(TEMPLATE, 0.4, 3.0, 70 - 20j)
    matrix = similarity(seen, TEMPLATE)
    back = np.array(seen) @ matrix[:, :2].T + matrix[:, 2]
    assert np.abs(back - np.array(TEMPLATE)).max() < 1e-9


def test_landmarks_in_one_point_are_refused() -> None:
    with pytest.raises(ValueError, match="coincide"):
        similarity(((5.0, 5.0),) * 5, TEMPLATE)


def test_a_face_without_landmarks_is_refused(embedder: DlibResnet) -> None:
    with pytest.raises(ValueError, match="aligned"):
        embedder.embed(astronaut(), [Found(Box(0, 0, 50, 50), 1.0)])


def _only_face(engine: Engine, rgb: Rgb) -> Found:
    (found,) = (found for found in engine.detector.detect(rgb) if found.certain)
    return found


def test_a_face_of_many_pixels_gives_the_same_chip(engine: Engine) -> None:
    small, large = astronaut(), at_side(astronaut(), 3072)
    found = _only_face(engine, small)
    enlarged = scaled(found, 6, 6, 3072, 3072)
    difference = np.abs(chip(small, found.landmarks).astype(int) - chip(large, enlarged.landmarks))
    assert difference.mean() < 6


def test_both_ways_a_picture_and_its_mirror_image_are_one(engine: Engine, embedder: DlibResnet) -> None:
    rgb = astronaut()
    found = _only_face(engine, rgb)
    turned = np.ascontiguousarray(rgb[:, ::-1])
    from_turned = embed_both_ways(embedder, turned, [_only_face(engine, turned)])
    assert np.linalg.norm(embed_both_ways(embedder, rgb, [found]) - from_turned) < 0.25


def test_rows_keep_the_order_of_the_faces_over_several_batches(engine: Engine, embedder: DlibResnet) -> None:
    one, other = (
        chip(astronaut(), _only_face(engine, astronaut()).landmarks),
        chip(hopper(), _only_face(engine, hopper()).landmarks),
    )
    vectors = embedder.embed_chips([one] * 16 + [other])
    assert vectors.shape == (17, embedder.dimensions)
    assert np.abs(vectors[0] - vectors[15]).max() < 1e-5
    assert np.linalg.norm(vectors[15] - vectors[16]) > 0.6
