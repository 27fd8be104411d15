"""The school: its pupils, staff, events and accounts, and what the rules may know of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Pupil:
    """A child on the roster, with every name they are or were known by.

    ``id`` is ours and opaque; the UPN never leaves the register. ``left_on`` is set for leavers,
    whose names stay guarded for a while. ``elsewhere``: on the roll of another school of the trust,
    with nothing but names; only a full name counts as theirs.
    """

    id: str
    upn: str
    legal_first: str
    legal_surname: str
    preferred_first: str = ""
    preferred_surname: str = ""
    middle: str = ""
    former: tuple[str, ...] = ()
    year: str = ""
    class_name: str = ""
    born_on: date | None = None
    left_on: date | None = None
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An adult who works at the school; handles are personal, lower case, without ``@``."""

    title: str
    first: str
    surname: str
    role: str = ""
    personal_handles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something in the school's calendar. ``id`` is what a draft's ``event_id`` names."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A Twitter/X account of the school; the handle is lower case, without ``@``.

    ``posters`` are the ids of people and keys who may post to it; empty means whoever may
    submit drafts. ``classes`` is empty for an account of the whole school.
    """

    handle: str
    classes: tuple[str, ...] = ()
    posters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildNotShown:
    """A child who must not be shown, whatever the reason; the reason is never here."""

    pupil: str
    class_name: str
    has_templates: bool = False


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What the rules may know of the school when a draft is judged; ``classes`` are all on the roll."""

    accounts: tuple[Account, ...] = ()
    staff_handles: frozenset[str] = frozenset()
    not_shown: tuple[ChildNotShown, ...] = ()
    events: tuple[Event, ...] = ()
    classes: frozenset[str] = frozenset()
    roster_as_of: datetime | None = None
    permissions_as_of: datetime | None = None  # of this school year; None: no round yet
    dpia_review_on: date | None = None  # of the assessment of face matching; None: there is none

    def account(self, handle: str) -> Account | None:
        """The school's own account of that handle, or None."""
        return next((one for one in self.accounts if one.handle == fold_handle(handle)), None)

    def event(self, event_id: str | None) -> Event | None:
        """The event of that id, or None."""
        return next((one for one in self.events if one.id == event_id), None)

    def unknown_classes(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the classes that are none of the school's."""
        known = {fold_class(name) for name in self.classes}
        return tuple(name for name in classes if fold_class(name) not in known)

    def not_shown_in(self, classes: tuple[str, ...]) -> tuple[ChildNotShown, ...]:
        """The children of those classes who must not be shown.

        Of the whole school if none is given or one is not known: a slip of the pen must not hide a child.
        """
        if not classes or self.unknown_classes(classes):
            return self.not_shown
        wanted = {fold_class(name) for name in classes}
        return tuple(
            child for child in self.not_shown if not child.class_name or fold_class(child.class_name) in wanted
        )


def fold_class(name: str) -> str:
    """A class's name as we compare it: case, blanks and the word "class" around it do not matter."""
    words = name.casefold().split()
    return " ".join(word for at, word in enumerate(words) if word != "class" or 0 < at < len(words) - 1)


def fold_handle(handle: str) -> str:
    """A handle as we compare it: lower case, without a leading ``@`` and blanks."""
    return handle.strip().removeprefix("@").lower()
