"""The examples in a rule's papers, in words: what the post says and shows, and what of that matters for the rule."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain import Certainty, Composition, Draft, Evidence, Face, Match, Matching, PhotoFacts
from app.policy import Policy
from app.rules.rule import DRAFT, NOW, SCHOOL, Rule
from app.web.slips import told_day

_SURE = {
    Certainty.CERTAIN: "the words name a pupil",
    Certainty.LIKELY: "the words name a pupil, misspelt or joined up",
    Certainty.AMBIGUOUS: "the words may name a pupil, or mean something else",
}
_COMPOSITION = {
    Composition.NOBODY: "nobody in it",
    Composition.INDIVIDUAL: "one person",
    Composition.PAIR: "two people",
    Composition.GROUP: "a group",
}
_LIKE = {
    Match.CLEAR: "a face is a child's who must not be shown, by all likeness",
    Match.POSSIBLE: "a face may be a child's who must not be shown",
}
_LONG = 160  # code points


def told(evidence: Evidence) -> str:
    """An example in a sentence or two: the words of the post, then what else is about it."""
    text = evidence.draft.text
    shown = (
        f"“{text[:_LONG]}{'…' if len(text) > _LONG else ''}”"
        if text.strip("\u200b\u2060 ")
        else "No words that can be seen"
    )
    others = [*_words(evidence), *_draft(evidence.draft), *_photos(evidence), *_school(evidence)]
    return f"{shown}: {'; '.join(others)}." if others else f"{shown}{'' if shown.endswith('”') else '.'}"


def answers(rule: Rule, evidence: Evidence, policy: Policy) -> tuple[str, ...]:
    """What the rule says to an example, each thing once."""
    return tuple(dict.fromkeys(remark.message for remark in rule.check(evidence, policy)))


def _words(evidence: Evidence) -> Iterator[str]:
    text = evidence.text
    if text.policy_length:
        yield f"{text.policy_length} characters, {text.weighted_length} as X counts"
    for name in text.names:
        yield _SURE[name.certainty] if name.pupils else "the words name a child who is not on the roster"
    for cue in text.cues:
        if cue.note:
            yield cue.note
    for mention in text.mentions:
        private = mention.account in evidence.school.staff_handles
        yield f"@{mention.value} is {'a member of staff’s own account' if private else 'another account'}"
    for url in text.urls:
        yield f"it leads to {url.value}"
    if text.answers:
        yield f"it begins with @{text.answers}"
    for event in text.events:
        yield f"the words mean an event of the calendar{', with its time or place' if event.dated else ''}"
    for unread in text.unread:
        yield f"the words could not be looked through for {unread}"


def _draft(draft: Draft) -> Iterator[str]:
    if draft.repost_of:
        yield f"it repeats {draft.repost_of}"
    if draft.reply_to:
        yield f"it answers {draft.reply_to}"
    if draft.account != DRAFT.account:
        yield f"for the account {draft.account}"
    if draft.classes:
        yield f"declared: {', '.join(draft.classes)}"
    if draft.outsiders:
        yield "children from elsewhere may be pictured"
    if draft.author is None:
        yield "nobody says who wrote it"
    yield from _sent(draft)


def _sent(draft: Draft) -> Iterator[str]:
    for photo in draft.photos:
        described = photo.alt_text.strip("\u200b\u3164 .")
        if not described:
            yield "without a description"
        elif photo.alt_text != "Children at work":
            yield f"described as “{photo.alt_text}”"
        if photo.dropped:
            yield f"the file told its {' and '.join(photo.dropped)}"


def _photos(evidence: Evidence) -> Iterator[str]:
    for photo in evidence.photos:
        yield _photo(photo)
    for _ in evidence.draft.photos[len(evidence.photos) :]:
        yield "a photo that was not looked at"


def _photo(photo: PhotoFacts) -> str:
    said = [f"a photo with {_COMPOSITION[photo.composition]}"]
    said += dict.fromkeys(word for face in photo.faces for word in _face(face))
    if photo.dominant is not None:
        said.append("one of them stands out")
    if photo.unseen:
        said.append(f"not everything could be seen ({', '.join(one.value.replace('-', ' ') for one in photo.unseen)})")
    if photo.line_ups:
        ruled_out = all(one.ruled_out for one in photo.line_ups) and photo.matching is Matching.DONE
        said.append("faces were compared, and the child is ruled out" if ruled_out else "faces were not compared")
    return ", ".join(said)


def _face(face: Face) -> Iterator[str]:
    if face.match is not None:
        yield _LIKE[face.match]
    if face.identifiable:
        yield "a face is close, sharp and seen from the front"


def _school(evidence: Evidence) -> Iterator[str]:
    school, draft = evidence.school, evidence.draft
    if draft.event_id:
        event = school.event(draft.event_id)
        yield "it reports an event that " + (
            "nobody knows of" if event is None else "is over" if event.ends_at <= evidence.now else "is not over"
        )
    if school.not_shown:
        yield f"a child of {', '.join(sorted({one.class_name for one in school.not_shown}))} must not be shown"
    if school.roster_as_of != SCHOOL.roster_as_of:
        yield (
            f"the roster is of {told_day(school.roster_as_of.date())}"
            if school.roster_as_of
            else "no roster was loaded"
        )
    if school.permissions_as_of != SCHOOL.permissions_as_of:
        asked = school.permissions_as_of
        yield (
            f"families' answers are of {told_day(asked.date())}" if asked else "families have not been asked this year"
        )
    if school.dpia_review_on:
        yield f"the assessment of face matching was to be reviewed by {told_day(school.dpia_review_on)}"
    for account in school.accounts:
        if account.posters:
            yield f"@{account.handle} is for named people, {'the author among them' if draft.author in account.posters else 'and the author is none'}"
    if evidence.now != NOW or school.roster_as_of != SCHOOL.roster_as_of:
        yield f"on {told_day(evidence.now.date())}"
