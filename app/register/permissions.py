"""What families answered: the school's register of answers, one family's word, the yearly round."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from app.domain import Pupil
from app.errors import Conflict, Fault, Malformed
from app.integrations.permissions import (
    FORBIDS_POSTS,
    SOCIAL_MEDIA,
    Given,
    PermissionSheet,
    channel_of,
    read_permissions,
)
from app.integrations.sheets import Problem, condense, has_errors
from app.register import version
from app.register.forms import keep_first_form
from app.register.lowered import Place, lowered, noes_before
from app.register.office import Difference, Heard, Office, nobody, refuse_errors, require_own
from app.register.sealing import Doing, seal_doing
from app.register.wishes import NO, NOT_NOTED, OFFICE, answer_of, school_years
from app.store import Store, holds, imports, roster
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
    """What a permissions file records; ``difference`` is by UPN and of what holds, not of what was written.

    ``first`` are those of the answers by which families permit less than before.
    """

    given: tuple[kept.Given, ...] = ()
    first: tuple[kept.Given, ...] = ()
    difference: Difference = field(default_factory=Difference)


def plan_permissions(
    pupils: Sequence[Pupil],
    current: Sequence[Permission],
    sheet: PermissionSheet,
    before: frozenset[Place] = frozenset(),
) -> PermissionPlan:
    """What ``sheet`` records beside this school year's ``current`` answers; ``before`` are the `noes_before`.

    A pupil or channel that the file leaves out counts as not answered. A no stays until there is
    an answer in its place: a blank is none.
    """
    if has_errors(sheet.problems):
        return PermissionPlan(difference=Difference(problems=sheet.problems))
    ids = {pupil.upn: pupil.id for pupil in pupils}
    problems = list(sheet.problems)
    standing = _of_files(current)
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
    silent = [place for place, answer in wanted.items() if answer is PermissionAnswer.NOT_ANSWERED]
    for place in silent:
        if standing.get(place) in NO:
            del wanted[place]
    given = tuple(kept.Given(pupil, channel, answer) for (pupil, channel), answer in wanted.items())
    upns = {pupil: upn for upn, pupil in ids.items()}
    less = lowered(wanted, standing, before)
    told = tuple(sorted({upns[pupil] for pupil, _ in less if pupil in upns}))
    difference = replace(_difference(wanted, standing, upns, condense(problems)), lowered=told)
    return PermissionPlan(given, tuple(one for one in given if (one.pupil, one.channel) in less), difference)


def _of_files(current: Sequence[Permission]) -> dict[Place, PermissionAnswer]:
    """What files said, without what was told by somebody."""
    return {(one.pupil, one.channel): one.answer for one in current if "/" not in one.channel}


def _unmatched(pupils: Sequence[Pupil], ids: Mapping[str, str], sheet: PermissionSheet) -> list[Problem]:
    """A file that knows none of the children is another school's; children it leaves out are counted."""
    keys = {row.key for row in sheet.rows}
    if not keys & ids.keys():
        return [Problem(0, "no row has the UPN of a pupil on the roster; is the roster loaded?", "UPN")]
    missing = sum(pupil.left_on is None and pupil.upn not in keys for pupil in pupils)
    return [Problem(0, f"{missing} pupils on roll have no row: not answered", "UPN", True)] if missing else []


def _difference(
    new: Mapping[Place, PermissionAnswer],
    standing: Mapping[Place, PermissionAnswer],
    upns: Mapping[str, str],
    problems: Sequence[Problem],
) -> Difference:
    """By UPN: who has an answer now and had none, whose answers differ, who has none any more."""
    silence = PermissionAnswer.NOT_ANSWERED
    moved = {place[0] for place, answer in new.items() if standing.get(place, silence) is not answer}
    before, after = _answered(standing), _answered({**standing, **new})
    come, gone, both = after - before, before - after, after & before
    told = sorted(((pupil, upns[pupil]) for pupil in moved if pupil in upns), key=lambda one: one[1])
    return Difference(
        tuple(upn for pupil, upn in told if pupil in come),
        tuple(upn for pupil, upn in told if pupil in both),
        tuple(upn for pupil, upn in told if pupil in gone),
        tuple(problems),
    )


def _answered(answers: Mapping[Place, PermissionAnswer]) -> set[str]:
    return {pupil for (pupil, _), answer in answers.items() if answer is not PermissionAnswer.NOT_ANSWERED}


def import_permissions(
    office: Office, data: bytes, *, by: str, now: datetime, dry_run: bool = False, heard: Heard = nobody
) -> Difference:
    """Take in the school's register of answers for this school year, which from then on is up to date.

    With ``dry_run`` only says what it would change. FileRefused if the file has errors. Answers by which families
    permit less than before are recorded first, in a transaction of their own: if anything fails after it, they stand.
    """
    heard("reading the file")
    with office.database.read() as session:
        chosen = imports.columns(Store(session, office.school_id))
    sheet = read_permissions(data, chosen)
    heard("comparing with the register")
    if dry_run:
        with office.database.read() as session:
            return _planned(office, Store(session, office.school_id), sheet, now).difference
    refuse_errors(sheet.problems)
    difference = _record_lowered(office, sheet, heard, by=by, now=now)
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        plan = _planned(office, store, sheet, now)
        refuse_errors(plan.difference.problems)
        heard("writing all answers")
        difference = difference or plan.difference
        kept.load(store, _year(office, now), plan.given, source="mis", by=by, now=now)
        del plan, sheet  # there may be a hundred thousand pupils in them
        heard("checking what vetting goes by")
        version.stamp(store, office.policy, now)
    return difference


@dataclass(frozen=True, slots=True)
class Move:
    """One family's answer about one channel, as it stands this school year and as a file has it."""

    channel: str
    before: PermissionAnswer
    after: PermissionAnswer


def moved_answers(office: Office, data: bytes, now: datetime) -> dict[str, tuple[Move, ...]]:
    """By UPN, each answer that a permissions file would change; nothing of a file with errors."""
    with office.database.read() as session:
        store = Store(session, office.school_id)
        plan = _planned(office, store, read_permissions(data, imports.columns(store)), now)
        standing = _of_files(kept.current(store, _year(office, now)))
        upns = {pupil.id: pupil.upn for pupil in roster.every(store)}
    found: dict[str, tuple[Move, ...]] = {}
    for one in plan.given:
        before = standing.get((one.pupil, one.channel), PermissionAnswer.NOT_ANSWERED)
        if one.answer is not before and one.pupil in upns:
            upn = upns[one.pupil]
            found[upn] = (*found.get(upn, ()), Move(one.channel, before, one.answer))
    return found


def _record_lowered(
    office: Office, sheet: PermissionSheet, heard: Heard, *, by: str, now: datetime
) -> Difference | None:
    """Record the answers that permit less; returns what the whole sheet changes, or None where there are none."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        plan = _planned(office, store, sheet, now)
        refuse_errors(plan.difference.problems)
        if not plan.first:
            return None
        heard("writing what is permitted no more")
        first, difference = plan.first, plan.difference
        del plan  # there may be a hundred thousand pupils in it
        kept.record(store, _year(office, now), first, source="mis", by=by, now=now)
        version.stamp(store, office.policy, now)
    return difference


def _planned(office: Office, store: Store, sheet: PermissionSheet, now: datetime) -> PermissionPlan:
    this, *earlier = school_years(office.policy, office.day(now))
    before = noes_before(kept.current(store, year) for year in earlier)
    return plan_permissions(roster.every(store), kept.current(store, this), sheet, before)


def _year(office: Office, now: datetime) -> str:
    return school_years(office.policy, office.day(now))[0]


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
    NotFound if there is no such pupil; Malformed for a day to come; Conflict for a yes of nobody knows whom.
    """
    check_word(office, word, now)
    if word.answer not in NO and teller_of(word) == NOT_NOTED:
        raise Conflict(
            "Nobody noted who gave this no, so nobody can be known to take it back: ask the safeguarding lead.",
            slug="unnamed-no",
        )
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        require_own(store, pupil_id)
        write_word(office, store, pupil_id, word, Doing.TOLD, by=by, now=now)
        version.stamp(store, office.policy, now)
        held = any(hold.pupil == pupil_id for hold in holds.standing(store))
        answer = answer_of(store, office.policy, office.day(now), pupil_id)
    return _standing(PermissionAnswer.REFUSED if held else answer, word.answer)


def check_word(office: Office, word: Word, now: datetime) -> None:
    """Malformed for a day to come."""
    if word.told_on and word.told_on > office.day(now):
        raise Malformed("The day lies in the future.", errors=(Fault("#/told_on", "lies in the future"),))


def teller_of(word: Word) -> str:
    """Who said it, as their words are kept apart from other people's."""
    return re.sub(r"\W+", " ", word.told_by.casefold()).strip() or OFFICE


def forbids_posts(channel: str) -> bool:
    """Whether a no to that channel, under any of its headings, keeps a child out of posts on X."""
    return _channel(channel) in FORBIDS_POSTS


def _channel(heading: str) -> str:
    return channel_of(heading) or heading.partition("/")[0]


def write_word(
    office: Office, store: Store, pupil_id: str, word: Word, doing: Doing, *, by: str, now: datetime
) -> None:
    """Write one person's word and its audit line, in the caller's transaction; ``doing`` is sealed into the line."""
    raw = "; ".join(part for part in (word.told_by, word.told_on and word.told_on.isoformat(), word.form) if part)
    place = f"{_channel(word.channel)}/{teller_of(word)}"
    given = kept.Given(pupil_id, place, word.answer, raw, word.told_by, word.told_on, word.form)
    year = school_years(office.policy, office.day(now))[0]
    kept.record(store, year, [given], source=kept.TOLD, sealed=seal_doing(office.vault, doing), by=by, now=now)


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
        keep_first_form(store, by=by, now=now)
        version.stamp(store, office.policy, now)
    return year
