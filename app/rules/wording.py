"""Wording: what is said, how much of it, and what must not be said in public."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from app.domain import Cue, Entity, Evidence, Outcome, PhotoFacts, TextFacts, Topic, Words
from app.policy import Policy
from app.rules.places import listed, place, quoted
from app.rules.published import is_published
from app.rules.rule import DRAFT, Remark, given, rule

_URL_LENGTH = 23  # what twitter-text v3 counts for every URL
_LONG = "We planted beans. " * 8
_INVISIBLE = TextFacts(visible=False)


def _cue(topic: Topic, start: int, end: int, note: str = "") -> TextFacts:
    return TextFacts(cues=(Cue(topic, Words(start, end), note),))


def _about(evidence: Evidence, topic: Topic, what: str, hint: str) -> Iterator[Remark]:
    """A remark for every cue of a topic: ``what``, where it stands, and what exactly was seen."""
    for cue in evidence.text.about(topic):
        yield Remark(f"{what} in {place(cue.where)}{f': {cue.note}' if cue.note else ''}.", hint, cue.where)


@rule(
    id="wording.empty",
    title="There is something to post",
    clause="twitter-1",
    outcome=Outcome.REJECT,
    fails=[given("", text=_INVISIBLE), given("\u200b\u2060", text=_INVISIBLE)],
    passes=[
        given("", text=_INVISIBLE, photos=(PhotoFacts(),)),
        given("", text=_INVISIBLE, draft=replace(DRAFT, repost_of="https://x.com/whitehouseps/status/1")),
    ],
)
def empty(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """A post without a visible character, a photo or another post to repeat says nothing, and X refuses it."""
    if not evidence.text.visible and not evidence.draft.photos and not evidence.draft.repost_of:
        yield Remark("There is no text and no photo.", "Write something or add a photo.")


@rule(
    id="wording.too-long",
    title="The post is short enough",
    clause="twitter-1",
    outcome=Outcome.REJECT,
    fails=[
        given(_LONG, text=TextFacts(weighted_length=144, policy_length=144)),
        given("校" * 140 + "!", text=TextFacts(weighted_length=281, policy_length=140)),
    ],
    passes=[
        given(_LONG[:140], text=TextFacts(weighted_length=140, policy_length=140)),
        given("校" * 140, text=TextFacts(weighted_length=280, policy_length=140)),
    ],
)
def too_long(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """The paper knows Tweets of 140 characters; X cuts nothing off but refuses what is over its own limit."""
    text, limits = evidence.text, policy.limits
    if text.policy_length <= limits.policy_length and text.weighted_length <= limits.x_length:
        return
    beyond = _beyond(evidence.draft.text, text.urls, limits.policy_length)
    yield Remark(
        f"The post is too long: it has {text.policy_length} characters where the school's policy allows {limits.policy_length},"
        f" and counts {text.weighted_length} for X, which takes {limits.x_length}.",
        "Say less, or make two posts of it.",
        beyond if text.policy_length > limits.policy_length else None,
    )


def _beyond(text: str, urls: tuple[Entity, ...], limit: int) -> Words | None:
    """The words from about where the policy's limit is passed: URLs count whole, marks on letters not at all."""
    lengths = {url.start: url.end for url in urls}
    counted, place_ = 0, 0
    while place_ < len(text):
        end = lengths.get(place_, place_ + 1)
        counted += _URL_LENGTH if place_ in lengths else not unicodedata.combining(text[place_])
        if counted > limit:
            return Words(place_, len(text))
        place_ = end
    return None


@rule(
    id="wording.offensive",
    title="No offensive language",
    clause="inappropriate-2",
    outcome=Outcome.REJECT,
    fails=[given("What a load of cr@p.", text=_cue(Topic.OFFENSIVE, 15, 19, "a swear word"))],
    passes=[given("What a load of compost.")],
)
def offensive(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """The school does not speak so, however the word is spelt."""
    yield from _about(evidence, Topic.OFFENSIVE, "Offensive language", "Say it in other words.")


@rule(
    id="wording.undermining",
    title="Nobody is run down",
    clause="inappropriate-5",
    outcome=Outcome.REFER,
    fails=[
        given(
            "Unlike the useless lot at Hilltop, we won.",
            text=_cue(Topic.UNDERMINING, 7, 33, "runs down another school"),
        )
    ],
    passes=[given("We won against Hilltop: a fine match by both.")],
)
def undermining(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """What runs down the school, its people or another school comes back to it; whether it does so, a person hears."""
    hint = "Say what went well, without the comparison."
    yield from _about(evidence, Topic.UNDERMINING, "Words that may run somebody down", hint)


@rule(
    id="wording.private-details",
    title="No private details",
    clause="inappropriate-3",
    outcome=Outcome.REJECT,
    fails=[given("Ring Mrs Baker on 07700 900123.", text=_cue(Topic.PRIVATE_DETAIL, 18, 30, "a phone number"))],
    passes=[given("Ring the office.")],
)
def private_details(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """A number, an address or a date of birth leads strangers to a person.

    The school's own details, as the policy lists them, are everyone's to know.
    """
    hint = "Leave it out, or give the school office's."
    for remark in _about(evidence, Topic.PRIVATE_DETAIL, "Private details", hint):
        if not is_published(quoted(evidence, remark.where), policy.published):
            yield remark


@rule(
    id="wording.sensitive-fact",
    title="Nothing sensitive about a child",
    clause="inappropriate-3",
    outcome=Outcome.REFER,
    fails=[
        given("Our two pupils with epilepsy were so brave.", text=_cue(Topic.SENSITIVE, 8, 28, "health")),
        given(text=TextFacts(unread=("wording",))),
    ],
    passes=[given("We learnt about the heart and the lungs."), given(text=TextFacts(unread=("names",)))],
    alongside=("names.perhaps-pupil",),
)
def sensitive_fact(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Health, needs, faith, family, free meals or behaviour are nobody's business, even where no name is given.

    What could not be read at all is read by a person for this, as for everything else.
    """
    hint = "Leave it out, or write of the whole class."
    yield from _about(evidence, Topic.SENSITIVE, "Something sensitive about a child or a small group", hint)
    unread = tuple(part for part in evidence.text.unread if part != "names")
    if unread:
        yield Remark(f"Not all wording could be checked: {listed(unread)}.", "Read it yourself.", unmade=True)


@rule(
    id="wording.letter-home",
    title="What families must know goes home as a letter too",
    clause="purpose-3",
    outcome=Outcome.ADVISE,
    fails=[given("School is closed on Friday. ", text=_cue(Topic.LETTER_HOME, 0, 26, "a closure"))],
    passes=[given("The school garden is in bloom.")],
)
def letter_home(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Not every family follows the account: the post runs alongside the letter and does not replace it."""
    hint = "Send it home as a letter or message as well."
    yield from _about(evidence, Topic.LETTER_HOME, "Something families must know", hint)


@rule(
    id="wording.accidental-link",
    title="No link by accident",
    clause="about-2",
    outcome=Outcome.ADVISE,
    fails=[given("We had fun today.It was great.", text=_cue(Topic.ACCIDENTAL_LINK, 12, 20))],
    passes=[given("We had fun today. It was great.")],
)
def accidental_link(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Where the blank after a full stop is missing, X may make a live link to somebody else's site."""
    hint = "Put a blank after the full stop."
    yield from _about(evidence, Topic.ACCIDENTAL_LINK, "A missing blank makes a link", hint)
