"""What is on record of one child's permissions: what holds, channel by channel, and everything that was ever said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain import Pupil
from app.integrations.permissions import SOCIAL_MEDIA
from app.register.office import Office, require_own
from app.register.sealing import Doing, seal_doing
from app.register.version import is_guarded
from app.register.wishes import NO, NOT_NOTED, not_shown, read_wishes, school_years, standing_noes
from app.store import Store, audit, holds, permissions
from app.store.permissions import Permission, PermissionAnswer

CHANNELS = ("website", SOCIAL_MEDIA, "press", "newsletter", "prospectus", "display")
"""The channels of every form, in its order."""


class State(StrEnum):
    """Where a family's answer about one channel stands."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NOT_ANSWERED = "not_answered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What holds for one channel; ``since`` is the school year it was answered in, or empty."""

    channel: str
    state: State
    since: str = ""


@dataclass(frozen=True, slots=True)
class PupilRecord:
    """A child, what holds for them this school year, and all answers, latest first."""

    pupil: Pupil
    school_year: str
    may_be_shown: bool
    channels: tuple[ChannelState, ...]
    history: tuple[Permission, ...]


def channel_state(channel: str, years: Sequence[tuple[str, Iterable[Permission]]]) -> ChannelState:
    """What holds for a channel, from one pupil's current answers by school year, this one first.

    A no holds until it is answered anew, and beside a yes; a yes expires with its school year.
    """
    said = [(year, [one for one in answers if one.channel.partition("/")[0] == channel]) for year, answers in years]
    unnamed = _standing_unnamed(said)
    noes = [(said[back][0], answer) for back, _, answer in standing_noes([answers for _, answers in said])]
    since = next((year for year, _ in said if year == unnamed or year in dict(noes)), None)
    if since is not None:
        only_withdrawn = not unnamed and all(answer is PermissionAnswer.WITHDRAWN for _, answer in noes)
        return ChannelState(channel, State.WITHDRAWN if only_withdrawn else State.REFUSED, since)
    for back, (year, answers) in enumerate(said):
        if any(one.answer is PermissionAnswer.GRANTED for one in answers):
            return ChannelState(channel, State.EXPIRED if back else State.GRANTED, year)
    return ChannelState(channel, State.NOT_ANSWERED)


def _standing_unnamed(said: Sequence[tuple[str, Sequence[Permission]]]) -> str:
    """The school year of a no of nobody knows whom that was not ended since, or empty."""
    for year, answers in said:
        for one in answers:
            if one.channel.endswith(f"/{NOT_NOTED}"):
                return year if one.answer in NO else ""
    return ""


def read_record(office: Office, pupil_id: str, *, by: str, now: datetime) -> PupilRecord:
    """The record of a child; looking at it is audited. NotFound if there is no such pupil."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        pupil = require_own(store, pupil_id)
        detail = {"sealed": seal_doing(office.vault, Doing.READ)}
        audit.append(store, audit.Action.PERMISSIONS_READ, pupil_id, detail, by=by, now=now)
        return _record(office, store, pupil, office.day(now))


def _record(office: Office, store: Store, pupil: Pupil, day: date) -> PupilRecord:
    history = permissions.history(store, pupil.id)
    years = school_years(office.policy, day)
    standing = [(year, [one for one in history if one.current and one.school_year == year]) for year in years]
    others = sorted({one.channel.partition("/")[0] for one in history} - set(CHANNELS))
    wishes = read_wishes(store, office.policy, day, {hold.pupil for hold in holds.standing(store)})
    hidden = not is_guarded(pupil, office.policy, day) or bool(not_shown([pupil], wishes, office.policy, day))
    return PupilRecord(
        pupil,
        years[0],
        not hidden,
        tuple(channel_state(channel, standing) for channel in (*CHANNELS, *others)),
        tuple(reversed(history)),
    )
