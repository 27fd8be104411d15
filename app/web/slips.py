"""What goes home and comes back, as files: forms to fill in, and the list of families to be reminded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.integrations.sheets import write_sheet
from app.register.record import CHANNELS
from app.register.rounds import Forms, Slip

HEADINGS = {
    "website": "Website",
    "social-media": "Social media",
    "press": "Press",
    "newsletter": "Newsletter",
    "prospectus": "Prospectus",
    "display": "Display",
}
"""The channels as forms and files head them; permissions files are read by the same words."""


def forms_csv(forms: Forms) -> bytes:
    """The slips as rows; the columns of answers are blank."""
    blank = [""] * len(CHANNELS)
    rows = ([*_child(slip), str(forms.form.version), *blank] for slip in forms.slips)
    return write_sheet([[*_CHILD, "Form version", *(HEADINGS[channel] for channel in CHANNELS)], *rows])


def chase_csv(slips: Sequence[Slip]) -> bytes:
    """Whom to remind."""
    return write_sheet([[*_CHILD, "Overdue"], *([*_child(slip), "yes" if slip.overdue else "no"] for slip in slips)])


_CHILD = ("UPN", "First name", "Surname", "Class", "Due date")


def _child(slip: Slip) -> list[str]:
    one = slip.pupil
    return [
        one.upn,
        one.preferred_first or one.legal_first,
        one.preferred_surname or one.legal_surname,
        one.class_name,
        slip.due_on.isoformat() if slip.due_on else "",
    ]


def told_day(day: date | None) -> str:
    """A day as people write it; empty for none."""
    return f"{day.day} {day:%B %Y}" if day else ""
