"""A school's own policy file: what is taken, and what is said of what is not."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain import Outcome
from app.errors import Fault
from app.policy import (
    DEFAULT_FILE,
    Costs,
    Distances,
    MatchingMode,
    NotAnswered,
    PolicyError,
    Problem,
    Retention,
    SignIn,
    Staleness,
    check,
    describe,
    load_default,
    parse,
)
from app.rules import CITED

WHITEHOUSE = DEFAULT_FILE.read_text("utf-8")


def changed(old: str, new: str) -> str:
    assert WHITEHOUSE.count(old) == 1, old
    return WHITEHOUSE.replace(old, new)


def line_of(words: str, text: str = WHITEHOUSE) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_whitehouses_policy_is_sound_and_says_what_the_paper_says() -> None:
    policy = load_default()

    assert check(WHITEHOUSE, CITED) == ()
    assert policy.reference == "whitehouse@1"
    assert (policy.ratified_on, policy.review_on) == (date(2018, 11, 1), date(2020, 11, 30))
    assert (policy.limits.policy_length, policy.limits.x_length, policy.limits.photos) == (140, 280, 4)
    assert policy.matching is MatchingMode.ENROLLED
    assert policy.not_answered is NotAnswered.ALLOW
    assert policy.published == policy.allowed_phrases == ()
    assert policy.clauses["posting-1"].section == "Guidance for posting tweets"
    assert policy.outcome("names.pupil-named", Outcome.ADVISE) is Outcome.REJECT


def test_no_distance_of_dlibs_network_rules_a_child_out() -> None:
    thresholds = load_default().engines["dlib-resnet-1"]

    assert thresholds.rules_out is None
    assert thresholds.centroid.clear < thresholds.nearest.clear < thresholds.nearest.possible
    assert "children" in thresholds.measured


def test_a_byte_order_mark_and_other_line_ends_are_no_problem() -> None:
    assert parse("\ufeff" + WHITEHOUSE.replace("\n", "\r\n")).reference == "whitehouse@1"


def test_a_school_may_change_outcomes_limits_and_thresholds() -> None:
    text = (
        changed('"accounts.reply" = "refer"', '"accounts.reply" = "reject"')
        .replace("policy_length = 140", "policy_length = 200")
        .replace("[engines.dlib-resnet-1]", "[engines.dlib-resnet-1]\nrules_out = 1.2")
        .replace('"wording.empty" = "reject"\n', "")
        .replace("published = []", 'published = ["01234 567890"]')
        .replace("dominance_ratio = 2.0", "dominance_ratio = 3")
    )
    policy = parse(text, CITED)

    assert policy.outcome("accounts.reply", Outcome.REFER) is Outcome.REJECT
    assert policy.outcome("wording.empty", Outcome.ADVISE) is Outcome.ADVISE
    assert policy.limits.policy_length == 200
    assert policy.engines["dlib-resnet-1"].rules_out == 1.2
    assert policy.engines["dlib-resnet-1"].nearest == Distances(0.45, 0.62)
    assert policy.published == ("01234 567890",)
    assert policy.photo.dominance_ratio == 3.0


WRONG = [
    ("version = 1", "version = one", "version = one", "not TOML"),
    ("version = 1", "version = 0", "version = 0", "between 1 and 1000000"),
    ("version = 1", "version = true", "version = true", "version must be a whole number"),
    ("version = 1", 'version = "1"', 'version = "1"', "version must be a whole number"),
    ('name = "whitehouse"', 'name = "White House"', 'name = "White', "lower-case"),
    ('name = "whitehouse"', 'name = " "', 'name = " "', "name is empty"),
    ("review_on = 2020-11-30", 'review_on = "2020-11-30"', 'review_on = "', "without quotation marks"),
    ("review_on = 2020-11-30", "review_on = 2020-11-30T00:00:00", "review_on = ", "must be a day"),
    ("review_on = 2020-11-30", "review_on = 2018-10-31", "review_on = ", "before ratified_on"),
    ('matching = "enrolled"', 'matching = "enroled"', "matching = ", 'Did you mean "enrolled"?'),
    ('matching = "enrolled"', 'maching = "enrolled"', "maching = ", 'Did you mean "matching"?'),
    (
        'matching = "enrolled"',
        'matching = "enrolled"\nweather = 1',
        "weather",
        "weather is not something a policy says.",
    ),
    ('timezone = "Europe/London"', 'timezone = "Europe/Camelot"', "timezone = ", "time zone"),
    ('timezone = "Europe/London"', 'timezone = "../London"', "timezone = ", "time zone"),
    ("month = 9, day = 1 }", "month = 2, day = 29 }", "school_year = ", "no such day in every year"),
    ("month = 9, day = 1 }", "month = 9, day = 1, hour = 2 }", "school_year = ", "school_year.hour"),
    ("published = []", 'published = [""]', "published = ", "only texts that are not empty"),
    ("published = []", "published = [1]", "published = ", "only texts that are not empty"),
    ("published = []", 'published = "01234 567890"', "published = ", "must be a list"),
    ("policy_length = 140 ", "policy_length = 0 ", "policy_length = ", "between 1 and 4000"),
    ("x_length = 280", "x_length = 281", "x_length = ", "between 1 and 280"),
    ("photos = 4", "photos = 5", "photos = ", "between 1 and 4"),
    ("photos = 4", "photoes = 4", "photoes = ", 'Did you mean "photos"?'),
    ("roster_days = 7", "roster_days = 7.5", "roster_days = ", "roster_days must be a whole number"),
    ("dominance_share = 0.1", "dominance_share = 10", "dominance_share = ", "between 0 and 1"),
    ("dominance_share = 0.1", "dominance_share = nan", "dominance_share = ", "between 0 and 1"),
    ("dominance_share = 0.1", "dominance_share = false", "dominance_share = ", "must be a number"),
    ("nearest = { clear = 0.45, possible", "nearest = { clear = 0.65, possible", "nearest = ", "larger than possible"),
    ("[engines.dlib-resnet-1]", "[engines.dlib-resnet-1]\nrules_out = 0.62", "rules_out = 0.62", "larger than what is"),
    ('"wording.empty" = "reject"', '"wording.empty" = "approve"', '"wording.empty"', "advise, refer, reject"),
    ('"wording.empty" = "reject"', '"wording.emtpy" = "reject"', '"wording.emtpy"', 'Did you mean "wording.empty"?'),
    ('currency = "USD"', 'currency = "dollars"', "currency = ", "three capital letters"),
    ('currency = "USD"', 'currency = ""', "currency = ", "costs.currency is empty"),
    ("post = 0.015", "post = -1", "post = -1", "between 0 and 1000"),
    ("post_with_link = 0.20", 'post_with_link = "0.20"', "post_with_link = ", "must be a number"),
    ("post_with_link = 0.20", "post_with_link = 0.20\ndelete = 0.01", "delete = ", "costs.delete is not something"),
    ("[clauses.posting-2]", "[clauses.posting-9]", "[clauses.posting-9]", "No rule keeps posting-9"),
]


@pytest.mark.parametrize(("old", "new", "at", "says"), WRONG, ids=[each[1] for each in WRONG])
def test_each_problem_is_told_on_its_line(old: str, new: str, at: str, says: str) -> None:
    text = changed(old, new)
    problems = check(text, CITED)

    assert Problem(line_of(at, text), next(each.detail for each in problems if says in each.detail)) in problems
    with pytest.raises(PolicyError):
        parse(text, CITED)


def test_a_policy_may_tell_no_prices() -> None:
    start, end = WHITEHOUSE.index("[costs]"), WHITEHOUSE.index("[staleness]")
    older = WHITEHOUSE[:start] + WHITEHOUSE[end:]

    assert check(older, CITED) == ()
    assert parse(older, CITED).costs is None
    assert load_default().costs == Costs("USD", 0.015, 0.2, date(2026, 8, 22))


def test_how_old_a_reference_photo_may_be_can_be_left_out() -> None:
    older = changed("reference_months = 12\n", "").replace("reference_grace_days = 42\n", "")
    shorter = changed("reference_months = 12", "reference_months = 6").replace("grace_days = 42", "grace_days = 0")

    assert parse(older, CITED).staleness == load_default().staleness == Staleness(7, 12, 42)
    assert parse(shorter, CITED).staleness == Staleness(7, 6, 0)


def test_a_missing_key_is_told_where_its_table_begins() -> None:
    text = changed("photos = 4 ", "# photos = 4 ")

    assert check(text) == (Problem(line_of("[limits]", text), "limits.photos is missing; it must be a whole number."),)


def test_a_missing_table_is_told_once_with_what_it_should_hold() -> None:
    text = changed("[staleness]\n", "").replace("roster_days = 7\n", "")
    text = text.replace("reference_months = 12\n", "").replace("reference_grace_days = 42\n", "")

    assert check(text, CITED) == (
        Problem(1, "staleness is missing; it must be a table."),
        Problem(1, "staleness.roster_days is missing; it must be a whole number."),
    )


def test_a_cited_clause_that_is_missing_is_told_with_the_rule() -> None:
    text = changed("[clauses.images-3]", "[clauses.images-4]")

    assert check(text, CITED) == (
        Problem(
            line_of("[clauses.", text), "The clause images-3 is missing; the rule children.register-stale cites it."
        ),
        Problem(line_of("[clauses.images-4]", text), 'No rule keeps images-4: its kept_by must be "people".'),
    )


def test_without_the_rules_only_the_file_is_checked() -> None:
    assert check(changed('"wording.empty"', '"wording.of-tomorrow"')) == ()


def test_an_empty_file_lacks_everything_and_nothing_follows_from_that() -> None:
    details = [problem.detail for problem in check("", CITED)]

    assert "ratified_on is missing; it must be a day such as 2026-11-30, without quotation marks." in details
    assert all("missing" in detail for detail in details)
    assert {problem.line for problem in check("", CITED)} == {1}
    assert len(details) == len(set(details))


def test_a_file_that_ends_too_early_is_told_at_its_end() -> None:
    text = 'name = "x"\npublished = ['

    assert [problem.line for problem in check(text)] == [2]


@pytest.mark.parametrize("text", ["x = " + "[" * 20_000, "x = " + "9" * 5_000, "x = 2026-13-01"])
def test_what_no_parser_can_hold_is_a_problem_and_no_crash(text: str) -> None:
    assert [problem.line for problem in check(text)] == [1]


def test_a_file_without_end_is_not_read() -> None:
    assert check("#" * 60_001) == (Problem(1, "The file is longer than 60000 characters."),)


def test_the_error_carries_the_problems_in_order_for_people_and_for_the_door() -> None:
    text = changed("version = 1", "version = 0").replace("photos = 4", "photos = 5")

    with pytest.raises(PolicyError) as caught:
        parse(text)

    assert [problem.line for problem in caught.value.problems] == [
        line_of("version = 0", text),
        line_of("photos = 5", text),
    ]
    first = caught.value.problems[0]
    assert caught.value.errors[0] == Fault(f"#/line/{first.line}", first.detail)
    assert caught.value.problem()["type"] == "/problems/policy-malformed"


def test_a_policy_without_periods_has_the_usual_ones_and_may_set_some() -> None:
    table = WHITEHOUSE[WHITEHOUSE.index("[retention]") : WHITEHOUSE.index("[photo]")]
    assert parse(WHITEHOUSE.replace(table, "")).retention == Retention()
    some = parse(WHITEHOUSE.replace(table, "[retention]\nleaver_days = 90\n\n")).retention
    assert some == Retention(leaver_days=90)


def test_periods_that_cannot_be_are_told() -> None:
    wrong = WHITEHOUSE.replace("audit_days = 2192", "audit_days = 30").replace("leaver_days", "leavers_days")
    told = {problem.detail for problem in check(wrong)}
    assert "retention.audit_days is 30; it must lie between 365 and 10000." in told
    assert 'retention.leavers_days is not something a policy says. Did you mean "leaver_days"?' in told


def test_a_policy_says_how_staff_sign_in() -> None:
    table = WHITEHOUSE[WHITEHOUSE.index("[sign_in]") : WHITEHOUSE.index("[photo]")]
    assert parse(WHITEHOUSE.replace(table, "")).sign_in == load_default().sign_in == SignIn()
    some = "[sign_in]\nsecond_factor = []\npassword_min_length = 16\npassword_change_days = 365\n\n"
    policy = parse(WHITEHOUSE.replace(table, some))
    assert policy.sign_in == SignIn((), 16, 365)
    told = "\n".join(describe(policy))
    assert "A second factor is asked of: nobody." in told
    assert "A password has at least 16 characters and is changed after 365 days." in told
    assert parse(WHITEHOUSE.replace(table, "[sign_in]\n\n")).sign_in == SignIn()
    wrong = '[sign_in]\nsecond_factor = ["aprover"]\npassword_min_length = 7\nlenght = 3\n\n'
    details = [problem.detail for problem in check(WHITEHOUSE.replace(table, wrong))]
    assert 'There is no role aprover. Did you mean "approver"?' in details
    assert "sign_in.password_min_length is 7; it must lie between 8 and 64." in details
    assert any("sign_in.lenght is not something a policy says." in detail for detail in details)
