"""The yearly round: how it stands, whom it still waits for, and the slips that go home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.domain import Pupil
from app.errors import Conflict
from app.policy import NotAnswered
from app.register.office import Office
from app.register.wishes import due_on, round_is_over, school_years, standing_answer
from app.store import Store, permissions, roster
from app.store.permissions import Form, PermissionAnswer, Round


@dataclass(frozen=True, slots=True)
class RoundState:
    """How this school year's round stands; ``days`` is None until it is opened, ``form`` until there is a wording.

    ``asked`` counts the children on roll, ``unanswered`` those whose family has not said anything about posts on X.
    """

    school_year: str
    days: tuple[date, date] | None
    is_over: bool
    answers_as_of: datetime | None
    not_answered: NotAnswered
    form: Form | None
    asked: int
    unanswered: int

    @property
    def blank_means(self) -> str:
        """What a blank means, in plain words."""
        return what_a_blank_means(self.not_answered)


def what_a_blank_means(not_answered: NotAnswered) -> str:
    """What the school's policy makes of silence, in words for families and staff."""
    if not_answered is NotAnswered.REFUSE:
        return "No answer means no: a child is shown only if the family said yes this school year."
    return (
        "No answer by the date given means yes: a child may be shown unless somebody said no. Until that date, "
        "and before this school year's round is opened, no answer means no."
    )


@dataclass(frozen=True, slots=True)
class Slip:
    """One child who is asked about, and by when; ``overdue`` once that day has passed."""

    pupil: Pupil
    due_on: date | None
    overdue: bool


def read_round(office: Office, now: datetime) -> RoundState:
    """This school year's round as it stands."""
    day = office.day(now)
    with office.database.read() as session:
        store = Store(session, office.school_id)
        year = school_years(office.policy, day)[0]
        asked = permissions.round_of(store, year)
        form = permissions.latest_form(store)
        slips = _slips(store, asked, day)
        silent = _unanswered(store, year, slips)
    opened = (asked.opened_on, asked.due_on) if asked and asked.opened_on and asked.due_on else None
    return RoundState(
        year,
        opened,
        round_is_over(asked, day),
        asked.as_of if asked else None,
        office.policy.not_answered,
        form,
        len(slips),
        len(silent),
    )


@dataclass(frozen=True, slots=True)
class Forms:
    """What goes home: the wording, and a slip for each child."""

    round: RoundState
    form: Form
    slips: tuple[Slip, ...]


def read_forms(office: Office, now: datetime) -> Forms:
    """The forms of this school year's round, by class and name; Conflict before it is opened."""
    state = read_round(office, now)
    if state.days is None or state.form is None:
        raise Conflict("This school year's round is not open: open it first.", slug="round-not-open")
    with office.database.read() as session:
        store = Store(session, office.school_id)
        asked = permissions.round_of(store, state.school_year)
        return Forms(state, state.form, _slips(store, asked, office.day(now)))


def unanswered(office: Office, now: datetime) -> tuple[Slip, ...]:
    """The children on roll whose family has said nothing this school year about posts on X, by class and name."""
    day = office.day(now)
    with office.database.read() as session:
        store = Store(session, office.school_id)
        year = school_years(office.policy, day)[0]
        return _unanswered(store, year, _slips(store, permissions.round_of(store, year), day))


def _slips(store: Store, asked: Round | None, day: date) -> tuple[Slip, ...]:
    joined = roster.joined(store)
    on_roll = (pupil for pupil in roster.every(store) if pupil.left_on is None)
    ordered = sorted(on_roll, key=lambda one: (one.class_name, one.legal_surname, one.legal_first, one.id))
    return tuple(
        Slip(pupil, due_on(asked, joined.get(pupil.id)), round_is_over(asked, day, joined.get(pupil.id)))
        for pupil in ordered
    )


def _unanswered(store: Store, year: str, slips: tuple[Slip, ...]) -> tuple[Slip, ...]:
    by_pupil: dict[str, list[permissions.Permission]] = {}
    for one in permissions.current(store, year):
        by_pupil.setdefault(one.pupil, []).append(one)
    return tuple(
        slip for slip in slips if standing_answer([by_pupil.get(slip.pupil.id, [])]) is PermissionAnswer.NOT_ANSWERED
    )
