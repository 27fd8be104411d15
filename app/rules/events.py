"""Events: where the children will be, and when, is told afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain import Cue, Event, EventNamed, Evidence, Outcome, TextFacts, Topic, Words
from app.policy import Policy
from app.rules.places import place
from app.rules.rule import DRAFT, NOW, SCHOOL, Remark, given, rule

_TO_COME = Event(
    "trip", "Trip to the mill", datetime(2019, 6, 20, 8, tzinfo=UTC), datetime(2019, 6, 20, 14, tzinfo=UTC)
)
_UNDER_WAY = replace(
    _TO_COME, starts_at=datetime(2019, 6, 12, 8, tzinfo=UTC), ends_at=datetime(2019, 6, 12, 14, tzinfo=UTC)
)
_OVER = replace(_UNDER_WAY, ends_at=NOW)
_AHEAD = replace(SCHOOL, events=(_TO_COME,))
_WORDS = "On Thursday we go to the mill."
_NAMED = TextFacts(events=(EventNamed("trip", Words(21, 29), dated=True),))
_SOON = TextFacts(cues=(Cue(Topic.TO_COME, Words(0, 11), "a day to come"),))
_HINT = "Hold it until the event is over, or leave out time and place."


@rule(
    id="events.not-yet-over",
    title="Events are reported when they are over",
    clause="posting-2",
    outcome=Outcome.REFER,
    fails=[
        given(draft=replace(DRAFT, event_id="trip"), school=replace(SCHOOL, events=(_UNDER_WAY,))),
        given(draft=replace(DRAFT, event_id="trip")),
        given(_WORDS, text=_NAMED, school=replace(SCHOOL, events=(_TO_COME,))),
        given(_WORDS, text=_SOON),
        given(draft=replace(DRAFT, event_id="trip", publish_at=_TO_COME.ends_at - timedelta(minutes=1)), school=_AHEAD),
        given(_WORDS, text=_SOON, draft=replace(DRAFT, publish_at=_TO_COME.ends_at)),
        given(draft=replace(DRAFT, event_id="trip", publish_at=NOW - timedelta(days=1)), school=_AHEAD),
    ],
    passes=[
        given(draft=replace(DRAFT, event_id="trip", publish_at=_TO_COME.ends_at), school=_AHEAD),
        given(_WORDS, text=_NAMED, draft=replace(DRAFT, publish_at=_TO_COME.ends_at), school=_AHEAD),
        given(draft=replace(DRAFT, event_id="trip"), school=replace(SCHOOL, events=(_OVER,))),
        given("We went to the mill.", text=_NAMED, school=replace(SCHOOL, events=(_OVER,))),
        given(
            "We look forward to the mill.",
            text=TextFacts(events=(EventNamed("trip", Words(20, 28)),)),
            school=replace(SCHOOL, events=(_TO_COME,)),
        ),
    ],
)
def not_yet_over(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Whoever knows where children will be at a given hour can be there too.

    A child may be at the school under protection; so an event is told with its time or place only
    when everyone has gone home. A draft that is held back is judged as of the instant it is to be
    published at, when it is judged once more; words that speak of something to come stay what they are.
    """
    told: dict[str, Words | None] = {
        named.event: named.where for named in reversed(evidence.text.events) if named.dated
    }
    if evidence.draft.event_id is not None:
        told.setdefault(evidence.draft.event_id, None)
    as_of = max(evidence.now, evidence.draft.publish_at or evidence.now)
    pending = False
    for event_id, where in told.items():
        event = evidence.school.event(event_id)
        if event is None:
            pending = True
            yield Remark(
                "The event is no longer in the calendar: whether it is over could not be checked.",
                _HINT,
                where,
                unmade=True,
            )
        elif event.ends_at > as_of:
            pending = True
            yield Remark(f"The event is not over until {_when(event.ends_at, policy)}.", _HINT, where)
    cue = next(evidence.text.about(Topic.TO_COME), None)
    if cue and not pending:  # most likely the words of the same event
        yield Remark(f"Words in {place(cue.where)} may tell where children are to be found, or when.", _HINT, cue.where)


def _when(instant: datetime, policy: Policy) -> str:
    local = policy.local(instant)
    return f"{local.day} {local:%B %Y at %H:%M}"
