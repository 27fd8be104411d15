"""The words everything else is said in."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, datetime

import pytest

from app.domain import (
    MOVES,
    QUEUED,
    Account,
    Answer,
    Box,
    ChildNotShown,
    Cue,
    Draft,
    Event,
    Finding,
    Outcome,
    Photo,
    SchoolFacts,
    Stage,
    TextFacts,
    Topic,
    Verdict,
    Words,
    account_of,
    fold_class,
    fold_handle,
    stage_of,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def finding(outcome: Outcome) -> Finding:
    return Finding("a.rule", outcome, "Title", "posting-1", "Clause.", "Message.")


class TestOutcome:
    def test_is_ordered_from_least_to_worst(self) -> None:
        assert Outcome.ADVISE < Outcome.REFER < Outcome.REJECT

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_goes_to_its_word_and_back(self, outcome: Outcome) -> None:
        assert Outcome.of(outcome.word) is outcome

    @pytest.mark.parametrize("word", ["", "REJECT", "approve"])
    def test_of_another_word_is_an_error(self, word: str) -> None:
        with pytest.raises(ValueError, match="advise, refer, reject"):
            Outcome.of(word)


class TestVerdict:
    @pytest.mark.parametrize("outcomes", [found for n in range(4) for found in itertools.product(Outcome, repeat=n)])
    def test_the_worst_outcome_decides_and_advice_never_does(self, outcomes: tuple[Outcome, ...]) -> None:
        verdict = Verdict(tuple(map(finding, outcomes)), "whitehouse@1", "paper-1", "0" * 64, NOW)

        expected = Answer.APPROVE
        if Outcome.REFER in outcomes:
            expected = Answer.REFER
        if Outcome.REJECT in outcomes:
            expected = Answer.REJECT
        assert verdict.answer is expected

    def test_is_never_edited(self) -> None:
        verdict = Verdict((), "whitehouse@1", "paper-1", "0" * 64, NOW)

        with pytest.raises(dataclasses.FrozenInstanceError):
            verdict.findings = (finding(Outcome.REJECT),)  # type: ignore[misc]


class TestStages:
    def test_every_stage_has_its_moves_and_leads_only_to_stages(self) -> None:
        assert set(MOVES) == set(Stage)
        assert set().union(*MOVES.values()) <= set(Stage)

    def test_every_stage_can_be_reached(self) -> None:
        reached, waiting = {Stage.RECEIVED}, [Stage.RECEIVED]
        while waiting:
            new = MOVES[waiting.pop()] - reached
            reached |= new
            waiting += new
        assert reached == set(Stage)

    def test_only_a_draft_that_waits_for_an_approver_is_first_approved(self) -> None:
        before = {stage for stage, moves in MOVES.items() if Stage.APPROVED in moves}
        # Others were approved before: taken off the plan, or nothing of them is out.
        assert before - {Stage.SCHEDULED, Stage.PUBLISHING, Stage.FAILED} == QUEUED

    def test_what_was_refused_cannot_be_approved(self) -> None:
        assert Stage.APPROVED not in MOVES[Stage.REJECTED]
        assert Stage.PUBLISHING not in MOVES[Stage.REJECTED]

    def test_only_what_was_approved_is_published(self) -> None:
        assert {stage for stage, moves in MOVES.items() if Stage.PUBLISHED in moves} == {Stage.PUBLISHING}
        assert {stage for stage, moves in MOVES.items() if Stage.PUBLISHING in moves} == {
            Stage.APPROVED,
            Stage.SCHEDULED,
            Stage.FAILED,
        }

    @pytest.mark.parametrize("stage", [Stage.WITHDRAWN, Stage.EXPIRED])
    def test_the_end_is_the_end(self, stage: Stage) -> None:
        assert not MOVES[stage]

    def test_while_publishing_nothing_else_happens(self) -> None:
        assert MOVES[Stage.PUBLISHING] == {Stage.PUBLISHED, Stage.FAILED, Stage.SCHEDULED, Stage.APPROVED}

    def test_what_is_out_can_only_be_taken_down(self) -> None:
        assert MOVES[Stage.PUBLISHED] == {Stage.WITHDRAWN}

    def test_each_answer_leads_to_its_stage(self) -> None:
        assert {answer: stage_of(answer) for answer in Answer} == {
            Answer.APPROVE: Stage.READY,
            Answer.REFER: Stage.REFERRED,
            Answer.REJECT: Stage.REJECTED,
        }


class TestDigest:
    DRAFT = Draft("Beans", (Photo("aa", "one"), Photo("bb", "two")), account="whitehouseps")

    def test_is_a_sha256_that_stays_the_same(self) -> None:
        assert self.DRAFT.digest == dataclasses.replace(self.DRAFT).digest
        assert len(bytes.fromhex(self.DRAFT.digest)) == 32

    def test_is_written_into_approvals_and_must_never_change(self) -> None:
        assert Draft("").digest == "af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4de5b2328de0e83dfc"

    @pytest.mark.parametrize(
        "other",
        [
            Draft("Bean", DRAFT.photos),
            Draft("Beans", DRAFT.photos[:1]),
            Draft("Beans", DRAFT.photos[::-1]),
            Draft("Beans", (Photo("aa", "one"), Photo("bb", "two!"))),
            Draft("Beans", (Photo("aa", "one"), Photo("bc", "two"))),
            Draft("Beans", (Photo("one", "aa"), Photo("bb", "two"))),
            Draft("Beansone", (Photo("aa"), Photo("bb", "two"))),
        ],
    )
    def test_changes_with_text_alt_texts_and_pictures(self, other: Draft) -> None:
        assert other.digest != self.DRAFT.digest

    def test_leaves_out_what_is_not_published(self) -> None:
        renamed = tuple(
            dataclasses.replace(photo, file_name="x.jpg", dropped=("camera",)) for photo in self.DRAFT.photos
        )

        assert dataclasses.replace(self.DRAFT, photos=renamed, classes=("Oak",)).digest == self.DRAFT.digest

    def test_takes_text_that_is_no_unicode(self) -> None:
        assert Draft("\ud800").digest != Draft("?").digest


class TestHandlesAndAddresses:
    @pytest.mark.parametrize("handle", ["whitehouseps", "@WhitehousePS", " @whitehouseps "])
    def test_handles_ignore_case_and_the_sign(self, handle: str) -> None:
        assert fold_handle(handle) == "whitehouseps"

    @pytest.mark.parametrize(
        "url",
        [
            "https://x.com/Ms_Baker/status/12",
            "http://www.twitter.com/ms_baker",
            "mobile.twitter.com/@ms_baker?s=20",
            " https://twitter.com/#!/ms_baker/ ",
            "https://x.com/%6ds_%42aker",
            "https://x.com:443//ms_baker",
            "//anyone@x.com./ms_baker",
            "https://x.com/intent/user?lang=en&screen_name=Ms_Baker",
            "fxtwitter.com/ms_baker/status/1",
            "https://g.fxtwitter.com/ms_baker/status/1",
            "vxtwitter.com/ms_baker/status/1",
            "https://fixupx.com/ms_baker/status/1",
            "https://nitter.net/ms_baker",
            "https://nitter.example.org/@ms_baker",
            "https://xcancel.com/ms_baker",
        ],
    )
    def test_an_address_leads_to_its_account(self, url: str) -> None:
        assert account_of(url) == "ms_baker"

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.org/ms_baker",
            "https://notx.com/ms_baker",
            "https://x.com/",
            "https://x.com",
            "https://x.com.example.org/ms_baker",
            "https://notfxtwitter.com/ms_baker",
            "https://nitter/ms_baker",
            "https://instagram.com/ms_baker",
            "https://x.com/%E9ms_baker",
            "https://x.com/i/status/12",
            "https://x.com/search?q=beans",
            "https://x.com/a_handle_that_is_far_too_long",
            "",
        ],
    )
    def test_other_addresses_lead_to_none(self, url: str) -> None:
        assert account_of(url) is None


class TestSchoolFacts:
    OAK, ASH, NO_CLASS = ChildNotShown("p1", "Oak"), ChildNotShown("p2", "Ash"), ChildNotShown("p3", "")
    EVENT = Event("fair", "Summer fair", NOW, NOW)
    SCHOOL = SchoolFacts(
        accounts=(Account("whitehouseps"),),
        not_shown=(OAK, ASH, NO_CLASS),
        events=(EVENT,),
        classes=frozenset({"Oak", "Ash", "Class 4"}),
    )

    def test_finds_its_accounts(self) -> None:
        assert self.SCHOOL.account("@WhitehousePS") == Account("whitehouseps")
        assert self.SCHOOL.account("whitehouse") is None
        assert self.SCHOOL.account("") is None

    def test_finds_its_events(self) -> None:
        assert self.SCHOOL.event("fair") is self.EVENT
        assert self.SCHOOL.event("fete") is None
        assert self.SCHOOL.event(None) is None

    def test_a_child_without_a_class_may_be_in_any(self) -> None:
        assert self.SCHOOL.not_shown_in(("OAK",)) == (self.OAK, self.NO_CLASS)

    @pytest.mark.parametrize("name", ["Oak class", "class  oak", " OAK "])
    def test_the_word_class_does_not_matter(self, name: str) -> None:
        assert self.SCHOOL.not_shown_in((name,)) == (self.OAK, self.NO_CLASS)
        assert fold_class("Class 4") == fold_class("4")
        assert fold_class("the class of 2026") == "the class of 2026"

    @pytest.mark.parametrize("classes", [("Okk",), ("Oak", "Birch"), ("",)])
    def test_an_unknown_class_means_the_whole_school(self, classes: tuple[str, ...]) -> None:
        assert self.SCHOOL.not_shown_in(classes) == self.SCHOOL.not_shown
        assert self.SCHOOL.unknown_classes(classes) == classes[-1:]

    def test_no_class_declared_means_the_whole_school(self) -> None:
        assert self.SCHOOL.not_shown_in(()) == (self.OAK, self.ASH, self.NO_CLASS)


def test_a_box_is_measured_in_pixels() -> None:
    box = Box(1, 2, 4, 8)

    assert (box.width, box.height, box.area) == (3, 6, 18)


def test_cues_are_found_by_topic_in_order() -> None:
    first, other, last = (
        Cue(Topic.OFFENSIVE, Words(0, 1)),
        Cue(Topic.TO_COME, Words(2, 3)),
        Cue(Topic.OFFENSIVE, Words(4, 5)),
    )
    assert tuple(TextFacts(cues=(first, other, last)).about(Topic.OFFENSIVE)) == (first, last)
