"""Where the pages are: what the menu offers, by what a person may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from fastapi import Request

from app.web.security import Scope


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the menu: shown to whoever holds one of ``scopes`` (empty: to everybody). ``badge`` names a count."""

    path: str
    label: str
    group: str
    scopes: frozenset[Scope] = frozenset()
    badge: str = ""


POSTS, REVIEW, REGISTER, SCHOOL = "Posts", "Review", "Register", "School"

ENTRIES = (
    Entry("/compose", "Write a post", POSTS, frozenset({Scope.DRAFTS})),
    Entry("/drafts", "My drafts", POSTS, frozenset({Scope.DRAFTS})),
    Entry("/say-no", "Somebody says no", POSTS, frozenset({Scope.DRAFTS, Scope.REGISTER})),
    Entry("/ask-to-post", "Ask to post", POSTS),
    Entry("/queue", "Queue", REVIEW, frozenset({Scope.REVIEW}), badge="queue"),
    Entry("/publications", "Publishing", REVIEW, frozenset({Scope.REVIEW})),
    Entry("/recalls", "To take down", REVIEW, frozenset({Scope.REVIEW})),
    Entry("/allowed-phrases", "Allowed phrases", REVIEW, frozenset({Scope.REVIEW})),
    Entry("/posting-requests", "Requests to post", REVIEW, frozenset({Scope.REVIEW}), badge="requests"),
    Entry("/permission-round", "Permissions", REGISTER, frozenset({Scope.REGISTER})),
    Entry("/pupils", "Pupils", REGISTER, frozenset({Scope.REGISTER, Scope.AUDIT})),
    Entry("/imports", "Imports", REGISTER, frozenset({Scope.REGISTER})),
    Entry("/events", "Calendar", REGISTER, frozenset({Scope.DRAFTS, Scope.REGISTER})),
    Entry("/staff", "Staff", REGISTER, frozenset({Scope.REGISTER})),
    Entry("/faces", "Faces on record", REGISTER, frozenset({Scope.REGISTER, Scope.AUDIT})),
    Entry("/holds", "Holds", REGISTER, frozenset({Scope.SAFEGUARDING})),
    Entry("/connections", "Connections to X", SCHOOL, frozenset({Scope.ADMIN})),
    Entry("/webhooks", "Webhooks", SCHOOL, frozenset({Scope.ADMIN})),
    Entry("/feeds", "Feeds", SCHOOL, frozenset({Scope.ADMIN})),
    Entry("/people", "People", SCHOOL, frozenset({Scope.REVIEW, Scope.ADMIN})),
    Entry("/accounts", "Accounts", SCHOOL, frozenset({Scope.REVIEW, Scope.REGISTER, Scope.ADMIN})),
    Entry("/notifications", "Notifications", SCHOOL, frozenset({Scope.DRAFTS, Scope.REVIEW})),
    Entry("/rules", "Rules", SCHOOL),
    Entry("/policy", "Policy", SCHOOL),
    Entry("/dpia", "Assessment", SCHOOL, frozenset({Scope.AUDIT})),
    Entry("/audit", "Audit", SCHOOL, frozenset({Scope.AUDIT})),
    Entry("/trust", "Schools", SCHOOL, frozenset({Scope.TRUST})),
)
"""The menu, in its order."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody's work is; ``label`` says so to whoever ended up elsewhere."""

    path: str
    label: str


_HOMES = (
    (Scope.REVIEW, Home("/queue", "Back to the queue")),
    (Scope.REGISTER, Home("/permission-round", "Back to the permissions")),
    (Scope.DRAFTS, Home("/compose", "Back to writing")),
    (Scope.AUDIT, Home("/audit", "Back to the audit")),
    (Scope.TRUST, Home("/trust", "Back to the schools")),
)
_STRANGER = Home("/ask-to-post", "Ask for the right to post")


def home(scopes: frozenset[Scope]) -> Home:
    """Where the work is of somebody with those scopes: what waits for them, else what they make, else how to begin."""
    return next((place for scope, place in _HOMES if scope in scopes), _STRANGER)


@dataclass(frozen=True, slots=True)
class Place:
    """An entry as it is shown: ``current`` is "page" on that page itself, "true" on one below it, else empty."""

    path: str
    label: str
    current: str = ""
    badge: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that are shown together; ``flat`` where they need not be opened."""

    label: str
    places: tuple[Place, ...]
    flat: bool = False

    @property
    def here(self) -> bool:
        """Whether the page shown is one of them."""
        return any(place.current for place in self.places)

    @property
    def badge(self) -> int:
        """What waits in all of them."""
        return sum(place.badge for place in self.places)


FEW = 4
"""So many entries stand in a row, without groups to open."""

_here: ContextVar[str] = ContextVar("here", default="")


async def note_path(request: Request) -> None:
    """A dependency of every page: the menu marks where the visitor is."""
    _here.set(request.url.path)


def here() -> str:
    """The path of the page that is being made."""
    return _here.get()


def menu(scopes: frozenset[Scope], path: str = "", badges: Mapping[str, int] | None = None) -> list[Group]:
    """What somebody with those scopes can open, by group, as seen from ``path``; groups without any are left out.

    ``badges`` holds the counts that entries name.
    """
    open_to = [entry for entry in ENTRIES if not entry.scopes or entry.scopes & scopes]
    # A draft's page belongs to the queue for whoever reviews, else to one's own.
    reviewed = path.startswith("/drafts/") and Scope.REVIEW in scopes
    current = _nearest(open_to, "/queue/" if reviewed else path)
    found: dict[str, list[Place]] = {}
    for entry in open_to:
        marked = "" if entry is not current else "page" if entry.path == path else "true"
        place = Place(entry.path, entry.label, marked, (badges or {}).get(entry.badge, 0))
        found.setdefault(entry.group, []).append(place)
    few = len(open_to) <= FEW
    return [Group(label, tuple(places), flat=few or len(places) == 1) for label, places in found.items()]


def _nearest(entries: Iterable[Entry], path: str) -> Entry | None:
    """The entry of that page, or of the nearest page above it."""
    above = [entry for entry in entries if path == entry.path or path.startswith(entry.path + "/")]
    return max(above, key=lambda entry: len(entry.path), default=None)
