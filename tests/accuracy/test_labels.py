"""A labelled folder is taken whole or refused with all that is wrong in it, by file."""

from __future__ import annotations

from typing import Any

import pytest

from app.accuracy import labels
from app.accuracy.labels import FolderUnfit
from app.domain import Box
from tests.accuracy.conftest import PEOPLE, Folder


def test_scenes_and_portraits_are_read(folder: Folder) -> None:
    folder.scene([Box(10, 10, 60, 70)], [Box(10, 10, 60, 70)])
    folder.portrait("somebody", PEOPLE[0])
    folder.entries[0] |= {"source": "school hall", "faces": 1}
    labelled = labels.read(folder.write())
    assert [(scene.boxes, scene.source) for scene in labelled.scenes] == [((Box(10, 10, 60, 70),), "school hall")]
    assert [portrait.person for portrait in labelled.portraits] == ["somebody"]
    assert labelled.scenes[0].open().width == 640
    assert labelled.scenes_where(lambda scene: scene.source == "elsewhere").scenes == ()


def test_boxes_that_reach_a_little_beyond_are_cut(folder: Folder) -> None:
    folder.scene([], [Box(600, 400, 642, 481), Box(-1, 0, 30, 40), Box(50, 50, 50, 60)])
    assert labels.read(folder.write()).scenes[0].boxes == (
        Box(600, 400, 640, 480),
        Box(0, 0, 30, 40),
        Box(50, 50, 51, 60),
    )


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("picture-000.png", 'needs a "file"'),
        ({"boxes": []}, 'needs a "file"'),
        ({"file": "picture-000.png"}, "and not both"),
        ({"file": "picture-000.png", "boxes": [], "person": "x"}, "and not both"),
        ({"file": "picture-000.png", "person": 7}, "tells this person from others"),
        ({"file": "picture-000.png", "person": " "}, "tells this person from others"),
        ({"file": "gone.png", "boxes": []}, "(gone.png): there is no such file"),
        ({"file": "../outside.png", "boxes": []}, "there is no such file in the folder"),
        ({"file": "a\0b", "boxes": []}, "there is no such file in the folder"),
        ({"file": "broken.png", "boxes": []}, "(broken.png): the picture cannot be read"),
        ({"file": "picture-000.png", "boxes": "none"}, "must be a list"),
        ({"file": "picture-000.png", "boxes": [[1, 2, 3]]}, "box 1 must be four whole numbers"),
        ({"file": "picture-000.png", "boxes": [[1, 2, 3, 4.5]]}, "box 1 must be four whole numbers"),
        ({"file": "picture-000.png", "boxes": [[1, 2, 3, True]]}, "box 1 must be four whole numbers"),
        ({"file": "picture-000.png", "boxes": [[9, 9, 20, 20], [30, 5, 20, 9]]}, "box 2 ends before it begins"),
        ({"file": "picture-000.png", "boxes": [[600, 5, 643, 9]]}, "outside the picture of 640 x 480"),
        ({"file": "picture-000.png", "boxes": [[-3, 5, 20, 9]]}, "outside the picture of 640 x 480"),
        ({"file": "picture-000.png", "boxes": [], "faces": 3}, '"faces" is 3 and there are 0 boxes'),
    ],
)
def test_what_is_wrong_is_told_by_file(folder: Folder, entry: Any, words: str) -> None:
    folder.scene([], [])
    (folder.path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (folder.path.parent / "outside.png").write_bytes((folder.path / "picture-000.png").read_bytes())
    folder.entries.append(entry)
    with pytest.raises(FolderUnfit) as unfit:
        labels.read(folder.write())
    assert [fault.pointer for fault in unfit.value.errors] == ["#/1"]
    assert words in unfit.value.errors[0].detail
    assert unfit.value.errors[0].detail.startswith("entry 2")


def test_all_faults_are_told_at_once_but_not_endlessly(folder: Folder) -> None:
    folder.entries = [{"file": f"gone-{number}.png", "boxes": []} for number in range(70)]
    with pytest.raises(FolderUnfit) as unfit:
        labels.read(folder.write())
    assert len(unfit.value.errors) == 51
    assert unfit.value.errors[-1].detail == "and 20 more"


def test_a_folder_without_a_manifest_that_can_be_used_is_refused(folder: Folder) -> None:
    with pytest.raises(FolderUnfit, match="is no folder"):
        labels.read(folder.path / "nowhere")
    with pytest.raises(FolderUnfit, match=r"no readable manifest\.json"):
        labels.read(folder.path)
    for text, words in (
        ("{", "not JSON"),
        ("{}", "must hold a list"),
        ("[]", "names no pictures"),
        ("[" * 9**5, "not JSON"),
    ):
        (folder.path / "manifest.json").write_text(text)
        with pytest.raises(FolderUnfit, match=words):
            labels.read(folder.path)
    (folder.path / "manifest.json").write_bytes(b"\xff\xfe")
    with pytest.raises(FolderUnfit, match="not JSON"):
        labels.read(folder.path)
