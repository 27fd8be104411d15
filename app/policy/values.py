"""What a school decides, as values: clauses, limits, outcomes, thresholds, days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain import Outcome


class KeptBy(StrEnum):
    """Who sees to it that a clause is kept."""

    RULE = "rule"
    PEOPLE = "people"


class MatchingMode(StrEnum):
    """When faces are compared with the gallery.

    ``strict``: only where every pupil who may be pictured has a valid biometric consent
    (Protection of Freedoms Act 2012 ss. 26-28, read narrowly); ``enrolled``: whenever somebody
    is enrolled; ``off``: never, a person checks the class list.
    """

    OFF = "off"
    STRICT = "strict"
    ENROLLED = "enrolled"


class NotAnswered(StrEnum):
    """What a family's silence means for publication.

    ``allow`` takes effect only once this school year's round was opened and its date has passed.
    """

    REFUSE = "refuse"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing the policy says, in short; ``section`` is the policy's own heading."""

    id: str
    section: str
    text: str
    kept_by: KeptBy


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a draft may hold. ``policy_length`` and ``x_length`` count as ``TextFacts`` does."""

    policy_length: int
    x_length: int
    photos: int
    text_code_points: int


@dataclass(frozen=True, slots=True)
class PhotoMeasures:
    """From when a face counts as what; heights are pixels of the face's box in the upright photo.

    A face dominates a group when it is at least ``dominance_ratio`` times as high as the next
    highest and takes at least ``dominance_share`` of the photo's short side.
    """

    checkable_height_px: int
    identifiable_height_px: int
    dominance_ratio: float
    dominance_share: float


@dataclass(frozen=True, slots=True)
class Distances:
    """Up to ``clear`` a face clearly matches a child, up to ``possible`` it may."""

    clear: float
    possible: float


@dataclass(frozen=True, slots=True)
class EngineThresholds:
    """The distances of one face engine, by what is measured, and where the numbers come from.

    ``nearest`` is the least distance to any of a child's templates, ``centroid`` that to their mean.
    ``rules_out`` is the least distance at which no face of a photo is the child; None: there is none.
    """

    nearest: Distances
    centroid: Distances
    rules_out: float | None
    measured: str


@dataclass(frozen=True, slots=True)
class Staleness:
    """After how many whole days what is known of the school is out of date.

    A child's reference photo is due to be renewed after ``reference_months``, and not used from ``reference_grace_days`` later.
    """

    roster_days: int
    reference_months: int = 12
    reference_grace_days: int = 42


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days what is kept; the days of a school's clock. What a policy file does not say is as here.

    Pictures count from the last change of their draft, leavers from the day they left, sessions from their end.
    ``leaver_days`` are those in which a leaver's names are still looked for; ``consent_days`` those for which the
    sealed answers of a leaver's family are kept as evidence.
    """

    rejected_picture_days: int = 30
    published_picture_days: int = 365
    leaver_days: int = 30
    consent_days: int = 3 * 365 + 1
    audit_days: int = 6 * 365 + 2
    session_days: int = 30
    repeat_days: int = 1


@dataclass(frozen=True, slots=True)
class SignIn:
    """How staff sign in. What a policy file does not say is as here.

    ``second_factor`` are the roles that need one; anybody else may have one. ``password_change_days`` is 0 where a
    password need not be changed merely because it is old.
    """

    second_factor: tuple[str, ...] = ("approver", "dsl", "administrator", "dpo")
    password_min_length: int = 12
    password_change_days: int = 0

    def asks(self, role: str) -> bool:
        """Whether that role needs a second factor. What is asked of administrators is asked of the trust's too."""
        return role in self.second_factor or (role == "trust" and "administrator" in self.second_factor)


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Hours:
    """When posts go out, by the school's clock: from the hour ``opens`` until the hour ``closes``, on these weekdays (Monday is 0)."""

    opens: int = 0
    closes: int = 24
    weekdays: frozenset[int] = frozenset(range(7))

    def next_open(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The first moment at or after ``instant`` within the hours, in UTC; wall clocks count, also on days of 23 or 25 hours."""
        local = instant.astimezone(zone)
        for days in range(8):
            day = local.date() + timedelta(days=days)
            if day.weekday() not in self.weekdays:
                continue
            opens = _at(day, self.opens, zone)
            closes = _at(day + timedelta(days=1), 0, zone) if self.closes == 24 else _at(day, self.closes, zone)
            if instant < closes:
                return max(instant.astimezone(UTC), opens)
        raise ValueError("no day of the week is open")


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Publishing:
    """How posts go out. What a policy file does not say is as here: at any hour, and approvals hold for two weeks."""

    hours: Hours = Hours()
    approval_days: int = 14


@dataclass(frozen=True, slots=True)
class DeskTimes:
    """When approvers are told of what waits. What a policy file does not say is as here.

    At most one mail in ``digest_minutes``; a reminder after ``nudge_hours`` of those in which a person may be written to.
    """

    digest_minutes: int = 30
    nudge_hours: int = 4


_SIGNS = {"USD": "$", "GBP": "£", "EUR": "€"}


@dataclass(frozen=True, slots=True)
class Costs:
    """What X's interface asks for a post, by its price list of the day ``as_of``; ``currency`` is ISO 4217."""

    currency: str
    post: float
    post_with_link: float
    as_of: date

    def money(self, amount: float) -> str:
        """An amount as people write it, with as many decimals as it has and at least two: ``$0.20``, ``$0.015``."""
        whole, _, decimals = f"{amount:.6f}".partition(".")
        number = f"{whole}.{decimals.rstrip('0'):0<2}"
        sign = _SIGNS.get(self.currency)
        return f"{sign}{number}" if sign else f"{number} {self.currency}"


@dataclass(frozen=True, slots=True)
class Policy:
    """A school's policy in one version; every verdict is written with its ``reference``.

    ``costs`` is None where the school's file tells no prices. ``published`` are the school's own telephone numbers, e-mail and postal addresses, which are no
    one's private details; ``allowed_phrases`` are words the school knows to be no child's name.
    """

    name: str
    version: int
    title: str
    ratified_on: date
    review_on: date
    school_year_month: int
    school_year_day: int
    timezone: str
    matching: MatchingMode
    not_answered: NotAnswered
    published: tuple[str, ...]
    allowed_phrases: tuple[str, ...]
    limits: Limits
    photo: PhotoMeasures
    staleness: Staleness
    engines: Mapping[str, EngineThresholds]
    outcomes: Mapping[str, Outcome]
    clauses: Mapping[str, Clause]
    costs: Costs | None = None
    retention: Retention = Retention()
    publishing: Publishing = Publishing()
    desk: DeskTimes = DeskTimes()
    sign_in: SignIn = SignIn()

    @property
    def reference(self) -> str:
        """Name and version as reports write them: ``whitehouse@1``."""
        return f"{self.name}@{self.version}"

    def outcome(self, rule_id: str, default: Outcome) -> Outcome:
        """What a finding of that rule asks for: the school's decision, else the rule's own."""
        return self.outcomes.get(rule_id, default)

    def clause_text(self, clause_id: str) -> str:
        """The clause in short, or nothing where the policy has no such clause."""
        clause = self.clauses.get(clause_id)
        return clause.text if clause else ""

    def local(self, instant: datetime) -> datetime:
        """That instant by the school's clock."""
        return instant.astimezone(ZoneInfo(self.timezone))

    def day_of(self, instant: datetime) -> date:
        """The day it is at the school at that instant."""
        return self.local(instant).date()

    def school_year_of(self, day: date) -> date:
        """The first day of the school year in which ``day`` falls."""
        starts_on = date(day.year, self.school_year_month, self.school_year_day)
        return starts_on if day >= starts_on else starts_on.replace(year=day.year - 1)
