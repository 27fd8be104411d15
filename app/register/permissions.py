"""What families answered: the school's register of answers, one family's word, the yearly round."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain import Pupil
from app.errors import Fault, Malformed
from app.integrations.permissions import SOCIAL_MEDIA, Given, PermissionSheet, channel_of, read_permissions
from app.integrations.sheets import Problem, condense, has_errors
from app.register import version
from app.register.office import Difference, Office, refuse_errors, require_own
from app.register.wishes import NO, answer_of, school_years
from app.store import Store, holds, roster
from app.store import permissions as kept
from app.store.permissions import Permission, PermissionAnswer

_FROM_FILE = {
    Given.GRANTED: PermissionAnswer.GRANTED,
    Given.REFUSED: PermissionAnswer.REFUSED,
    Given.NOT_ANSWERED: PermissionAnswer.NOT_ANSWERED,
}


# ---------------------------------------------------------------- the whole register of answers


@dataclass(frozen=True, slots=True)
class PermissionPlan:
    """What a permissions file records; ``difference`` is by UPN and of what holds, not of what was written."""

    given: tuple[kept.Given, ...] = ()
    difference: Difference = field(default_factory=Difference)


def plan_permissions(pupils: Sequence[Pupil], current: Sequence[Permission], sheet: PermissionSheet) -> PermissionPlan:
    """What ``sheet`` records beside this school year's ``current`` answers.

    A pupil or channel that the file leaves out counts as not answered. A no stays until there is
    an answer in its place: a blank is none.
    """
    if has_errors(sheet.problems):
        return PermissionPlan(difference=Difference(problems=sheet.problems))
    ids = {pupil.upn: pupil.id for pupil in pupils}
    problems = list(sheet.problems)
    standing = {(one.pupil, one.channel): one.answer for one in current if "/" not in one.channel}
    wanted = dict.fromkeys(standing, PermissionAnswer.NOT_ANSWERED)
    for row in sheet.rows:
        pupil = ids.get(row.key)
        if pupil is None:
            problems.append(Problem(row.line, "no pupil on the roster has this UPN; the row is not used", "UPN", True))
            continue
        for channel, answer in row.answers.items():
            wanted[pupil, channel] = _FROM_FILE[answer]
            if answer is Given.NOT_ANSWERED and standing.get((pupil, channel)) in NO:
                problems.append(Problem(row.line, "no answer now; the no given earlier holds", channel, True))
    problems += _unmatched(pupils, ids, sheet)
    new = {
        place: answer
        for place, answer in wanted.items()
        if not (answer is PermissionAnswer.NOT_ANSWERED and standing.get(place) in NO)
    }
    given = tuple(kept.Given(pupil, channel, answer) for (pupil, channel), answer in new.items())
    upns = {pupil: upn for upn, pupil in ids.items()}
    return PermissionPlan(given, _difference(new, standing, upns, condense(problems)))


def _unmatched(pupils: Sequence[Pupil], ids: Mapping[str, str], sheet: PermissionSheet) -> list[Problem]:
    """A file that knows none of the children is another school's; children it leaves out are counted."""
    keys = {row.key for row in sheet.rows}
    if not keys & ids.keys():
        return [Problem(0, "no row has the UPN of a pupil on the roster; is the roster loaded?", "UPN")]
    missing = sum(pupil.left_on is None and pupil.upn not in keys for pupil in pupils)
    return [Problem(0, f"{missing} pupils on roll have no row: not answered", "UPN", True)] if missing else []


_Place = tuple[str, str]


def _difference(
    new: Mapping[_Place, PermissionAnswer],
    standing: Mapping[_Place, PermissionAnswer],
    upns: Mapping[str, str],
    problems: Sequence[Problem],
) -> Difference:
    """By UPN: who has an answer now and had none, whose answers differ, who has none any more."""
    moved = {pupil for (pupil, channel), answer in new.items() if standing.get((pupil, channel)) is not answer}
    before, after = _answered(standing), _answered({**standing, **new})
    told = sorted(((pupil, upns[pupil]) for pupil in moved if pupil in upns), key=lambda one: one[1])
    return Difference(
        tuple(upn for pupil, upn in told if pupil in after - before),
        tuple(upn for pupil, upn in told if pupil in after & before),
        tuple(upn for pupil, upn in told if pupil in before - after),
        tuple(problems),
    )


def _answered(answers: Mapping[_Place, PermissionAnswer]) -> set[str]:
    return {pupil for (pupil, _), answer in answers.items() if answer is not PermissionAnswer.NOT_ANSWERED}


def import_permissions(office: Office, data: bytes, *, by: str, now: datetime, dry_run: bool = False) -> Difference:
    """Take in the school's register of answers for this school year, which from then on is up to date.

    With ``dry_run`` only says what it would change. FileRefused if the file has errors.
    """
    sheet = read_permissions(data)
    year = school_years(office.policy, office.day(now))[0]
    if dry_run:
        with office.database.read() as session:
            store = Store(session, office.school_id)
            return plan_permissions(roster.every(store), kept.current(store, year), sheet).difference
    refuse_errors(sheet.problems)
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        plan = plan_permissions(roster.every(store), kept.current(store, year), sheet)
        refuse_errors(plan.difference.problems)
        kept.load(store, year, plan.given, source="mis", by=by, now=now)
        version.stamp(store, office.policy, now)
    return plan.difference


# ---------------------------------------------------------------- one family's word


@dataclass(frozen=True, slots=True)
class Word:
    """What one person said for one pupil: ``told_by`` is who (``mother``, ``the child``), ``form`` what was signed.

    ``channel`` is one that permissions files know, under any of its headings, or another, on which no post depends.
    """

    answer: PermissionAnswer
    channel: str = SOCIAL_MEDIA
    told_by: str = ""
    told_on: date | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for posts on X; ``note`` says why the word just recorded does not decide it, or is ``""``."""

    answer: PermissionAnswer
    note: str = ""


_STILL_NO = "Another no on record still stands; it holds until whoever gave it takes it back."
_NO_ELSEWHERE = "Posts on X do not depend on this channel: the no is recorded, but does not keep the child out of them."
_YES_ELSEWHERE = "A yes to this channel is no yes to posts on X, about which there is no answer."


def _standing(answer: PermissionAnswer, given: PermissionAnswer) -> Standing:
    """What holds, and a note where that is not what was ``given``; never of who gave the other answer."""
    if given in NO:
        return Standing(answer, "" if answer is PermissionAnswer.REFUSED else _NO_ELSEWHERE)
    if answer is PermissionAnswer.REFUSED:
        return Standing(answer, _STILL_NO)
    if given is PermissionAnswer.GRANTED and answer is PermissionAnswer.NOT_ANSWERED:
        return Standing(answer, _YES_ELSEWHERE)
    return Standing(answer)


def record_permission(office: Office, pupil_id: str, word: Word, *, by: str, now: datetime) -> Standing:
    """Record what somebody said, at once; returns what now holds for posts on X.

    Each person's word stands beside the file's and the other persons': where any of them is a no, it is no.
    Only the same person takes back their own. A child under a hold looks here like one whose family said no.
    NotFound if there is no such pupil; Malformed for a day to come.
    """
    today = office.day(now)
    if word.told_on and word.told_on > today:
        raise Malformed("The day lies in the future.", errors=(Fault("#/told_on", "lies in the future"),))
    years = school_years(office.policy, today)
    teller = re.sub(r"\W+", " ", word.told_by.casefold()).strip() or "office"
    raw = "; ".join(part for part in (word.told_by, word.told_on and word.told_on.isoformat(), word.form) if part)
    channel = channel_of(word.channel) or word.channel.partition("/")[0]
    given = kept.Given(pupil_id, f"{channel}/{teller}", word.answer, raw)
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        require_own(store, pupil_id)
        kept.record(store, years[0], [given], source="told", by=by, now=now)
        version.stamp(store, office.policy, now)
        held = any(hold.pupil == pupil_id for hold in holds.standing(store))
        answer = PermissionAnswer.REFUSED if held else answer_of(store, office.policy, today, pupil_id)
    return _standing(answer, word.answer)


def open_round(office: Office, *, opened_on: date, due_on: date, by: str, now: datetime) -> str:
    """Open the round of the school year in which ``opened_on`` falls, and return that year's name.

    Until ``due_on`` has passed, silence permits nothing. Malformed if the days are in the wrong
    order or in two school years.
    """
    year = school_years(office.policy, opened_on)[0]
    if due_on < opened_on or school_years(office.policy, due_on)[0] != year:
        detail = "must not lie before the round's opening, nor in another school year"
        raise Malformed("The round's days do not fit.", errors=(Fault("#/due_on", detail),))
    with office.database.write() as session:
        store = Store(session, office.school_id)
        kept.open_round(store, year, opened_on=opened_on, due_on=due_on, by=by, now=now)
        version.stamp(store, office.policy, now)
    return year
