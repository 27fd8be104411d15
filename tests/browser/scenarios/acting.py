"""What people do at the desk in a browser, and what is on record afterwards."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pyotp
from playwright.sync_api import FilePayload, Locator, Page, expect

from app.domain import Stage
from app.store import drafts, people, photos, verdicts
from app.store.drafts import StoredDraft
from app.store.people import Person
from app.store.verdicts import StoredVerdict
from tests.browser.furnishing import Hand
from tests.browser.serving import Desk
from tests.web.conftest import PASSWORD, PASSWORD_HASH, REFUSED

PICTURES_TO = "FLEDGLING_SCENARIO_PICTURES"
"""The environment's name of a folder for pictures of the high points; none are taken without it."""

_TABS = 150


def person(desk: Desk, name: str, role: str) -> Person:
    """Somebody new of that name and role, whose password is ``PASSWORD``."""
    email = f"{name.split()[-1].lower()}@whitehouse.example"
    with desk.school.write() as store:
        return people.add(store, name, email, role, PASSWORD_HASH, by="test", now=desk.clock())


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Take a picture of what is seen, where somebody asked for pictures."""
    if folder := os.environ.get(PICTURES_TO):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)


def photo(data: bytes, name: str = "IMG_0412.jpg") -> FilePayload:
    """A photo as a phone hands it to the browser."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


# ---------------------------------------------------------------- signing in


@dataclass
class Phone:
    """The app with somebody's second factor; its clock is the desk's."""

    desk: Desk
    app: pyotp.TOTP

    def code(self) -> str:
        """The code that it shows now. Each is good once: half a minute has to pass before the next."""
        return self.app.at(self.desk.clock())


def give_password(page: Page, person: Person) -> None:
    """Fill in the form of the sign-in page and send it. The address may stand there already."""
    if page.get_by_label("E-mail address").input_value() != person.email:
        page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def set_up_phone(page: Page, desk: Desk) -> Phone:
    """Go through setting up the second factor, as everybody does who signs in to review for the first time."""
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    phone = Phone(desk, pyotp.TOTP((page.locator("code.key").text_content() or "").replace(" ", "")))
    page.get_by_label("Code from the app").fill(phone.code())
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them: go on").click()
    return phone


def give_code(page: Page, phone: Phone) -> None:
    """Type the six figures that the phone shows."""
    page.get_by_label("Code", exact=True).fill(phone.code())
    page.get_by_role("button", name="Go on").click()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the keyboard is there."""
    for _ in range(_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError("Tab does not lead there")


# ---------------------------------------------------------------- the school


def enrol_child(desk: Desk, reference: bytes) -> str:
    """Put the face on record of the child of Oak who must not be shown, as the office does; gives the child's id."""
    office = Hand(desk, person(desk, "Mr Daley", "office"))
    child = desk.school.pupil(REFUSED[0]).id
    notice = {"notices": [{"contact": "mother", "sent_on": "2026-09-03"}]}
    office.send("POST", f"pupils/{child}/biometric-notices", json=notice)
    yes = {"actor": "parent", "contact": "mother", "decision": "consent", "in_writing": True}
    office.send("POST", f"pupils/{child}/biometric-response", json={**yes, "received_on": "2026-09-10"})
    sent = {"file": ("reference.jpg", reference, "image/jpeg")}
    office.send("POST", f"pupils/{child}/reference-photos", files=sent)
    return child


# ---------------------------------------------------------------- what is on record


def written_by(desk: Desk, person: Person) -> list[StoredDraft]:
    """What somebody submitted."""
    with desk.school.read() as store:
        return list(drafts.by_author(store, person.id, limit=50).items)


def draft_of(desk: Desk, draft_id: str) -> StoredDraft:
    """A draft as it stands."""
    with desk.school.read() as store:
        return drafts.get(store, draft_id)


def stage_of(desk: Desk, draft_id: str) -> Stage:
    """Where a draft stands."""
    return draft_of(desk, draft_id).stage


def verdict_on(desk: Desk, draft_id: str) -> StoredVerdict:
    """What was found in a draft last."""
    with desk.school.read() as store:
        return verdicts.latest(store, [draft_id])[draft_id]


def decisions_on(desk: Desk, draft_id: str) -> tuple[verdicts.Decision, ...]:
    """What people decided on a draft."""
    with desk.school.read() as store:
        return verdicts.decisions(store, [draft_id])[draft_id]


def picture_of(desk: Desk, draft_id: str) -> tuple[str, bytes]:
    """The hash and the bytes of a draft's first photo, as they would be published."""
    photo_id = draft_of(desk, draft_id).draft.photos[0].id or ""
    with desk.school.read() as store:
        kept = photos.find(store, photo_id)
    assert kept is not None
    return kept.photo.sha256, desk.school.service.files.get(kept.photo.sha256)
