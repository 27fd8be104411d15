"""Matching: people far apart are told apart, mixed labels are not, thresholds are judged on others than advised them."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from app.accuracy import Figures, labels, measure
from app.accuracy.figures import Matching, Rule, Share, Verification
from app.accuracy.matching import equal_error, least_threshold
from app.domain import Match
from app.domain import Matching as Allowed
from app.policy import Policy
from app.policy.values import Distances, EngineThresholds
from app.vetting import sight_of
from app.vision import Engine, Gallery, Picture, look, paper
from app.vision.detect import Found, Rgb
from tests.accuracy.conftest import ENGINE, FACE, PEOPLE, SHEET, Folder


def matched(folder: Folder, policy: Policy) -> Matching:
    found = measure(labels.read(folder.write()), ENGINE, policy).matching
    assert found is not None
    return found


def verified(matching: Matching) -> Verification:
    assert matching.verification is not None
    return matching.verification


def test_people_far_apart_are_never_confused(folder: Folder, policy: Policy) -> None:
    folder.people(16)
    found = matched(folder, policy)
    one = verified(found)
    assert (one.own_pairs, one.other_pairs) == (16 * 5 * 4, 80 * 75)
    assert one.equal_error == 0
    assert one.false_alarms.part == 0
    assert one.missed.value is not None
    assert one.missed.value <= 0.02
    assert [row.people for row in found.galleries if row.references == 3] == [5, 5, 10, 10]
    assert all(row.false_alarms.part == 0 < row.false_alarms.whole for row in found.galleries)
    assert [(row.faces, row.first.value) for row in found.line_ups] == [(8, 1.0), (15, 1.0)]
    assert all(row.missed.value is not None and row.missed.value < 0.1 for row in found.advice)


def test_one_reference_is_its_own_centre(folder: Folder, policy: Policy) -> None:
    folder.people(12)
    rules = [(row.references, row.rule) for row in matched(folder, policy).advice]
    assert rules == [(1, Rule.NEAREST), (3, Rule.NEAREST), (3, Rule.CENTROID)]


def test_where_labels_are_mixed_up_nothing_is_told_apart(folder: Folder, policy: Policy) -> None:
    folder.people(16)
    names = [entry["person"] for entry in folder.entries]
    random.Random(3).shuffle(names)
    folder.entries = [entry | {"person": name} for entry, name in zip(folder.entries, names, strict=True)]
    found = matched(folder, policy)
    assert 0.35 < verified(found).equal_error < 0.65
    assert all((row.false_alarms.value or 0) > 0.5 for row in found.galleries)
    assert all((row.first.value or 0) < 0.5 for row in found.line_ups)


def test_two_people_who_look_alike_alarm_for_one_another(folder: Folder, policy: Policy) -> None:
    folder.people(12)
    for paler in range(5):
        folder.portrait("twin", PEOPLE[0], paler * 2)
    found = matched(folder, policy)
    assert verified(found).false_alarms.part > 0
    assert all(0 < (row.false_alarms.value or 0) < 0.2 for row in found.galleries)
    assert all(0.8 < (row.first.value or 0) < 1 for row in found.line_ups)


def test_faces_made_small_keep_their_colour_and_what_is_too_small_is_not_found(folder: Folder, policy: Policy) -> None:
    folder.people(6)
    found = matched(folder, policy)
    assert [row.height_px for row in found.sizes] == [96, 64, 48, 32, 24, 16]
    assert all(row.pictures == 30 and row.not_found.part == 0 for row in found.sizes)
    (folder.path / "manifest.json").unlink()
    low = replace(ENGINE, detector=LowSighted())
    seen = measure(labels.read(folder.write()), low, policy).matching
    assert seen is not None
    assert {row.height_px: row.not_found.value for row in seen.sizes} == {96: 0, 64: 0, 48: 1, 32: 1, 24: 1, 16: 1}
    assert seen.sizes[-1].equal_error is None


class LowSighted(paper.PaperDetector):
    """Sees no face below 60 px."""

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        return tuple(found for found in super().detect(rgb) if found.box.height >= 60)


def test_portraits_without_a_face_are_counted_and_left_out(folder: Folder, policy: Policy) -> None:
    folder.people(6)
    folder.portrait("person-0", None)
    folder.portrait("nobody else", None)
    found = matched(folder, policy)
    assert (found.people, found.usable_people) == (7, 6)
    assert found.not_found == Share(2, 32)
    assert found.refused == (("no-face", 2),)


@pytest.mark.parametrize(("people", "pictures"), [(3, 5), (12, 1)])
def test_too_few_people_are_not_measured(folder: Folder, policy: Policy, people: int, pictures: int) -> None:
    folder.people(people, pictures)
    found = matched(folder, policy)
    assert found.verification is None
    assert (*found.advice, *found.galleries, *found.line_ups, *found.in_force) == ()


def test_the_same_pictures_give_the_same_figures(folder: Folder, policy: Policy) -> None:
    folder.people(12)
    folder.scene([FACE], [FACE])
    first, second = (measure(labels.read(folder.write()), ENGINE, policy) for _ in range(2))
    assert first == second


def test_without_an_embedder_nothing_is_compared(folder: Folder, policy: Policy) -> None:
    folder.people(6)
    blind = Engine(ENGINE.detector, None)
    assert measure(labels.read(folder.write()), blind, policy) == Figures("paper-1", "no-embedder", False, None, None)


def test_each_half_is_judged_by_the_other(folder: Folder, policy: Policy) -> None:
    """Half of the people vary much and half hardly: the steady half's threshold must show what it misses of the others."""
    for number in range(12):
        for step in range(5):
            folder.portrait(f"person-{number:02}", PEOPLE[2 * number], step * (6 if number < 6 else 1))
    found = matched(folder, policy)
    for row in found.advice:
        assert min(row.thresholds) <= row.threshold == max(row.thresholds)
    assert sum(row.missed.part for row in found.advice) > 0


@pytest.mark.parametrize(
    ("limits", "own", "others"),
    [
        ((0.2, 0.5), (1.0, 0.0, 0.0), (0.0, 0.0)),
        ((0.0, 0.5), (0.0, 1.0, 0.0), (0.0, 0.0)),
        ((0.0, 0.001), (0.0, 0.0, 1.0), (0.0, 0.0)),
        ((3.0, 4.0), (1.0, 0.0, 0.0), (1.0, 0.0)),
        ((0.2, 4.0), (1.0, 0.0, 0.0), (0.0, 1.0)),
    ],
)
def test_what_the_policy_does(
    folder: Folder, policy: Policy, limits: tuple[float, float], own: tuple[float, ...], others: tuple[float, ...]
) -> None:
    folder.people(12, 4)
    thresholds = EngineThresholds(Distances(*limits), Distances(*limits), None, "made up")
    rows = matched(folder, replace(policy, engines={ENGINE.name: thresholds})).in_force
    assert [(row.people, row.references) for row in rows] == [(5, 1), (5, 3)]
    for row in rows:
        assert (row.own_clear.value, row.own_possible.value, row.own_missed.value) == own
        assert (row.others_clear.value, row.others_possible.value) == others


def test_the_policy_is_read_as_the_eyes_read_it(policy: Policy) -> None:
    """The figures' "clear" and "possible" are those of looking at a photo with that one face."""
    gallery = Gallery(ENGINE.name, {"listed": ENGINE.embedder.embed(*_face(0))})  # type: ignore[union-attr]
    for paler, match in ((4, Match.CLEAR), (20, Match.POSSIBLE), (40, None)):
        rgb, _ = _face(paler)
        facts = look(Picture(rgb=rgb), ENGINE, gallery, Allowed.DONE, sight_of(policy, ENGINE.name))
        assert [face.match for face in facts.faces] == [match]


def _face(paler: int) -> tuple[Rgb, tuple[Found, ...]]:
    red, green, blue = PEOPLE[0]
    rgb = paper.draw([((red + paler, green + paler, blue), FACE)], size=SHEET)
    return rgb, ENGINE.detector.detect(rgb)


def test_without_thresholds_for_the_engine_that_is_told(folder: Folder, policy: Policy) -> None:
    folder.people(12, 4)
    found = matched(folder, replace(policy, engines={}))
    assert (found.measured_thresholds, found.in_force) == (False, ())


def test_thresholds_and_equal_errors_by_hand() -> None:
    assert least_threshold(np.arange(1.0, 101.0)) == 98
    assert least_threshold(np.array([0.3, 0.1, 0.2])) == 0.3
    assert equal_error(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.5, 0.6])) == 0
    assert equal_error(np.array([0.1, 0.2, 0.3, 0.6]), np.array([0.25, 0.5, 0.6, 0.7])) == 0.25
