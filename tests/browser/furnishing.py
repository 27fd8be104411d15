"""A school day's content, so that no list of the pages is empty: drafts at every stage, children, permissions, holds.

All of it comes in by the API, as the contract has it. People are the demo school's own, and made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.testclient import TestClient

from app.domain import Stage
from app.store import drafts, people, roster
from app.store.people import Person
from app.vision import paper
from app.web.security import ROLES
from tests.browser.serving import Desk
from tests.seeing import BLUE, BOXES, GREEN, RED, drawn
from tests.web.conftest import PASSWORD_HASH, REFUSED

_FRESH = timedelta(minutes=25)

NAMES = {
    "colleague": "Mr Pemberton",
    "author": "Ms Ferreira",
    "approver": "Mrs Whitlock",
    "office": "Mr Daley",
    "dsl": "Ms Okonkwo",
    "dpo": "Mr Lindqvist",
    "administrator": "Dr Adebayo",
}

CALENDAR = (
    "id,title,starts_at,ends_at,place,synonyms\n"
    "fair,Winter Fair,2026-12-04T14:30:00+00:00,2026-12-04T16:30:00+00:00,School hall,christmas fair;fayre\n"
    "museum,Museum trip,2026-11-19T09:00:00+00:00,2026-11-19T15:00:00+00:00,,\n"
)
GOOD_NEWS = "Year 4 planted two hundred daffodil bulbs by the front gate. Come back in spring!"


@dataclass(frozen=True)
class Pictures:
    """Photos for an engine: a child's reference, a group with that child in it, and one without."""

    reference: bytes
    with_child: bytes
    without: bytes


ON_PAPER = Pictures(paper.png([(BLUE, BOXES[1])]), drawn(RED, BLUE, GREEN), drawn(RED, GREEN, (200, 160, 20)))
"""For the engine on paper."""


@dataclass(frozen=True)
class Furnished:
    """A desk with content. ``people`` by role; ``ids`` fill in the paths of pages; ``drafts`` by what they show."""

    desk: Desk
    people: dict[str, Person]
    ids: dict[str, str]
    drafts: dict[str, str] = field(default_factory=dict)


class Hand:
    """Somebody who is signed in, at the API."""

    def __init__(self, desk: Desk, person: Person) -> None:
        self.person = person
        self._desk = desk
        self._client = TestClient(desk.app)
        self._signed_in_at = datetime.min.replace(tzinfo=UTC)
        self._token = ""

    def send(self, method: str, path: str, *, kind: str = "", **body: Any) -> Any:
        """Send it; an answer that is no success is an error."""
        if abs(self._desk.clock() - self._signed_in_at) > _FRESH:
            self._token = self._desk.school.sign_in(self._client, self.person)
            self._signed_in_at = self._desk.clock()
        headers = {"X-CSRF-Token": self._token} | ({"Content-Type": kind} if kind else {})
        answer = self._client.request(method, f"/v1/{path}", headers=headers, **body)
        if answer.status_code >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def write(self, text: str, photo: bytes = b"", alt_text: str = "", **more: Any) -> str:
        """Write a post; returns its id."""
        photos = []
        if photo:
            sent: dict[str, Any] = {
                "files": {"file": ("IMG_0412.png", photo, "image/png")},
                "data": {"alt_text": alt_text},
            }
            photos = [{"id": self.send("POST", "photos", **sent)["id"]}]
        draft: str = self.send("POST", "drafts", json={"text": text, "photos": photos, **more})["id"]
        return draft

    def decide(self, draft: str, decision: str, reason: str = "") -> None:
        """Decide on it as it stands."""
        digest = self.send("GET", f"drafts/{draft}")["digest"]
        self.send("POST", f"drafts/{draft}/decision", json={"decision": decision, "digest": digest, "reason": reason})


def furnish(desk: Desk, pictures: Pictures = ON_PAPER) -> Furnished:
    """Fill every list of the school."""
    staff = {role: _person(desk, role) for role in ROLES}
    hands = {role: Hand(desk, person) for role, person in staff.items()}
    ids = _register(desk, hands, pictures)
    made = _drafts(desk, hands, pictures)
    ids |= _afterwards(desk, hands, made)
    return Furnished(desk, staff, {**ids, "draft_id": made["referred"], "number": "0"}, made)


def _person(desk: Desk, role: str) -> Person:
    name = NAMES.get(role, role.title())
    email = f"{role}@whitehouse.example"
    with desk.school.write() as store:
        return people.add(store, name, email, role, PASSWORD_HASH, by="test", now=desk.clock())


def _register(desk: Desk, hands: dict[str, Hand], pictures: Pictures) -> dict[str, str]:
    """Events, the year's round, a face on record, a refused one, a hold; gives the ids of what was made."""
    office, child, other = hands["office"], desk.school.pupil(REFUSED[0]).id, desk.school.pupil(REFUSED[1]).id
    office.send("PUT", "events", content=CALENDAR.encode(), kind="text/csv")
    office.send("PUT", "permission-round", json={"opened_on": "2026-09-04", "due_on": "2026-09-30"})
    notice = {"notices": [{"contact": "mother", "sent_on": "2026-09-03"}]}
    office.send("POST", f"pupils/{child}/biometric-notices", json=notice)
    yes = {"actor": "parent", "contact": "mother", "decision": "consent", "in_writing": True}
    office.send("POST", f"pupils/{child}/biometric-response", json={**yes, "received_on": "2026-09-10"})
    sent = {"file": ("reference.png", pictures.reference, "image/png")}
    photo = office.send("POST", f"pupils/{child}/reference-photos", files=sent)
    said = {"answer": "refused", "told_by": "father", "told_on": "2026-11-20"}
    office.send("POST", f"pupils/{other}/publication-permission", json=said)
    hold = {"level": "no_publish", "reason": "Known to the lead.", "review_on": "2027-01-11"}
    held = hands["dsl"].send("POST", f"pupils/{other}/holds", json=hold)
    return {"pupil_id": child, "photo_id": photo["id"], "hold_id": held["id"]}


def _drafts(desk: Desk, hands: dict[str, Hand], pictures: Pictures) -> dict[str, str]:
    """A draft of every kind, oldest first."""
    author, approver = hands["author"], hands["approver"]
    made: dict[str, str] = {}

    def write(name: str, text: str, *photo: Any, minutes: float = 20, **more: Any) -> None:
        made[name] = author.write(text, *photo, **more)
        desk.clock.go_on(minutes=minutes)

    desk.clock.go_on(hours=-30)
    write("returned", "Our cake sale raised £212 for the library. Thank you, everyone!")
    approver.decide(made["returned"], "return", "Please say which class baked.")
    write("approved", "Choir practice begins again after half-term.", minutes=60 * 20)
    approver.decide(made["approved"], "approve")
    write("named", "Well done Alice Smith, our Star of the Week, and thank you Mr Small's class.")
    write("published", GOOD_NEWS, pictures.without, "Children planting bulbs", classes=["Rowan"])
    _put_out(desk, made["published"])
    write("opted-out", "Rehearsing for the winter concert.", pictures.with_child, "Children in a hall", classes=["Oak"])
    write("referred", GOOD_NEWS, pictures.without, "Children planting bulbs", classes=["Oak", "Rowan"])
    write("ready", "The library is open at lunch on Tuesdays and Thursdays.")
    write("advice", "Please send wellies on Friday: Forest School is muddy.It is fun.")
    made["own"] = approver.write(GOOD_NEWS, pictures.without, "Children planting bulbs", classes=["Rowan"])
    desk.clock.time = desk.clock.time.replace(hour=15, minute=31)
    return made


def _put_out(desk: Desk, draft: str) -> None:
    steps = (Stage.APPROVED, Stage.PUBLISHING, Stage.PUBLISHED)
    with desk.school.write() as store:
        for step in steps:
            before = drafts.get(store, draft).stage
            drafts.move(store, draft, before, step, by="publisher", now=desk.clock())


def _afterwards(desk: Desk, hands: dict[str, Hand], made: dict[str, str]) -> dict[str, str]:
    """A no that comes after a post went out, and a phrase that is allowed; gives their ids."""
    with desk.school.read() as store:
        child = next(one for one in roster.every(store) if one.class_name == "Rowan" and one.upn not in REFUSED)
    said = {"answer": "refused", "told_by": "mother", "told_on": "2026-11-22"}
    hands["office"].send("POST", f"pupils/{child.id}/publication-permission", json=said)
    phrase = {"phrase": "Grace Darling Hall", "about": "names", "reason": "Our hall is called that."}
    allowed = hands["approver"].send("POST", "allowed-phrases", json=phrase)
    listed = hands["approver"].send("GET", "recalls")["items"]
    return {"phrase_id": allowed["id"], "recall_id": listed[0]["id"] if listed else "nobody"}
