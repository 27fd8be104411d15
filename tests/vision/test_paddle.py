"""The reader that runs, on names drawn as badges, jumpers and notices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from app.domain import Box
from app.vision import paddle
from app.vision.paddle import PaddleReader
from app.vision.pixels import Picture
from app.vision.reading import ReaderFailed, join, read_words


@pytest.fixture(scope="module")
def reader() -> PaddleReader:
    return PaddleReader()


def notice(
    *lines: str, height_px: int = 40, ink: str = "black", paper: str = "white", size: tuple[int, int] = (900, 500)
) -> Image.Image:
    image = Image.new("RGB", size, paper)
    font = ImageFont.load_default(height_px)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((60, 60 + number * height_px * 2), line, fill=ink, font=font)
    return image


def text_of(image: Image.Image, reader: PaddleReader) -> str:
    return join(read_words(Picture(np.asarray(image)), reader), 0)[0]


def test_names_are_read_in_lines(reader: PaddleReader) -> None:
    assert text_of(notice("Amelia Hartley", "Oak Class 4"), reader) == "Amelia Hartley\nOak Class 4"


@pytest.mark.parametrize(("ink", "paper"), [("white", "navy"), ("gold", "darkgreen"), ("red", "white")])
def test_ink_and_paper_do_not_matter(reader: PaddleReader, ink: str, paper: str) -> None:
    assert text_of(notice("Mohammed", ink=ink, paper=paper), reader) == "Mohammed"


@pytest.mark.parametrize("angle", [-25, 15, 90, 180, 270])
def test_turned_words_are_read(reader: PaddleReader, angle: int) -> None:
    turned = notice("Amelia Hartley").rotate(angle, expand=True, fillcolor="white")

    assert set(text_of(turned, reader).split()) == {"Amelia", "Hartley"}


def test_words_carry_their_own_places(reader: PaddleReader) -> None:
    image = notice("Amelia Hartley")
    words = {one.text: one for one in read_words(Picture(np.asarray(image)), reader)}
    font = ImageFont.load_default(40)
    start = 60 + font.getlength("Amelia ")

    assert words["Amelia"].box.left == pytest.approx(60, abs=20)
    assert words["Hartley"].box.left == pytest.approx(start, abs=20)
    assert words["Hartley"].box.right == pytest.approx(start + font.getlength("Hartley"), abs=20)
    assert all(one.confidence > 0.9 for one in words.values())


def test_places_of_words_upside_down(reader: PaddleReader) -> None:
    image = notice("Amelia Hartley").rotate(180)
    words = {one.text: one.box for one in read_words(Picture(np.asarray(image)), reader)}

    assert words["Amelia"].left > words["Hartley"].right - 20
    assert words["Amelia"].right == pytest.approx(900 - 60, abs=20)


@pytest.mark.parametrize("angle", [90, 270])
def test_a_short_name_that_stands_upright_is_read(reader: PaddleReader, angle: int) -> None:
    turned = notice("Leo").rotate(angle, expand=True, fillcolor="white")

    assert text_of(turned, reader) == "Leo"


def test_small_and_large_letters_of_one_photo_are_read(reader: PaddleReader) -> None:
    photo = Image.new("RGB", (4000, 3000), "white")
    photo.paste(notice("Amelia", height_px=700, size=(3900, 1500)), (0, 0))
    photo.paste(notice("Hartley", height_px=34, size=(400, 200)), (3000, 2500))

    assert text_of(photo, reader) == "Amelia\nHartley"


def test_a_small_badge_of_two_lines_on_a_large_white_sheet_is_read(reader: PaddleReader) -> None:
    photo = Image.new("RGB", (4000, 3000), "white")
    badge = Image.new("RGB", (300, 160), "white")
    font = ImageFont.load_default(42)
    ImageDraw.Draw(badge).multiline_text((40, 30), "Leah\nMorgan", fill="black", font=font, spacing=0)
    photo.paste(badge.rotate(14, expand=True, fillcolor="white"), (2000, 1200))

    assert text_of(photo, reader) == "Leah\nMorgan"


def test_a_word_seen_in_both_looks_is_told_once(reader: PaddleReader) -> None:
    photo = Image.new("RGB", (2400, 1800), "white")
    photo.paste(notice("Amelia Hartley", height_px=80), (600, 700))

    assert text_of(photo, reader) == "Amelia Hartley"


@pytest.mark.parametrize("size", [(1, 1), (5000, 1), (40, 700)])
def test_pictures_without_words(reader: PaddleReader, size: tuple[int, int]) -> None:
    assert read_words(Picture(np.full((size[1], size[0], 3), 128, np.uint8)), reader) == []


def test_a_page_is_said_to_be_read_in_part(reader: PaddleReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paddle, "MOST_LINES", 1)

    with pytest.raises(ReaderFailed, match="only 1 of 2 lines") as failed:
        read_words(Picture(np.asarray(notice("Amelia", "Oak Class"))), reader)

    assert len(failed.value.words) >= 1
    assert all(isinstance(one.box, Box) for one in failed.value.words)


def test_weights_that_are_missing_or_altered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paddle, "_WEIGHTS", {"PP-OCRv6_det_small.onnx": "0" * 64, "PP-OCRv6_rec_small.onnx": "0" * 64})
    with pytest.raises(ReaderFailed, match="not the file"):
        PaddleReader()
    monkeypatch.setattr(paddle, "PACKAGE", "no_such_package")
    with pytest.raises(ReaderFailed, match="not installed"):
        PaddleReader()
