"""Every rule in a browser, for everybody who is signed in: why it is there, what it asks for, and examples."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from app.domain import Outcome
from app.policy import Clause, KeptBy, Policy
from app.rules import RULES
from app.rules.rule import Rule
from app.web.pages import examples_told
from app.web.pages.policy_words import ASKS
from app.web.pages.rendering import render
from app.web.pages.visiting import PageRoute, Visiting

router = APIRouter(route_class=PageRoute)

CHAPTERS = {
    "wording": "Words",
    "names": "Names",
    "accounts": "Accounts",
    "events": "Events",
    "photos": "Photos",
    "children": "Children who must not be shown",
    "policy": "The policy itself",
}
"""The rules' chapters, by the first word of their ids."""

LIGHTS = {Outcome.ADVISE: "Advice", Outcome.REFER: "Check", Outcome.REJECT: "Stop"}


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule as it is shown. ``fails`` has each example with what the rule says to it; ``usual`` is its own outcome, if the school asks for another."""

    id: str
    title: str
    outcome: Outcome
    light: str
    asks: str
    usual: str
    why: str
    clause: Clause | None
    fails: tuple[tuple[str, tuple[str, ...]], ...]
    passes: tuple[str, ...]


@router.get("/rules")
def show(visitor: Visiting) -> Response:
    """The rules by chapter, then who keeps which clause of the policy."""
    policy = visitor.policy
    chapters: dict[str, list[RuleTold]] = {}
    for rule in RULES:
        chapters.setdefault(CHAPTERS.get(rule.id.partition(".")[0], rule.id), []).append(_told(rule, policy))
    return render(
        "rules.html",
        visitor,
        chapters=chapters,
        clauses=[(clause, _keepers(clause)) for clause in policy.clauses.values()],
        policy=policy,
    )


def _told(rule: Rule, policy: Policy) -> RuleTold:
    outcome = policy.outcome(rule.id, rule.outcome)
    return RuleTold(
        rule.id,
        rule.title,
        outcome,
        LIGHTS[outcome],
        ASKS[outcome],
        LIGHTS[rule.outcome] if outcome is not rule.outcome else "",
        rule.why,
        policy.clauses.get(rule.clause),
        tuple((examples_told.told(one), examples_told.answers(rule, one, policy)) for one in rule.fails),
        tuple(examples_told.told(one) for one in rule.passes),
    )


def _keepers(clause: Clause) -> list[tuple[str, str]]:
    """Who keeps a clause: rules by id and title, and people."""
    rules = [(rule.id, rule.title) for rule in RULES if rule.clause == clause.id]
    return [("", "people"), *rules] if clause.kept_by is KeptBy.PEOPLE else rules
