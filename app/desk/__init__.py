"""The desk: drafts are submitted, vetted again, decided by people, withdrawn, covered.

Each step that changes something is one short transaction; looking and judging happen before it.
"""

from app.desk.again import Register, Workplace, look_again, revet
from app.desk.covering import cover_photo, preview_cover
from app.desk.deciding import (
    CANT_TELL,
    IN_PHOTO,
    NOT_IN_PHOTO,
    ROLL_CALL,
    Deciding,
    check,
    decide,
    end_recall,
    refuse_held,
    refuse_own,
    roll_call,
    withdraw,
)
from app.desk.helping import NOTE_CHARACTERS, asked_about, compare, escalate
from app.desk.submitting import Taken, delete_unused, stored, submit, take

__all__ = [
    "CANT_TELL",
    "IN_PHOTO",
    "NOTE_CHARACTERS",
    "NOT_IN_PHOTO",
    "ROLL_CALL",
    "Deciding",
    "Register",
    "Taken",
    "Workplace",
    "asked_about",
    "check",
    "compare",
    "cover_photo",
    "decide",
    "delete_unused",
    "end_recall",
    "escalate",
    "look_again",
    "preview_cover",
    "refuse_held",
    "refuse_own",
    "revet",
    "roll_call",
    "stored",
    "submit",
    "take",
    "withdraw",
]
