"""Which pages there are for whom: every route that gives a page, with the ids of a furnished desk."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from app.web.security import ROLES
from tests.browser.furnishing import Furnished
from tests.web.walking import doors

NOBODY = "nobody"
VISITORS = (*ROLES, NOBODY)

NOT_LOOKED_AT = {"/", "/queue/next"}
"""They lead elsewhere."""

FURTHER = {
    "author": ("/compose?again={returned}", "/drafts/{returned}", "/drafts/{named}", "/drafts/{ready}", "/say-no?q=sm"),
    "approver": (
        "/queue?show=stopped",
        "/drafts/{opted-out}",
        "/drafts/{own}",
        "/drafts/{ready}",
        "/drafts/{approved}",
        "/drafts/{advice}",
    ),
    "office": ("/pupils?q=Smith", "/faces?q=Smith"),
    "dsl": ("/holds?q=Smith",),
    "administrator": ("/nowhere-at-all",),
    NOBODY: ("/nowhere-at-all",),
}
"""Pages with something to show that no route alone leads to."""

MISSING = "/nowhere-at-all"
"""What nobody has is a page too."""

_OUR_SESSION = re.compile(r'name="csrf" value="[^"]*"|/pictures/[^"]+|[0-9a-f]{32}')


def pages_of(furnished: Furnished, visitor: str) -> list[str]:
    """The addresses of the pages that they can open, without those that look the same to somebody before them."""
    return _every(furnished)[visitor]


_found: dict[int, dict[str, list[str]]] = {}


def _every(furnished: Furnished) -> dict[str, list[str]]:
    key = id(furnished)
    if key not in _found:
        seen: set[str] = set()
        _found[key] = {visitor: _pages(furnished, visitor, seen) for visitor in VISITORS}
    return _found[key]


def _pages(furnished: Furnished, visitor: str, seen: set[str]) -> list[str]:
    client = TestClient(furnished.desk.app, follow_redirects=False)
    if visitor != NOBODY:
        furnished.desk.school.sign_in(client, furnished.people[visitor])
    pages = []
    for address in _addresses(furnished, visitor):
        answer = client.get(address, headers={"Accept": "text/html"})
        found = answer.status_code == 200 or address == MISSING
        if not found or not answer.headers["content-type"].startswith("text/html"):
            continue
        what = address.partition("?")[0] + _OUR_SESSION.sub("", answer.text.partition("<main")[2])
        if what not in seen:
            seen.add(what)
            pages.append(address)
    client.close()
    return pages


def _addresses(furnished: Furnished, visitor: str) -> list[str]:
    routes = [
        door.filled(furnished.ids)
        for door in doors(furnished.desk.app)
        if door.method == "GET" and door.is_page and door.path not in NOT_LOOKED_AT
    ]
    further = [_filled(address, furnished.drafts) for address in FURTHER.get(visitor, ())]
    return routes + further


def _filled(address: str, drafts: dict[str, str]) -> str:
    return re.sub(r"\{(.*?)\}", lambda found: drafts[found[1]], address)
