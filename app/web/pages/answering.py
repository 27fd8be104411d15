"""What comes back from families, as forms of pages hold it: who said what, channel by channel, on which day and form."""

from __future__ import annotations

from datetime import date, datetime

from starlette.datastructures import FormData

from app import register
from app.errors import Fault, FledglingError, Malformed
from app.integrations.permissions import SOCIAL_MEDIA
from app.register import Office
from app.register.record import CHANNELS
from app.store.permissions import PermissionAnswer
from app.web.pages.visiting import field
from app.web.schemas import UNSTORABLE, day_of

_SHORT = 200  # characters

ANSWERS = {
    PermissionAnswer.GRANTED: "Yes",
    PermissionAnswer.REFUSED: "No",
    PermissionAnswer.WITHDRAWN: "A yes is taken back",
    PermissionAnswer.NOT_ANSWERED: "No answer after all",
}
"""What can be said, as it is asked."""

STATES = {
    "granted": "yes",
    "refused": "no",
    "withdrawn": "no: taken back",
    "not_answered": "not answered",
    "expired": "expired",
}
"""Where an answer stands, in plain words."""

TELLERS = ("mother", "father", "carer", "child")
"""Who signs most slips; others are written out."""


def read_words(form: FormData) -> list[register.Word]:
    """The answers given, one a channel; what was left blank is not recorded. Malformed where none was chosen."""
    told_by, signed = field(form, "told_by").strip(), field(form, "form").strip()
    if max(len(told_by), len(signed)) > _SHORT or UNSTORABLE.search(told_by + signed):
        raise Malformed("Who said it and on which form are told in 200 characters at most.")
    told_on = read_day(form, "told_on") if field(form, "told_on") else None
    known = {answer.value for answer in PermissionAnswer}
    given = [(channel, field(form, "every") or field(form, channel)) for channel in CHANNELS]
    words = [
        register.Word(PermissionAnswer(answer), channel, told_by, told_on, signed)
        for channel, answer in given
        if answer in known
    ]
    if not words:
        raise Malformed("No answer was chosen: choose one for at least one way of publishing.")
    return words


def read_day(form: FormData, name: str) -> date:
    """The day in that field; Malformed, with the field, where it is none."""
    try:
        return day_of(field(form, name))
    except ValueError:
        fault = Fault(f"#/{name}", "is not a day such as 2026-09-30")
        raise Malformed("The day is not one.", errors=(fault,)) from None


def record_all(office: Office, pupil_id: str, form: FormData, *, by: str, now: datetime) -> str:
    """Record every answer of a form; returns the note on why they do not decide what holds, or an empty text.

    What is said to posts on X comes last: only then does the note speak of the whole form.
    """
    note = ""
    for word in sorted(read_words(form), key=lambda word: word.channel == SOCIAL_MEDIA):
        note = register.record_permission(office, pupil_id, word, by=by, now=now).note
    return note


def faults_told(problem: FledglingError | None) -> list[str]:
    """A problem and its faults, each with its field."""
    if problem is None:
        return []
    return [problem.detail, *(f"{fault.pointer.removeprefix('#/')}: {fault.detail}" for fault in problem.errors)]
