"""The pictures of docs/photos.md can be drawn again, are small, and are all there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.vision import Engine, models
from tests import docs_pictures

PAGE = Path(__file__).parents[1] / "docs" / "photos.md"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("models")
    return models.ready(folder, folder)


def test_what_is_drawn_is_what_the_page_shows(engine: Engine, tmp_path: Path) -> None:
    drawn = docs_pictures.draw_all(tmp_path, engine)

    shown = re.findall(r"!\[[^\]]+\]\(images/([^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert sorted(path.name for path in drawn) == sorted(shown)


def test_links_of_the_page_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE.read_text(encoding="utf-8"))

    assert links
    assert [link for link in links if not (PAGE.parent / link).is_file()] == []


def test_a_picture_too_large_for_a_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs_pictures, "MOST_BYTES", 100)

    with pytest.raises(ValueError, match="bytes"):
        docs_pictures._save(tmp_path / "large.png", docs_pictures.composed("group"))
