"""The real engine on shared pictures of real people keeps the accuracy it was measured at, with room."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.accuracy import Labelled, labels, measure
from app.policy import load_default
from app.vision import Engine, models

ACTORS = ("amy", "bernadette", "howard", "leonard", "penny", "raj", "sheldon", "stuart")


@pytest.fixture(scope="module")
def engine(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    if not (shared / "models" / models.YUNET.file).is_file():
        pytest.skip(f"{models.YUNET.file} not found in {shared / 'models'} (set FLEDGLING_SHARED)")
    return models.ready(tmp_path_factory.mktemp("models"), shared)


def test_real_people(shared: Path, engine: Engine) -> None:
    every = labels.read(shared / "data" / "faces")
    posed = [scene for scene in every.scenes if not scene.source.startswith("WIDER")]
    some = Labelled(tuple(posed[:12]), tuple(one for one in every.portraits if one.person in ACTORS))
    figures = measure(some, engine, load_default())
    assert figures.finding is not None
    assert figures.finding.groups_as_individuals.part == 0
    assert all((row.certain.value or 1) >= 0.95 for row in figures.finding.heights if row.low >= 32)
    assert figures.matching is not None
    assert figures.matching.verification is not None
    assert figures.matching.verification.equal_error < 0.05
    assert all((row.first.value or 0) > 0.9 for row in figures.matching.line_ups)
