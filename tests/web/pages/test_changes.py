"""What is said of the difference between what was looked at and what there is now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain import Draft, Evidence, Finding, Outcome, Photo, SchoolFacts, TextFacts, Verdict
from app.store.looks import Look
from app.web.pages.changes import changes, compare_words

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DRAFT = Draft("Bulbs by the gate.", (Photo("a" * 64, "Children"),), "whitehouseps", "a", ("Oak",))


def _look(draft: Draft, *findings: str, policy: str = "whitehouse@1", version: int = 1) -> Look:
    found = tuple(Finding("x.y", Outcome.REFER, "X", "c", "", words) for words in findings)
    verdict = Verdict(found, policy, "paper-1", draft.digest, NOW)
    return Look("v", 1, verdict, Evidence(draft, TextFacts(), (), SchoolFacts(), NOW), version)


def test_words_are_compared_word_by_word() -> None:
    assert compare_words("Bulbs by the gate.", "Tulips by the old gate.") == (
        ("Bulbs", "removed"),
        ("Tulips", "added"),
        (" by the ", ""),
        ("old ", "added"),
        ("gate.", ""),
    )
    assert compare_words("", "New.") == (("New.", "added"),)
    assert compare_words("", "") == ()


def test_nothing_changed_is_nothing() -> None:
    assert changes(_look(DRAFT, "Look."), _look(DRAFT, "Look.")) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (replace(DRAFT, text="Tulips."), ["The words of the post"]),
        (replace(DRAFT, photos=(Photo("b" * 64, "Children"),)), ["Photo 1 is another picture"]),
        (replace(DRAFT, photos=(Photo("a" * 64, "Adults"),)), ["The description of photo 1"]),
        (replace(DRAFT, photos=()), ["It has no photo; it had one photo"]),
        (replace(DRAFT, photos=(*DRAFT.photos, *DRAFT.photos)), ["It has 2 photos; it had one photo"]),
        (replace(DRAFT, classes=("Ash",)), ["What the author declared: the classes"]),
        (replace(DRAFT, publish_at=NOW), ["What the author declared: the time of publishing"]),
        (replace(DRAFT, event_id="fair", outsiders=True), ["children from elsewhere", "the event"]),
    ],
)
def test_each_change_is_named(changed: Draft, said: list[str]) -> None:
    found = [one.what for one in changes(_look(DRAFT), _look(changed))]
    assert len(found) == len(said)
    assert all(words in what for words, what in zip(said, found, strict=True))


def test_findings_policy_and_register_are_named_too() -> None:
    found = changes(_look(DRAFT, "Old.", "Both."), _look(DRAFT, "Both.", "New.", policy="whitehouse@2", version=2))
    assert [one.what for one in found] == [
        "Found now: Check: New.",
        "Not found any more: Check: Old.",
        "The policy it is judged by: whitehouse@2; it was whitehouse@1",
        "The register: who is at the school, or who may be shown",
    ]
