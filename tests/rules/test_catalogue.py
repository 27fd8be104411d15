"""One test for all rules: what is promised of each is tried on each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain import Answer, Evidence, Field, Outcome, Region, Words
from app.policy import DEFAULT_FILE, KeptBy, Policy, check, load_default
from app.rules import CITED, RULES, Remark, Rule, judge
from app.rules.catalogue import render
from app.rules.rule import given, rule

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"

CONTRACT = {
    "wording.empty": "reject",
    "wording.too-long": "reject",
    "wording.offensive": "reject",
    "wording.undermining": "refer",
    "wording.private-details": "reject",
    "wording.sensitive-fact": "refer",
    "wording.letter-home": "advise",
    "wording.accidental-link": "advise",
    "names.pupil-named": "reject",
    "names.perhaps-pupil": "refer",
    "names.with-picture": "reject",
    "accounts.personal-feed": "reject",
    "accounts.private-discussion": "reject",
    "accounts.repost": "refer",
    "accounts.reply": "refer",
    "accounts.not-ours": "reject",
    "events.not-yet-over": "refer",
    "photos.individual": "refer",
    "photos.identifiable": "advise",
    "photos.no-alt-text": "refer",
    "photos.unseen": "refer",
    "photos.location-stripped": "advise",
    "children.opted-out": "reject",
    "children.perhaps-opted-out": "refer",
    "children.roll-call": "refer",
    "children.register-stale": "refer",
    "policy.review-overdue": "advise",
}

FAILING = [pytest.param(each, example, id=f"{each.id}-{n}") for each in RULES for n, example in enumerate(each.fails)]
PASSING = [pytest.param(each, example, id=f"{each.id}-{n}") for each in RULES for n, example in enumerate(each.passes)]


def tripped(evidence: Evidence, policy: Policy | None = None) -> set[str]:
    return {finding.rule for finding in judge(evidence, policy or load_default(), "paper-1").findings}


def test_the_dullest_draft_passes_everything() -> None:
    verdict = judge(given(), load_default(), "paper-1")

    assert verdict.findings == ()
    assert verdict.answer is Answer.APPROVE


@pytest.mark.parametrize(("tried", "example"), FAILING)
def test_each_failing_example_trips_its_own_rule_and_no_other(tried: Rule, example: Evidence) -> None:
    assert tried.id in tripped(example)
    assert tripped(example) <= {tried.id, *tried.alongside}


@pytest.mark.parametrize(("tried", "example"), PASSING)
def test_each_passing_example_is_clean_of_its_rule(tried: Rule, example: Evidence) -> None:
    assert tried.id not in tripped(example)


@pytest.mark.parametrize("tried", RULES, ids=lambda each: each.id)
def test_each_rule_has_its_papers(tried: Rule) -> None:
    assert tried.fails
    assert tried.passes
    assert tried.why.endswith((".", ")."))
    assert tried.title
    assert set(tried.alongside) <= set(CITED)
    for other in tried.alongside:
        assert any(other in tripped(example) for example in tried.fails), f"{other} never trips alongside"


def test_every_rule_of_the_contract_is_there_once_with_its_outcome() -> None:
    assert [(each.id, each.outcome.word) for each in RULES] == list(CONTRACT.items())


def test_the_default_policy_lists_every_outcome_as_the_contract_has_it() -> None:
    assert {each: outcome.word for each, outcome in load_default().outcomes.items()} == CONTRACT


def test_every_cited_clause_exists_and_every_clause_is_kept() -> None:
    assert check(DEFAULT_FILE.read_text("utf-8"), CITED) == ()
    clauses = load_default().clauses
    assert {each.clause for each in RULES} <= set(clauses)
    assert all(clause.kept_by is KeptBy.PEOPLE or clause.id in CITED.values() for clause in clauses.values())


@pytest.mark.parametrize(("tried", "example"), FAILING)
def test_findings_are_whole_and_point_into_the_draft(tried: Rule, example: Evidence) -> None:
    for finding in judge(example, load_default(), "paper-1").findings:
        assert finding.title
        assert finding.clause_text == load_default().clauses[finding.clause].text
        assert re.fullmatch(r"[A-Z].*\.", finding.message), finding.message
        assert re.fullmatch(r"[A-Z].*\.", finding.hint), finding.hint
        assert "  " not in finding.message
        if isinstance(finding.where, Words) and finding.where.field is Field.TEXT:
            assert 0 <= finding.where.start < finding.where.end <= len(example.draft.text)
        if isinstance(finding.where, Region):
            assert finding.where.box in [face.box for face in example.photos[finding.where.photo].faces]


@pytest.mark.parametrize(("tried", "example"), FAILING)
def test_no_message_repeats_a_name(tried: Rule, example: Evidence) -> None:
    said = " ".join(finding.message + finding.hint for finding in judge(example, load_default(), "paper-1").findings)

    assert not re.search("tomasi?na|quentina", said, re.IGNORECASE)


@pytest.mark.parametrize("word", list(Outcome))
def test_a_check_that_could_not_be_made_is_referred_whatever_the_policy_says(word: Outcome) -> None:
    policy = replace(load_default(), outcomes=dict.fromkeys(CONTRACT, word))
    unmade = [example for each in RULES for example in each.fails if _unmade(each, example)]

    assert len(unmade) >= 9
    for example in unmade:
        assert judge(example, policy, "paper-1").answer in (Answer.REFER, Answer.REJECT)


def _unmade(each: Rule, example: Evidence) -> bool:
    return any(remark.unmade for remark in each.check(example, load_default()))


def test_the_policy_sets_the_outcome() -> None:
    lenient = replace(load_default(), outcomes={"wording.offensive": Outcome.ADVISE})
    offensive = next(each for each in RULES if each.id == "wording.offensive").fails[0]

    assert judge(offensive, load_default(), "paper-1").answer is Answer.REJECT
    assert judge(offensive, lenient, "paper-1").answer is Answer.APPROVE


@rule(
    id="wording.offensive",
    title="A rule that breaks",
    clause="inappropriate-2",
    outcome=Outcome.REJECT,
    fails=[],
    passes=[],
)
def broken(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """It finds something, then breaks."""
    yield Remark("Something was found.")
    raise ValueError(evidence.draft.text)


def test_a_broken_rule_refers_keeps_what_it_found_and_leaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    secret = given("Tomasina is here.")
    verdict = judge(secret, load_default(), "paper-1", (broken, *RULES))

    assert [(finding.rule, finding.outcome) for finding in verdict.findings] == [
        ("wording.offensive", Outcome.REJECT),
        ("wording.offensive", Outcome.REFER),
    ]
    assert "could not be made" in verdict.findings[1].message
    assert "wording.offensive" in caplog.text
    assert "ValueError" in caplog.text
    assert "Tomasina" not in caplog.text + str(verdict)


def test_a_rule_that_breaks_at_once_refers_even_where_it_would_reject() -> None:
    def broken_at_once(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
        raise RuntimeError

    verdict = judge(given(), load_default(), "paper-1", (replace(broken, check=broken_at_once),))

    assert verdict.answer is Answer.REFER


def test_a_verdict_says_on_what_it_rests() -> None:
    evidence = given()
    verdict = judge(evidence, load_default(), "dlib-resnet-1")

    assert verdict.policy == "whitehouse@1"
    assert verdict.engine == "dlib-resnet-1"
    assert verdict.digest == evidence.draft.digest
    assert verdict.vetted_at == evidence.now


def test_the_page_of_rules_is_fresh() -> None:
    again = (
        'stale: python -c "from pathlib import Path; from app.policy import load_default; '
        "from app.rules.catalogue import render; Path('docs/rules.md').write_text(render(load_default()), 'utf-8')\""
    )
    assert PAGE.read_text("utf-8") == render(load_default()), again
