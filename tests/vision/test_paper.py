"""The engine on paper does what its drawings say."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from app.domain import Box, Matching
from app.vision import paper, see
from app.vision.pixels import open_photo

RED, PALE = (200, 30, 30), (250, 220, 40)


def test_a_drawn_file_opens_as_a_photo() -> None:
    opened = open_photo(paper.png([(RED, Box(10, 20, 60, 90))], size=(200, 100)))
    assert (opened.width, opened.height) == (200, 100)
    assert np.array_equal(opened.rgb, paper.draw([(RED, Box(10, 20, 60, 90))], size=(200, 100)))


def test_solid_shapes_are_certain_and_rings_are_possible() -> None:
    sheet = paper.draw([(RED, Box(10, 20, 60, 90))], possible=[(PALE, Box(100, 20, 160, 90))])
    solid, ring = paper.PaperDetector().detect(sheet)
    assert (solid.box, solid.certain) == (Box(10, 20, 60, 90), True)
    assert not ring.certain


def test_an_ellipse_drawn_by_hand_is_a_face_too() -> None:
    sheet = paper.draw()
    cv2.ellipse(sheet, (100, 100), (30, 40), 0, 0, 360, RED, -1)
    (found,) = paper.PaperDetector().detect(sheet)
    assert found.certain


def test_colours_survive_jpeg_and_scaling() -> None:
    people = [(RED, Box(20, 20, 120, 140)), (PALE, Box(200, 20, 300, 140))]
    drawn = paper.draw(people)
    file = io.BytesIO()
    Image.fromarray(drawn).resize((320, 240)).save(file, "JPEG", quality=85)
    first, second = (
        see(picture, paper.engine(), Matching.DONE).vectors
        for picture in (paper.picture(people), open_photo(file.getvalue()))
    )
    assert first is not None
    assert second is not None
    assert np.linalg.norm(first - second, axis=1).max() < 0.3
    assert np.linalg.norm(first[0] - first[1]) > 0.6


def test_specks_are_no_faces() -> None:
    sheet = paper.draw()
    sheet[5:9, 5:9] = 0
    assert paper.PaperDetector().detect(sheet) == ()


def test_a_box_without_ink_still_has_a_vector() -> None:
    (found,) = paper.PaperDetector().detect(paper.draw([(RED, Box(10, 20, 60, 90))]))
    assert np.isfinite(paper.PaperEmbedder().embed(paper.draw(), [found])).all()
