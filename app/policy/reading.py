"""A policy file into a policy, or into a list of what is wrong with it, line by line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain import Outcome
from app.errors import Fault, Malformed
from app.policy.places import lines_of
from app.policy.tables import Problem, Table, meant
from app.policy.values import (
    WEEKDAYS,
    Clause,
    Costs,
    DeskTimes,
    Distances,
    EngineThresholds,
    Hours,
    KeptBy,
    Limits,
    MatchingMode,
    NotAnswered,
    PhotoMeasures,
    Policy,
    Publishing,
    Retention,
    SignIn,
    Staleness,
)

DEFAULT_FILE = Path(__file__).parent.parent / "policy.toml"
"""The policy every school starts with: that of Whitehouse Primary School."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_AT_LINE = re.compile(r"^(.*) \(at line (\d+), column \d+\)$", re.DOTALL)
_CURRENCY = re.compile("[A-Z]{3}")
_FURTHEST = 2.0  # no two unit vectors lie further apart
_LONGEST_FILE = 60_000  # code points; Whitehouse's has a quarter of it


class PolicyError(Malformed):
    """A policy file that says something it cannot say; ``problems`` are in the order of its lines."""

    slug = "policy-malformed"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        faults = tuple(Fault(f"#/line/{problem.line}", problem.detail) for problem in problems)
        super().__init__("The policy file cannot be used as it is.", errors=faults)
        self.problems = problems


def parse(text: str, cited: Mapping[str, str] | None = None) -> Policy:
    """The policy that the whole of a TOML file describes; PolicyError if it is not one.

    ``cited`` maps the id of every rule to the clause it cites. Where it is given, outcomes for rules
    that do not exist, cited clauses that are missing, and clauses left to a rule that does not exist
    are problems too.
    """
    policy, problems = _read(text, cited)
    if problems or policy is None:
        raise PolicyError(problems)
    return policy


def check(text: str, cited: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    """All that is wrong with a policy file, by line; empty if nothing is. ``cited`` as for ``parse``."""
    return _read(text, cited)[1]


@cache
def load_default() -> Policy:
    """Whitehouse's policy, from the file that comes with Fledgling."""
    return parse(DEFAULT_FILE.read_text("utf-8"))


def _read(text: str, cited: Mapping[str, str] | None) -> tuple[Policy | None, tuple[Problem, ...]]:
    if len(text) > _LONGEST_FILE:
        return None, (Problem(1, f"The file is longer than {_LONGEST_FILE} characters."),)
    text = text.removeprefix("\ufeff")
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, arrays nested without end
        return None, (_syntax_problem(str(error), text),)
    problems: list[Problem] = []
    file = Table(values, lines_of(text), problems)
    policy = _policy(file)
    if cited is not None:
        _compare_with_rules(file, policy, cited)
    return policy, tuple(sorted(set(problems)))


def _syntax_problem(message: str, text: str) -> Problem:
    found = _AT_LINE.match(message)
    line = int(found[2]) if found else text.count("\n") + 1
    what = found[1] if found else message
    return Problem(line, f"This is not TOML: {what[:1].lower()}{what[1:]}.")


def _policy(file: Table) -> Policy:
    year = file.table("school_year")
    policy = Policy(
        name=_policy_name(file),
        version=file.whole("version", 1, 1_000_000),
        title=file.text("title"),
        ratified_on=file.day("ratified_on"),
        review_on=file.day("review_on"),
        school_year_month=year.whole("month", 1, 12),
        school_year_day=year.whole("day", 1, 31),
        timezone=_timezone(file),
        matching=MatchingMode(file.choice("matching", MatchingMode)),
        not_answered=NotAnswered(file.choice("not_answered", NotAnswered)),
        published=file.texts("published"),
        allowed_phrases=file.texts("allowed_phrases"),
        limits=_limits(file.table("limits")),
        photo=_photo_measures(file.table("photo")),
        staleness=_staleness(file.table("staleness")),
        engines=_engines(file.table("engines")),
        outcomes=_outcomes(file.table("outcomes")),
        clauses=_clauses(file.table("clauses")),
        costs=_costs(file.table("costs")) if file.has("costs") else None,
        retention=_retention(file.table("retention")) if file.has("retention") else Retention(),
        desk=_desk(file.table("desk")) if file.has("desk") else DeskTimes(),
        publishing=_publishing(file.table("publishing")) if file.has("publishing") else Publishing(),
        sign_in=_sign_in(file.table("sign_in")) if file.has("sign_in") else SignIn(),
    )
    if policy.review_on < policy.ratified_on < date.max:  # what was not given is date.max
        file.note("review_on lies before ratified_on.", "review_on")
    try:
        date(2001, policy.school_year_month, policy.school_year_day)  # a year without a leap day
    except ValueError:
        year.note("There is no such day in every year.", "day")
    year.close()
    file.close()
    return policy


def _policy_name(file: Table) -> str:
    name = file.text("name")
    if name and not _NAME.fullmatch(name):
        file.note("name must be lower-case letters, digits and hyphens; it is written into every verdict.", "name")
    return name


def _timezone(file: Table) -> str:
    zone = file.text("timezone")
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, OSError, ValueError):
        file.note(f'"{zone}" is not the name of a time zone, such as Europe/London.', "timezone")
    return zone


def _limits(table: Table) -> Limits:
    limits = Limits(
        policy_length=table.whole("policy_length", 1, 4000),
        x_length=table.whole("x_length", 1, 280),  # X refuses longer ones
        photos=table.whole("photos", 1, 4),
        text_code_points=table.whole("text_code_points", 280, 4000),
    )
    table.close()
    return limits


def _photo_measures(table: Table) -> PhotoMeasures:
    measures = PhotoMeasures(
        checkable_height_px=table.whole("checkable_height_px", 16, 1000),
        identifiable_height_px=table.whole("identifiable_height_px", 16, 1000),
        dominance_ratio=table.number("dominance_ratio", 1, 100),
        dominance_share=table.number("dominance_share", 0, 1),
    )
    table.close()
    return measures


def _staleness(table: Table) -> Staleness:
    usual = Staleness(table.whole("roster_days", 1, 366))
    staleness = replace(
        usual,
        reference_months=table.whole("reference_months", 1, 24)
        if table.has("reference_months")
        else usual.reference_months,
        reference_grace_days=table.whole("reference_grace_days", 0, 180)
        if table.has("reference_grace_days")
        else usual.reference_grace_days,
    )
    table.close()
    return staleness


_LONGEST_KEPT = 10_000  # days: 27 years
_SHORTEST_AUDIT = 365  # what was decided is asked about for a year at least


def _retention(table: Table) -> Retention:
    """What the table leaves out is as by default."""
    given = {
        field.name: table.whole(field.name, _SHORTEST_AUDIT if field.name == "audit_days" else 1, _LONGEST_KEPT)
        for field in fields(Retention)
        if table.has(field.name)
    }
    table.close()
    return Retention(**given)


_ROLES = ("colleague", "author", "approver", "office", "dsl", "dpo", "administrator", "trust")
"""The roles that people have, as `app.web.security` gives them their rights."""


def _sign_in(table: Table) -> SignIn:
    """What the table leaves out is as by default."""
    usual = SignIn()
    roles = table.texts("second_factor") if table.has("second_factor") else usual.second_factor
    for role in roles:
        if role not in _ROLES:
            table.note(f"There is no role {role}.{meant(role, sorted(_ROLES))}", "second_factor")
    sign_in = SignIn(
        second_factor=roles,
        password_min_length=table.whole("password_min_length", 8, 64)
        if table.has("password_min_length")
        else usual.password_min_length,
        password_change_days=table.whole("password_change_days", 0, 3650)
        if table.has("password_change_days")
        else usual.password_change_days,
    )
    table.close()
    return sign_in


def _publishing(table: Table) -> Publishing:
    """What the table leaves out is as by default."""
    usual = Publishing()
    publishing = Publishing(
        hours=_hours(table),
        approval_days=table.whole("approval_days", 1, 366) if table.has("approval_days") else usual.approval_days,
    )
    table.close()
    return publishing


def _hours(table: Table) -> Hours:
    usual = Hours()
    opens = table.whole("from_hour", 0, 23) if table.has("from_hour") else usual.opens
    closes = table.whole("until_hour", 1, 24) if table.has("until_hour") else usual.closes
    if table.sound and opens >= closes:
        table.note("until_hour must be later than from_hour.", "until_hour")
    names = table.texts("weekdays") if table.has("weekdays") else WEEKDAYS
    for name in names:
        if name not in WEEKDAYS:
            table.note(f'"{name}" is no day of the week.{meant(name, list(WEEKDAYS))}', "weekdays")
    if not names and table.sound:
        table.note("weekdays is empty: nothing would ever be published.", "weekdays")
    weekdays = frozenset(WEEKDAYS.index(name) for name in names if name in WEEKDAYS)
    return Hours(opens, closes, weekdays or usual.weekdays)


def _desk(table: Table) -> DeskTimes:
    """What the table leaves out is as by default."""
    most = {"digest_minutes": 24 * 60, "nudge_hours": 100}
    given = {key: table.whole(key, 1, limit) for key, limit in most.items() if table.has(key)}
    table.close()
    return DeskTimes(**given)


def _costs(table: Table) -> Costs:
    costs = Costs(
        currency=table.text("currency"),
        post=table.number("post", 0, 1000),
        post_with_link=table.number("post_with_link", 0, 1000),
        as_of=table.day("as_of"),
    )
    if costs.currency and not _CURRENCY.fullmatch(costs.currency):
        table.note('costs.currency must be three capital letters, such as "USD".', "currency")
    table.close()
    return costs


def _engines(table: Table) -> dict[str, EngineThresholds]:
    engines = {}
    for name in table.names():
        engine = table.table(name)
        engines[name] = EngineThresholds(
            nearest=_distances(engine.table("nearest")),
            centroid=_distances(engine.table("centroid")),
            rules_out=engine.number("rules_out", 0, _FURTHEST) if engine.has("rules_out") else None,
            measured=engine.text("measured"),
        )
        _check_rules_out(engine, engines[name])
        engine.close()
    return engines


def _check_rules_out(table: Table, thresholds: EngineThresholds) -> None:
    if thresholds.rules_out is not None and thresholds.rules_out <= thresholds.nearest.possible:
        table.note("rules_out must be larger than what is possible.", "rules_out")


def _distances(table: Table) -> Distances:
    distances = Distances(table.number("clear", 0, _FURTHEST), table.number("possible", 0, _FURTHEST))
    if table.sound and distances.clear > distances.possible:
        table.note("clear must not be larger than possible.", "clear")
    table.close()
    return distances


def _outcomes(table: Table) -> dict[str, Outcome]:
    words = [outcome.word for outcome in Outcome]
    return {rule: Outcome.of(table.choice(rule, words)) for rule in table.names()}


def _clauses(table: Table) -> dict[str, Clause]:
    clauses = {}
    for id_ in table.names():
        clause = table.table(id_)
        clauses[id_] = Clause(
            id=id_,
            section=clause.text("section"),
            text=clause.text("text"),
            kept_by=KeptBy(clause.choice("kept_by", KeptBy)),
        )
        clause.close()
    return clauses


def _compare_with_rules(file: Table, policy: Policy, cited: Mapping[str, str]) -> None:
    outcomes, clauses = file.table("outcomes"), file.table("clauses")
    for rule in policy.outcomes:
        if rule not in cited:
            outcomes.note(f"There is no rule {rule}.{meant(rule, sorted(cited))}", rule)
    for rule, needed in cited.items():
        if needed not in policy.clauses:
            clauses.note(f"The clause {needed} is missing; the rule {rule} cites it.")
    for clause in policy.clauses.values():
        if clause.kept_by is KeptBy.RULE and clause.id not in cited.values():
            clauses.note(f'No rule keeps {clause.id}: its kept_by must be "people".', clause.id)
