"""What the rules are given, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.drafts import Draft
from app.domain.outcomes import Answer, Outcome
from app.domain.photos import PhotoFacts
from app.domain.places import Where
from app.domain.school import SchoolFacts
from app.domain.words import TextFacts


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the rules judge. ``photos`` runs parallel to ``draft.photos``."""

    draft: Draft
    text: TextFacts
    photos: tuple[PhotoFacts, ...]
    school: SchoolFacts
    now: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found. It holds no child's name; ``pupils`` are ids, for the desk alone.

    ``instead`` is what could be said in place of the words it points at, or empty.
    """

    rule: str
    outcome: Outcome
    title: str
    clause: str
    clause_text: str
    message: str
    hint: str = ""
    where: Where = None
    pupils: tuple[str, ...] = ()
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the machine says of a draft; a person may decide, nobody edits it."""

    findings: tuple[Finding, ...]
    policy: str  # name@version
    engine: str
    digest: str
    vetted_at: datetime

    @property
    def answer(self) -> Answer:
        """The worst outcome decides; advice never does."""
        worst = max((finding.outcome for finding in self.findings), default=Outcome.ADVISE)
        return {Outcome.ADVISE: Answer.APPROVE, Outcome.REFER: Answer.REFER, Outcome.REJECT: Answer.REJECT}[worst]
