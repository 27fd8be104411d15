"""A school's policy in words, part by part, and what one version says otherwise than another.

Everything that a policy holds is told: what has no words of its own here is told by its name, so that nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from app.domain import Outcome
from app.policy import EngineThresholds, KeptBy, Policy
from app.rules import RULES
from app.web.slips import told_day

ASKS = {
    Outcome.ADVISE: "advises: the author is told, nothing is held up",
    Outcome.REFER: "refers: a person decides",
    Outcome.REJECT: "stops: the draft or the register must change first",
}
"""What each outcome does."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing the policy says; ``place`` is its place in the file, by which versions are compared."""

    place: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """Things that belong together, under a heading."""

    title: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What was said before and is now; empty where nothing was or is."""

    part: str
    label: str
    before: str
    now: str


_TITLES = {
    "": "The paper",
    "limits": "How much a post may hold",
    "photo": "Photos",
    "staleness": "When what is known is out of date",
    "retention": "How long what is kept",
    "costs": "What X asks for a post",
    "engines": "When faces count as alike",
    "outcomes": "What each rule asks for",
    "clauses": "What the policy says, and who sees to it",
}
_LABELS = {
    "name": "Short name",
    "version": "Version",
    "title": "Title",
    "ratified_on": "Ratified on",
    "review_on": "To be reviewed by",
    "school_year_month": "The school year begins in month",
    "school_year_day": "The school year begins on day",
    "timezone": "The school's clock",
    "matching": "Comparing faces",
    "not_answered": "A family that has not answered",
    "published": "The school's own published details",
    "allowed_phrases": "Phrases that are no child's name",
    "limits.policy_length": "Characters by the policy",
    "limits.x_length": "Characters as X counts",
    "limits.photos": "Photos",
    "limits.text_code_points": "Characters that are read at all",
    "photo.checkable_height_px": "A face is compared from (pixels high)",
    "photo.identifiable_height_px": "A face is close up from (pixels high)",
    "photo.dominance_ratio": "One stands out when so many times as high as the next",
    "photo.dominance_share": "and takes this part of the photo's short side",
    "staleness.roster_days": "The roster, after days",
    "staleness.reference_months": "A reference photo is due anew after months",
    "staleness.reference_grace_days": "and is not used from days later",
    "costs.currency": "Currency",
    "costs.post": "A post",
    "costs.post_with_link": "A post with a link",
    "costs.as_of": "As it stood on",
    "retention.rejected_picture_days": "Pictures of posts that came to nothing (days)",
    "retention.published_picture_days": "Pictures of published posts (days)",
    "retention.leaver_days": "A child who left (days)",
    "retention.consent_days": "What a leaver's family had answered (days)",
    "retention.audit_days": "Who did what and when (days)",
    "retention.session_days": "Sign-ins, after they ended (days)",
    "retention.repeat_days": "Answers to repeated requests (days)",
}
_VALUES = {
    "matching=off": "never: a person checks the class list",
    "matching=strict": "only where every child who may be pictured has consent to it",
    "matching=enrolled": "whenever a child's face is on record",
    "not_answered=refuse": "counts as no",
    "not_answered=allow": "counts as yes, once this school year's round is over; until then as no",
}
_KEPT_BY = {KeptBy.RULE: "kept by a rule", KeptBy.PEOPLE: "kept by people"}


def policy_parts(policy: Policy) -> tuple[Part, ...]:
    """All that the policy says, the paper first, the clauses last."""
    alone: list[Said] = []
    parts: list[Part] = []
    for one in fields(policy):
        value = getattr(policy, one.name)
        if one.name == "clauses":
            continue
        if is_dataclass(value) or isinstance(value, Mapping):
            parts.append(Part(_title(one.name), tuple(_within(one.name, value))))
        elif value is None:
            parts.append(Part(_title(one.name), (Said(one.name, "In this policy", "nothing is said"),)))
        else:
            alone.append(_said(one.name, value))
    return (Part(_TITLES[""], tuple(alone)), *parts, Part(_TITLES["clauses"], tuple(_clauses(policy))))


def _title(name: str) -> str:
    return _TITLES.get(name, _spaced(name))


def _spaced(name: str) -> str:
    return name.replace("_", " ").replace(".", ": ").strip().capitalize()


def _within(place: str, value: Any) -> Iterator[Said]:
    """What a table of the policy says, tables within it too."""
    pairs = (
        value.items() if isinstance(value, Mapping) else ((one.name, getattr(value, one.name)) for one in fields(value))
    )
    for name, inner in pairs:
        at = f"{place}.{name}"
        if place == "outcomes":
            yield Said(at, _rule_title(str(name)), ASKS[inner])
        elif isinstance(inner, EngineThresholds):
            yield Said(at, str(name), _engine(inner))
        elif isinstance(inner, Mapping) or (is_dataclass(inner) and not isinstance(inner, type)):
            yield from _within(at, inner)
        else:
            yield _said(at, inner)


def _said(place: str, value: Any) -> Said:
    words = _VALUES.get(f"{place}={value}") or _words(value)
    return Said(place, _LABELS.get(place) or _spaced(place.rpartition(".")[2]), words)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Outcome):
        return ASKS[value]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return told_day(value)
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(_words(one) for one in value) or "none"
    if value is None or value == "":
        return "not said"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _engine(one: EngineThresholds) -> str:
    ruled_out = f"ruled out from {one.rules_out:g}" if one.rules_out is not None else "no distance rules a child out"
    return (
        f"nearest photo: clear up to {one.nearest.clear:g}, possible up to {one.nearest.possible:g}; mean of the photos: "
        f"clear up to {one.centroid.clear:g}, possible up to {one.centroid.possible:g}; {ruled_out}. {one.measured.strip()}"
    )


def _rule_title(rule_id: str) -> str:
    return next((rule.title for rule in RULES if rule.id == rule_id), rule_id)


def _clauses(policy: Policy) -> Iterator[Said]:
    for clause in policy.clauses.values():
        yield Said(f"clauses.{clause.id}", clause.section, f"{clause.text} ({_KEPT_BY[clause.kept_by]})")


def changes(before: Policy, now: Policy) -> tuple[Change, ...]:
    """What ``now`` says otherwise; the version itself is none, as it always changes."""
    was = {one.place: (part.title, one) for part in policy_parts(before) for one in part.said}
    found: list[Change] = []
    for part in policy_parts(now):
        for one in part.said:
            _, known = was.pop(one.place, ("", None))
            if one.place != "version" and (known is None or known.words != one.words):
                found.append(Change(part.title, one.label, known.words if known else "", one.words))
    return (*found, *(Change(title, one.label, one.words, "") for title, one in was.values()))


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for how long; ``count`` names what the daily purge counts of it, or is empty."""

    what: str
    how_long: str
    then: str
    count: str = ""


def kept_words(policy: Policy, photo_hours: int) -> tuple[Kept, ...]:
    """How long what is kept, by the policy in force and by what no policy changes."""
    days = policy.retention
    return (
        Kept("Pictures of posts that came to nothing", _days(days.rejected_picture_days), "Deleted, with those of published posts counted here; that there was one stays.", "pictures"),
        Kept("Pictures of published posts", _days(days.published_picture_days), "Deleted; the decision stays."),
        Kept("A child who left: the record, and the guarding of the name", _days(days.leaver_days), "Erased everywhere. The face goes on the day of leaving.", "leavers"),
        Kept("What a leaver's family had answered (sealed, no names)", _days(days.consent_days), "Deleted.", "consent_evidence"),
        Kept("Who did what and when", _days(days.audit_days), "Let go; the rest can still be verified.", "audit_lines"),
        Kept("Sign-ins, after they ended", _days(days.session_days), "Deleted.", "sessions"),
        Kept("Answers to repeated requests", _days(days.repeat_days), "Deleted.", "kept_answers"),
        Kept("Photos that no post took", f"{photo_hours} hour{'' if photo_hours == 1 else 's'}", "Deleted."),
        Kept("Files of the office that wait to be applied (sealed)", "1 hour", "Deleted."),
        Kept("Faces on record: photos and templates", "while there is consent and the child is on roll", "Destroyed at once, with the child's own key."),
        Kept("Numbers that describe faces in a post's photo", "while it is looked at", "Never stored."),
        Kept("That a child was erased (a number and a keyed mark)", "as long as backups from before exist", "The school decides."),
    )  # fmt: skip


def _days(days: int) -> str:
    if days >= 730 and days % 365 <= days // 365:
        return f"{days:,} days ({days // 365} years)"
    return f"{days:,} day{'' if days == 1 else 's'}"
