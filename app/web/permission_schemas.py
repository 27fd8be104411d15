"""Permissions, the yearly round and holds as they go in and out as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from app import register
from app.register.forms import LONGEST
from app.register.holds import LONGEST_REASON, HoldLine
from app.register.record import PupilRecord
from app.register.rounds import RoundState, Slip
from app.store.holds import Hold
from app.store.permissions import Form, Permission
from app.web.schemas import UNSTORABLE, DayIn, Incoming, Outgoing


def _clean(text: str) -> str:
    if UNSTORABLE.search(text):
        raise ValueError("must not hold NUL characters or lone surrogates")
    return text


class FormIn(Incoming):
    """The wording in which families are asked."""

    wording: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(_clean)]


class FormOut(Outgoing):
    """A wording; versions count from 1 and are all kept."""

    version: int
    wording: str
    kept_at: datetime
    kept_by: str


class RoundStateOut(Outgoing):
    """This school year's round."""

    school_year: str
    opened_on: date | None = Field(description="Null until the round is opened.")
    due_on: date | None
    is_over: bool
    answers_as_of: datetime | None = Field(description="When a file of answers was last loaded.")
    not_answered: Literal["refuse", "allow"] = Field(description="What the policy makes of a blank.")
    blank_means: str = Field(description="The same in plain words.")
    form: FormOut | None
    asked: int = Field(description="Children on roll.")
    unanswered: int = Field(description="Of these, whose family has said nothing this year about posts on X.")


class SlipOut(Outgoing):
    """A child whose family is asked."""

    pupil: str
    upn: str
    name: str
    class_name: str
    due_on: date | None = Field(description="For a child who came later: as long as the others had, from that day.")
    overdue: bool


class SlipPage(Outgoing):
    """A page of children, by class and name."""

    items: list[SlipOut]
    next: str | None


class ChannelOut(Outgoing):
    """What holds for one channel this school year."""

    channel: str
    state: Literal["granted", "refused", "withdrawn", "not_answered", "expired"]
    since: str | None = Field(description="The school year it was answered in.")


class AnswerOut(Outgoing):
    """One answer as it was recorded."""

    school_year: str
    channel: str
    answer: Literal["granted", "refused", "not_answered", "withdrawn"]
    told_by: str = Field(description="Who said it; empty where a file said it or nobody noted it.")
    told_on: date | None
    form: str
    source: str = Field(description="`mis`: a file of all answers; `told`: one person's word.")
    recorded_at: datetime
    recorded_by: str
    current: bool = Field(description="Whether nothing came in its place that school year.")


class RecordOut(Outgoing):
    """A child's permissions, for holders of ``register:write`` alone."""

    pupil: str
    school_year: str
    may_be_shown: bool
    channels: list[ChannelOut]
    history: list[AnswerOut] = Field(description="Latest first.")


class HoldIn(Incoming):
    """A safeguarding hold to set."""

    level: Literal["no_publish", "no_name", "no_location"] = "no_publish"
    reason: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON), AfterValidator(_clean)] = Field(
        description="Sealed; only the safeguarding lead can read it."
    )
    review_on: DayIn | None = Field(default=None, description="When to look at it again.")


class HoldOut(Outgoing):
    """A hold, without its reason."""

    id: str
    pupil: str
    level: Literal["no_publish", "no_name", "no_location"]
    set_by: str
    set_at: datetime
    review_on: date | None
    lifted_by: str | None
    lifted_at: datetime | None


class HoldPage(Outgoing):
    """A page of the holds that stand, those to be reviewed first in front."""

    items: list[HoldOut]
    next: str | None


class HoldLineOut(Outgoing):
    """One thing that was done about a child's holds, and the number of its audit line."""

    seq: int
    at: datetime
    by: str
    done: Literal["hold", "lift", "end", "reason"]


class HoldsOfPupil(Outgoing):
    """A child's holds, lifted ones too, and what was done about them, as the audit trail proves it."""

    items: list[HoldOut]
    history: list[HoldLineOut]


class HoldReason(Outgoing):
    """Why a hold was set."""

    id: str
    reason: str


# ---------------------------------------------------------------- as JSON


def form_out(form: Form) -> FormOut:
    """A wording as JSON."""
    return FormOut(version=form.version, wording=form.wording, kept_at=form.kept_at, kept_by=form.kept_by)


def round_out(state: RoundState) -> RoundStateOut:
    """The round as JSON."""
    opened_on, due_on = state.days or (None, None)
    return RoundStateOut(
        school_year=state.school_year,
        opened_on=opened_on,
        due_on=due_on,
        is_over=state.is_over,
        answers_as_of=state.answers_as_of,
        not_answered=state.not_answered.value,
        blank_means=state.blank_means,
        form=form_out(state.form) if state.form else None,
        asked=state.asked,
        unanswered=state.unanswered,
    )


def slip_out(slip: Slip) -> SlipOut:
    """A child who is asked about, as JSON."""
    child = register.called(slip.pupil)
    return SlipOut(
        pupil=child.id,
        upn=slip.pupil.upn,
        name=child.name,
        class_name=child.class_name,
        due_on=slip.due_on,
        overdue=slip.overdue,
    )


def record_out(record: PupilRecord) -> RecordOut:
    """A child's permissions as JSON."""
    return RecordOut(
        pupil=record.pupil.id,
        school_year=record.school_year,
        may_be_shown=record.may_be_shown,
        channels=[
            ChannelOut(channel=one.channel, state=one.state.value, since=one.since or None) for one in record.channels
        ],
        history=[_answer_out(one) for one in record.history],
    )


def _answer_out(one: Permission) -> AnswerOut:
    return AnswerOut(
        school_year=one.school_year,
        channel=one.channel.partition("/")[0],
        answer=one.answer.value,
        told_by=one.told_by,
        told_on=one.told_on,
        form=one.form,
        source=one.source,
        recorded_at=one.recorded_at,
        recorded_by=one.recorded_by,
        current=one.current,
    )


def hold_out(hold: Hold) -> HoldOut:
    """A hold as JSON."""
    return HoldOut(
        id=hold.id,
        pupil=hold.pupil,
        level=hold.level.value,
        set_by=hold.set_by,
        set_at=hold.set_at,
        review_on=hold.review_on,
        lifted_by=hold.lifted_by,
        lifted_at=hold.lifted_at,
    )


def hold_line_out(line: HoldLine) -> HoldLineOut:
    """A line of a hold's history as JSON."""
    return HoldLineOut.model_validate({"seq": line.seq, "at": line.at, "by": line.by, "done": line.doing.value})
