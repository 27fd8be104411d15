"""Templates with what every page shows: who is signed in, at which school, and the time by the school's clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from app.errors import NotAllowed
from app.policy import Policy
from app.web.pages.navigation import here, home, menu
from app.web.schemas import UNSTORABLE
from app.web.security import Principal, Scope

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

_STAGES = {
    "received": "not vetted yet",
    "rejected": "stopped",
    "referred": "waits for an approver, who must check it",
    "ready": "waits for an approver",
    "returned": "returned to its author",
    "approved": "approved",
    "scheduled": "approved and scheduled",
    "publishing": "being published",
    "published": "published",
    "withdrawn": "withdrawn",
    "expired": "expired",
    "failed": "approved, but publishing failed",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person, and what pages need of their school. ``badges`` counts what waits, by the menu's names;
    ``held`` says to reviewers why all publishing is held, empty where it is not.

    ``picture_key`` is what the paths of pictures are made with for this session.
    """

    principal: Principal
    school_name: str
    policy: Policy
    badges: Mapping[str, int] = field(default_factory=dict)
    held: str = ""
    picture_key: str = field(default="", repr=False)

    def need(self, scope: Scope) -> None:
        """Raise NotAllowed where their role does not include it, in words for people."""
        if not self.principal.may(scope):
            raise NotAllowed("Your role does not include this page. The school's administrator can change roles.")


def render(
    template: str, visitor: Visitor | None, *, status: int = 200, csrf: object = "", **values: object
) -> HTMLResponse:
    """A page. ``visitor`` is None where nobody is signed in; ``csrf`` is then what forms carry on the way in."""
    principal = visitor.principal if visitor else None
    shared = {
        "person": principal,
        "school_name": visitor.school_name if visitor else "",
        "page_path": here(),
        "held": visitor.held if visitor else "",
        "menu": menu(principal.scopes, here(), visitor.badges) if principal and visitor else [],
        "home": home(principal.scopes) if principal else None,
        "scopes": frozenset(scope.value for scope in principal.scopes) if principal else frozenset(),
        "csrf": principal.csrf if principal else csrf,
        "at": _clock_of(visitor),
        "stage_words": _STAGES,
    }
    # Not merged, so that no page hides what all pages share.
    return HTMLResponse(_templates.get_template(template).render(**shared, **values), status)


def _clock_of(visitor: Visitor | None) -> Callable[[datetime], str]:
    def at(instant: datetime) -> str:
        local = visitor.policy.local(instant) if visitor else instant
        return f"{local.day} {local:%B %Y, %H:%M}"

    return at


def printable(text: str) -> str:
    """Text that can be shown whatever was sent: NUL and lone surrogates become the replacement character."""
    return UNSTORABLE.sub("\ufffd", text)


def in_plain_words(detail: str) -> str:
    """What a check of the input says, in words for people."""
    return re.sub(
        r"String should have at most (\d+) characters?",
        lambda found: f"has more than {int(found[1]):,} characters",
        detail.removeprefix("Value error, "),
    )
