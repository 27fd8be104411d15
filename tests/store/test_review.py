"""What approvers note while they review, on both databases: kept, never changed, of one school alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.domain import Draft, Evidence, Pupil, SchoolFacts, Stage, TextFacts, Verdict
from app.store import audit, comparisons, drafts, escalations, looks, people, roster, verdicts
from app.store.comparisons import Compared, Likeness
from app.store.verdicts import DecisionKind
from tests.store.conftest import NOW, Opened

BEN, CLEO = "ben", "cleo"


def _draft(school: Opened, words: str = "Bulbs.", seconds: int = 0) -> str:
    with school.write() as store:
        return drafts.add(store, Draft(words), author_kind="person", by="a", now=NOW + timedelta(seconds=seconds)).id


def _verdict(school: Opened, draft_id: str, words: str, *, revision: int = 1, seconds: int = 0) -> str:
    now = NOW + timedelta(seconds=seconds)
    verdict = Verdict((), "whitehouse@1", "paper-1", "0" * 64, now)
    evidence = Evidence(Draft(words), TextFacts(), (), SchoolFacts(), now)
    with school.write() as store:
        return verdicts.add(
            store, draft_id, verdict, evidence, revision=revision, register_version=seconds, by="a", now=now
        ).id


def _pupil(school: Opened) -> str:
    pupil = Pupil("p1", "U1", "Amy", "Ash", year="4", class_name="Oak")
    with school.write() as store:
        roster.replace(store, roster.RosterChange(added=(pupil,)), by="test", now=NOW)
        return roster.every(store)[0].id


def test_answers_are_kept_and_the_last_of_each_person_counts(school: Opened, other_school: Opened) -> None:
    draft, pupil = _draft(school), _pupil(school)
    compared = Compared(0, 2, pupil)
    with school.write() as store:
        for seconds, (answer, by) in enumerate(
            ((Likeness.SAME, BEN), (Likeness.DIFFERENT, CLEO), (Likeness.CANT_TELL, BEN))
        ):
            now = NOW + timedelta(seconds=seconds)
            comparisons.add(store, draft, compared, answer, revision=1, by=by, now=now)
        comparisons.add(store, draft, compared, Likeness.SAME, revision=2, by=BEN, now=NOW)
    with school.read() as store:
        assert [(one.by, one.answer) for one in comparisons.latest(store, draft, 1)] == [
            (CLEO, Likeness.DIFFERENT),
            (BEN, Likeness.CANT_TELL),
        ]
        assert [one.answer for one in comparisons.latest(store, draft, 2)] == [Likeness.SAME]
        assert audit.verify(store).problems == ()
    with other_school.read() as store:
        assert comparisons.latest(store, draft, 1) == ()


def test_an_answer_is_never_changed_and_goes_with_the_childs_record(school: Opened) -> None:
    draft, pupil = _draft(school), _pupil(school)
    with school.write() as store:
        comparisons.add(store, draft, Compared(0, 0, pupil), Likeness.SAME, revision=1, by=BEN, now=NOW)
    with pytest.raises(DBAPIError, match="never touched"), school.write() as store:
        store.session.execute(text("UPDATE comparisons SET answer = 'different'"))
    with school.write() as store:
        roster.erase(store, pupil, by="test", now=NOW)
    with school.read() as store:
        assert comparisons.latest(store, draft, 1) == ()


def test_an_escalation_stands_until_somebody_decides(school: Opened, other_school: Opened) -> None:
    draft = _draft(school)
    with school.write() as store:
        ben = people.add(store, "Ben", "ben@x.example", "dsl", "x", by="test", now=NOW)
        cleo = people.add(store, "Cleo", "cleo@x.example", "approver", "x", by="test", now=NOW)
        escalations.add(store, draft, ben.id, "Who is that?", revision=1, by=cleo.id, now=NOW)
        later = NOW + timedelta(seconds=1)
        escalations.add(store, draft, cleo.id, "I do not know\x00either.", revision=1, by=ben.id, now=later)
    with school.read() as store:
        found = escalations.standing(store, [draft, "nothing"])
        assert (found[draft].to_person, found[draft].note) == (cleo.id, "I do not know\x00either.")
    with other_school.read() as store:
        assert escalations.standing(store, [draft]) == {}
    with school.write() as store:
        decided = {"revision": 1, "digest": "0" * 64, "reason": "No.", "answers": {}}
        now = NOW + timedelta(seconds=2)
        verdicts.decide(store, draft, DecisionKind.RETURN, by=cleo.id, now=now, **decided)  # type: ignore[arg-type]
    with school.read() as store:
        assert escalations.standing(store, [draft]) == {}


def test_a_look_is_found_by_its_verdict_its_revision_and_what_was_decided_on(
    school: Opened, other_school: Opened
) -> None:
    draft = _draft(school)
    first = _verdict(school, draft, "Bulbs.")
    second = _verdict(school, draft, "Bulbs.", seconds=5)
    third = _verdict(school, draft, "Tulips.", revision=2, seconds=9)
    with school.write() as store:
        decided = {"revision": 1, "digest": "0" * 64, "reason": "", "answers": {}}
        now = NOW + timedelta(seconds=3)
        approved = verdicts.decide(store, draft, DecisionKind.APPROVE, by=BEN, now=now, **decided)  # type: ignore[arg-type]
    with school.read() as store:
        found = looks.find(store, draft, second)
        assert found is not None
        assert (found.revision, found.register_version, found.evidence.draft.text) == (1, 5, "Bulbs.")
        assert looks.find(store, "another", second) is None
        assert looks.find(store, draft, "\x00") is None
        of = looks.of_revision(store, draft, 1), looks.of_revision(store, draft, 2), looks.of_revision(store, draft, 3)
        assert [one and one.id for one in of] == [second, third, None]
        then = looks.decided_on(store, approved)
        assert then is not None
        assert then.id == first
    with other_school.read() as store:
        assert looks.find(store, draft, second) is None


def test_the_draft_that_waits_before_another(school: Opened, other_school: Opened) -> None:
    early, late, last = _draft(school), _draft(school, seconds=1), _draft(school, seconds=2)
    with school.write() as store:
        for draft in (early, last):
            drafts.move(store, draft, Stage.RECEIVED, Stage.READY, by="test", now=NOW)
    with school.read() as store:
        assert looks.waiting_before(store, last) == early, "one that does not wait is passed over"
        assert looks.waiting_before(store, late) == early
        assert looks.waiting_before(store, early) is None
        assert looks.waiting_before(store, "nothing") is None
    with other_school.read() as store:
        assert looks.waiting_before(store, last) is None
