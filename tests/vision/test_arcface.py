"""Networks that a school brings: used as they are described, refused with the reason where they cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from app.domain import Box
from app.errors import SetUpError
from app.vision import paper
from app.vision.arcface import SIDE_PX, TEMPLATE, ArcFace, EmbedderUnfit, read_description, unit
from app.vision.detect import Found
from app.vision.joined import Joined
from tests.vision.networks import make_network, network

RED, GREEN = (200, 30, 20), (20, 160, 40)
SHEET = paper.draw([(RED, Box(100, 80, 180, 180)), (GREEN, Box(300, 80, 380, 180))])
FOUNDS = paper.PaperDetector().detect(SHEET)


def test_vectors_have_length_one_and_the_dimensions_of_the_network(tmp_path: Path) -> None:
    embedder = ArcFace(make_network(tmp_path, data=network(512)))
    vectors = embedder.embed(SHEET, FOUNDS)
    assert vectors.shape == (2, 512)
    assert embedder.dimensions == 512
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[1:], embedder.embed(SHEET, FOUNDS[1:]), atol=1e-6)


def test_the_template_lies_in_the_chip_and_a_face_on_it_is_left_as_it_is(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:SIDE_PX, 0:SIDE_PX]
    face = np.stack([rows, columns, rows // 2], axis=2).astype(np.uint8) * 2
    embedder = ArcFace(make_network(tmp_path))
    on_template = embedder.embed(face, [Found(Box(0, 0, SIDE_PX, SIDE_PX), 1.0, TEMPLATE)])
    wide = np.zeros((300, 300, 3), np.uint8)
    wide[100 : 100 + SIDE_PX, 50 : 50 + SIDE_PX] = face
    moved = tuple((x + 50, y + 100) for x, y in TEMPLATE)
    elsewhere = embedder.embed(wide, [Found(Box(50, 100, 162, 212), 1.0, moved)])  # type: ignore[arg-type]
    np.testing.assert_allclose(on_template, elsewhere, atol=1e-3)


def test_colours_mean_scale_and_layout_are_as_described(tmp_path: Path) -> None:
    plain = ArcFace(make_network(tmp_path, "plain", mean="[10, 20, 30.0]", scale="[1, 2, 0.5]"))
    turned = ArcFace(make_network(tmp_path, "turned", colours='"bgr"', mean="[30, 20, 10]", scale="[0.5, 2, 1]"))
    flat = ArcFace(
        make_network(
            tmp_path,
            "flat",
            network(taken=(1, 112, 112, 3)),
            layout='"nhwc"',
            mean="[10, 20, 30]",
            scale="[1, 2, 0.5]",
        )
    )
    vectors = plain.embed(SHEET, FOUNDS)
    np.testing.assert_allclose(flat.embed(SHEET, FOUNDS), vectors, atol=1e-5)
    back = np.ascontiguousarray(SHEET[:, :, ::-1])
    swapped = ArcFace(make_network(tmp_path, "swapped", mean="[30, 20, 10]", scale="[0.5, 2, 1]"))
    np.testing.assert_allclose(turned.embed(SHEET, FOUNDS), swapped.embed(back, FOUNDS), atol=1e-5)
    assert np.abs(turned.embed(SHEET, FOUNDS) - vectors).max() > 0.01


def test_another_file_or_way_of_feeding_it_is_another_engine(tmp_path: Path) -> None:
    every = [
        make_network(tmp_path, "one"),
        make_network(tmp_path, "two", network(seed=2)),
        make_network(tmp_path, "three", colours='"bgr"'),
        make_network(tmp_path, "four", mean="0"),
        make_network(tmp_path, "five", name='"tiny-2"'),
    ]
    names = [ArcFace(path).name for path in every]
    assert len(set(names)) == 5
    assert [name.rpartition("-")[0] for name in names] == ["tiny-1"] * 4 + ["tiny-2"]
    assert ArcFace(make_network(tmp_path, "again", licence='"other words"')).name == names[0]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"name": '"SFace 1"'}, "name must be"),
        ({"name": "3"}, "name must be"),
        ({"licence": '""'}, "licence must be"),
        ({"licence": '"""two\nlines"""'}, "licence must be"),
        ({"sha256": '"abc"'}, "sha256 must be"),
        ({"colours": '"grey"'}, "colours must be"),
        ({"mean": '"0"'}, "mean must be"),
        ({"mean": "[1, 2]"}, "mean must be"),
        ({"mean": "true"}, "mean must be"),
        ({"scale": "0"}, "scale must be"),
        ({"scale": "nan"}, "scale must be"),
        ({"scale": "[1, 1, inf]"}, "scale must be"),
        ({"layout": '"chw"'}, "layout must be"),
        ({"licence": ""}, "not known: licence"),
        ({"threshold": "0.4"}, "not known: threshold"),
        ({"name": '"unclosed'}, "is not TOML"),
        ({"sha256": f'"{"0" * 64}"'}, "another SHA-256"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_description_that_says_nonsense_is_told(tmp_path: Path, told: dict[str, str], reason: str) -> None:
    path = make_network(tmp_path, "tiny", None, **told)
    with pytest.raises(EmbedderUnfit, match=reason):
        ArcFace(path)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a network that can be opened"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "not a network that can be opened"),
        (network()[:-400], "not a network that can be opened"),
        (network(taken=(1, 3, 224, 224)), "takes tensor"),
        (network(taken=("n", 112, 112, 3)), "takes tensor"),
        (network(taken=(2, 3, 112, 112)), "takes tensor"),
        (network(kind=TensorProto.UINT8), "takes tensor"),
        (network(64), "128 to 512 numbers"),
        (network(1024), "128 to 512 numbers"),
        (network(answers=2), "gives 2 answers"),
    ],
    ids=["empty", "pointer", "cut", "224", "nhwc", "two", "bytes", "short", "long", "answers"],
)
def test_a_file_that_is_no_such_network_is_a_set_up_error(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(SetUpError, match=reason):
        ArcFace(make_network(tmp_path, data=data))


def test_a_network_that_sees_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnfit, match="no direction"):
        ArcFace(make_network(tmp_path, scale="1e-30"))


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnfit, match=r"tiny\.toml is missing"):
        ArcFace(tmp_path / "tiny.onnx")
    path = make_network(tmp_path)
    path.unlink()
    with pytest.raises(EmbedderUnfit, match=r"tiny\.onnx is missing"):
        ArcFace(path)
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(EmbedderUnfit, match="is not TOML"):
        read_description(tmp_path / "odd.toml")


def test_a_face_without_landmarks_cannot_be_embedded(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="landmarks"):
        ArcFace(make_network(tmp_path)).embed(SHEET, [Found(Box(0, 0, 50, 50), 1.0)])


def test_what_has_no_direction_is_no_vector() -> None:
    for value in (0, np.nan, np.inf):
        with pytest.raises(ValueError, match="direction"):
            unit(np.full((1, 4), value, np.float32))


def test_joined_vectors_are_those_of_both_equally_weighed(tmp_path: Path) -> None:
    tiny = ArcFace(make_network(tmp_path, data=network(256)))
    joined = Joined(paper.PaperEmbedder(), tiny)
    assert (joined.name, joined.dimensions) == (f"paper-1+{tiny.name}", 384)
    vectors = joined.embed(SHEET, FOUNDS)
    assert joined.embed(SHEET, ()).shape == (0, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors[:, :128], axis=1), 0.5**0.5, atol=1e-5)
    np.testing.assert_allclose(vectors[:, 128:], tiny.embed(SHEET, FOUNDS) / 2**0.5, atol=1e-6)
