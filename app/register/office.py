"""What every part of the register works with: one school's office, and how it takes in files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.db import Database
from app.domain import Pupil
from app.errors import Conflict, Fault, Malformed, NotFound
from app.integrations.sheets import Problem, has_errors
from app.policy import Policy
from app.store import Store, roster
from app.vault import PhotoFiles, Vault

FAULTS_TOLD = 200

Heard = Callable[[str], None]
"""Is told what an import does now, before it does it."""


def nobody(_: str) -> None:
    """Hears nothing."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where a school's register is kept and by which policy it is read; ``files`` holds the reference photos."""

    database: Database
    school_id: str
    policy: Policy
    vault: Vault
    files: PhotoFiles

    def day(self, now: datetime) -> date:
        """The day it is at the school."""
        return self.policy.day_of(now)


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import changes, or would change.

    The keys are UPNs for pupils and their permissions, ids for events, handles for accounts, names for staff.
    ``elsewhere`` counts the pupils of the trust's other schools in a roster; they are never listed. ``lowered`` are the
    UPNs of those of whom families permit less than before.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    elsewhere: int = 0
    lowered: tuple[str, ...] = ()


class FileRefused(Malformed):
    """A file with errors: nothing of it was taken in. Each error points at its line, ``#/line/7``."""

    slug = "file-refused"


class RollWouldShrink(Conflict):
    """The file would drop more than a fifth of the roll, or give it to other schools, and was not confirmed."""

    slug = "roll-would-shrink"


class PupilElsewhere(Conflict):
    """What was asked for is done by a pupil's own school, and this one is of another of the trust."""

    slug = "pupil-elsewhere"


def require_own(store: Store, pupil_id: str) -> Pupil:
    """The pupil of this school; NotFound if there is none of that id, PupilElsewhere for another school's."""
    pupil = roster.find(store, pupil_id)
    if pupil is None:
        raise NotFound("There is no such pupil.")
    if pupil.elsewhere:
        raise PupilElsewhere("This pupil is at another school of the trust: only their name is kept here.")
    return pupil


def refuse_errors(problems: Sequence[Problem]) -> None:
    """FileRefused if any problem is more than a warning."""
    if not has_errors(problems):
        return
    errors = [problem for problem in problems if not problem.warning]
    faults = tuple(Fault(f"#/line/{problem.line}", _told(problem)) for problem in errors[:FAULTS_TOLD])
    raise FileRefused(f"{_summed_up(errors)}; nothing was changed.", errors=faults)


def _summed_up(errors: Sequence[Problem]) -> str:
    lines = {problem.line for problem in errors}
    if 0 in lines:
        return "The file as a whole cannot be taken"
    return f"The file has {len(lines)} {'line' if len(lines) == 1 else 'lines'} that cannot stand"


def _told(problem: Problem) -> str:
    about = f"{problem.pointer}: " if problem.pointer else ""
    return f"line {problem.line}: {about}{problem.detail}" if problem.line else f"{about}{problem.detail}"
