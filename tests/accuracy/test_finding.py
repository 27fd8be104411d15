"""Finding and counting: figures that can be worked out by hand."""

from __future__ import annotations

from app.accuracy import labels, tables
from app.accuracy.figures import Finding, Share, Told
from app.accuracy.finding import find_in
from app.domain import Box
from tests.accuracy.conftest import ENGINE, Folder

SMALL, MIDDLE, LARGE = Box(20, 20, 40, 40), Box(60, 60, 100, 110), Box(200, 100, 400, 340)
FAR = Box(520, 400, 560, 460)


def measured(folder: Folder) -> Finding:
    return find_in(labels.read(folder.write()).scenes, ENGINE.detector)


def test_faces_are_counted_by_height(folder: Folder) -> None:
    folder.scene([SMALL, LARGE], [SMALL, MIDDLE, LARGE], possible=[MIDDLE])
    folder.scene([LARGE], [LARGE, FAR])
    folder.scene([], [Box(0, 0, 5, 5)])
    rows = {row.low: (row.certain, row.at_all) for row in measured(folder).heights if row.certain.whole}
    assert rows == {
        16: (Share(1, 1), Share(1, 1)),
        48: (Share(0, 2), Share(1, 2)),
        96: (Share(2, 2), Share(2, 2)),
    }


def test_one_find_counts_for_one_face(folder: Folder) -> None:
    folder.scene([LARGE], [LARGE, Box(210, 110, 400, 340)])
    assert measured(folder).heights[-1].at_all == Share(1, 2)


def test_false_finds_are_those_that_nobody_marked(folder: Folder) -> None:
    folder.scene([SMALL, LARGE], [LARGE], possible=[FAR])
    found = measured(folder)
    assert (found.false_certain, found.false_possible) == (1, 1)
    assert found.counted_right == Share(0, 1)


def test_groups_taken_for_an_individual_stand_out(folder: Folder) -> None:
    folder.scene([LARGE], [LARGE, FAR])  # nothing would bring a person to look
    folder.scene(
        [LARGE], [LARGE, MIDDLE], possible=[MIDDLE]
    )  # a possible face does, and is too small for a second person
    folder.scene([LARGE, FAR], [LARGE, FAR])
    folder.scene([LARGE], [LARGE])
    folder.scene([], [])
    found = measured(folder)
    assert found.groups_as_individuals == Share(2, 3)
    assert found.unremarked == Share(1, 3)
    assert found.told_rightly == Share(3, 5)
    assert {(there, said): count for there, said, count in found.told if count} == {
        (Told.NOBODY, Told.NOBODY): 1,
        (Told.ONE, Told.ONE): 1,
        (Told.SEVERAL, Told.ONE): 2,
        (Told.SEVERAL, Told.SEVERAL): 1,
    }
    assert "| several | 0 | 2 | 1 |" in tables.told(found)


def test_a_loosely_drawn_mark_is_the_same_face_and_one_beside_is_not(folder: Folder) -> None:
    folder.scene([LARGE], [Box(190, 60, 420, 390)])
    folder.scene([LARGE], [Box(390, 100, 590, 340)])
    found = measured(folder)
    assert found.heights[-1].certain == Share(1, 2)
    assert found.false_certain == 1
