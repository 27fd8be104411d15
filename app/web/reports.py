"""Values of the domain as the contract's JSON: what a report tells, and to whom."""

from __future__ import annotations

from typing import Literal

from app.domain import (
    Box,
    Entity,
    Evidence,
    Field,
    Finding,
    Outcome,
    PhotoFacts,
    Region,
    TextFacts,
    Verdict,
    Where,
    Words,
)
from app.policy import Policy
from app.text.instead import without_names
from app.web.notes import notes
from app.web.schemas import (
    BoxOut,
    EntityOut,
    FaceOut,
    FindingOut,
    LineUpOut,
    PhotoOut,
    RegionWhere,
    Report,
    TextOut,
    WordsWhere,
)

_WORDS: dict[Outcome, Literal["advise", "refer", "reject"]] = {
    Outcome.ADVISE: "advise",
    Outcome.REFER: "refer",
    Outcome.REJECT: "reject",
}


def report(verdict: Verdict, evidence: Evidence, policy: Policy, *, reviewer: bool) -> Report:
    """The report. Pupils' ids and line-ups go to reviewers alone."""
    line_ups = [
        LineUpOut(pupil=one.pupil, photo=number, faces=list(one.faces))
        for number, photo in enumerate(evidence.photos)
        for one in photo.line_ups
    ]
    return Report(
        verdict=verdict.answer.value,
        findings=[_finding(one, reviewer=reviewer) for one in verdict.findings],
        text=_text(evidence, policy),
        photos=[_photo(one) for one in evidence.photos],
        line_ups=line_ups if reviewer else None,
        digest=verdict.digest,
        policy=verdict.policy,
        engine=verdict.engine,
        vetted_at=verdict.vetted_at,
    )


def _finding(finding: Finding, *, reviewer: bool) -> FindingOut:
    return FindingOut.model_construct(
        rule=finding.rule,
        outcome=_WORDS[finding.outcome],
        title=finding.title,
        clause=finding.clause,
        clause_text=finding.clause_text,
        message=finding.message,
        hint=finding.hint,
        where=_where(finding.where),
        instead=finding.instead or None,
        pupils=list(finding.pupils) if reviewer and finding.pupils else None,
    )


def _where(where: Where) -> WordsWhere | RegionWhere | None:
    if isinstance(where, Words):
        return WordsWhere(field=where.field.value, photo=where.photo, start=where.start, end=where.end)
    if isinstance(where, Region):
        return RegionWhere(photo=where.photo, box=_box(where.box))
    return None


def _box(box: Box) -> BoxOut:
    return BoxOut(left=box.left, top=box.top, right=box.right, bottom=box.bottom)


def _text(evidence: Evidence, policy: Policy) -> TextOut:
    facts, draft = evidence.text, evidence.draft
    named = {(name.where.field, name.where.photo) for name in facts.names}
    return TextOut(
        weighted_length=facts.weighted_length,
        weighted_reference=facts.weighted_reference,
        x_limit=policy.limits.x_length,
        policy_length=facts.policy_length,
        policy_limit=policy.limits.policy_length,
        urls=_entities(facts.urls, facts),
        mentions=_entities(facts.mentions, facts),
        hashtags=_entities(facts.hashtags, facts),
        notes=list(notes(draft, facts, policy)),
        without_names=without_names(draft.text, facts.names) if (Field.TEXT, None) in named else None,
        alt_texts_without_names=[
            without_names(photo.alt_text, facts.names, field=Field.ALT_TEXT, photo=number)
            if (Field.ALT_TEXT, number) in named
            else None
            for number, photo in enumerate(draft.photos)
        ],
    )


def _entities(entities: tuple[Entity, ...], facts: TextFacts) -> list[EntityOut]:
    """A report never names a child, not even in the author's own hashtag."""
    named = [one.where for one in facts.names if one.where.field is Field.TEXT]

    def value(one: Entity) -> str | None:
        return None if any(where.start < one.end and one.start < where.end for where in named) else one.value

    return [EntityOut(value=value(one), start=one.start, end=one.end) for one in entities]


def _photo(facts: PhotoFacts) -> PhotoOut:
    faces = [
        FaceOut(
            box=_box(face.box),
            height_px=face.box.height,
            identifiable=face.identifiable,
            possible=face.possible,
            match=face.match.value if face.match else None,
        )
        for face in facts.faces
    ]
    return PhotoOut(
        sha256=facts.sha256,
        width=facts.width,
        height=facts.height,
        composition=facts.composition.value,
        faces=faces,
        matching=facts.matching.value,
        unseen=[one.value for one in facts.unseen],
    )
