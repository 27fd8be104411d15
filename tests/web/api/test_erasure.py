"""A child who is erased is gone from everything that is stored, stays gone, and comes back only when confirmed."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from app import register
from app.domain import Pupil
from app.register import proof
from app.store import audit, comparisons, drafts, escalations, people, phrases, roster, tombstones, verdicts
from app.store.comparisons import Likeness
from app.store.phrases import About
from app.tables import Base
from app.web import housekeeping
from tests.web.api.test_bad_input import problem
from tests.web.api.test_drafts import decide, store, submit
from tests.web.api.test_register import PUPILS, put, sheet
from tests.web.api.test_vet import BLUE, RED, photo
from tests.web.conftest import REFUSED, School, both_databases

ALICE = REFUSED[0]
NAMING = "Alice Smith read to us beautifully."


def terms(pupil: Pupil) -> list[str]:
    return [f"{pupil.legal_first} {pupil.legal_surname}", pupil.upn, pupil.id]


def search(school: School, *what: str) -> proof.Searched:
    return proof.search(school.office, school.service.files, what)


def told(searched: proof.Searched) -> set[str]:
    return {f"{hit.table}.{hit.column}" for hit in searched.hits if not hit.by_design}


def warned(difference: dict[str, Any]) -> list[int]:
    return [one["line"] for one in difference["problems"] if "was erased" in one["detail"]]


def fill(client: TestClient, school: School) -> dict[str, Any]:
    """Drafts, answers, a hold, a phrase and a repeated request in which Alice is found; returns the draft that names her."""
    author, office, approver = school.key("drafts:write"), school.key("register:write"), school.key("review:write")
    alice, now = school.pupil(ALICE), school.service.clock()
    named = submit(client, author | {"Idempotency-Key": "again"}, text=NAMING)
    captioned = store(client, author, photo(BLUE), alt_text="A child, alice-smith")
    submit(client, author, photos=[{"id": captioned["id"]}], classes=["Oak"])
    taken = store(client, author, photo(BLUE, RED), alt_text="Two children reading")
    shown = submit(client, author, photos=[{"id": taken["id"]}], classes=["Oak"])
    answers = {alice.id: "not-in-photo"}
    done = decide(client, approver, shown, "return", reason="Is this Alice Smith?", answers=answers)
    assert done.status_code == 200, done.text
    said = {"answer": "withdrawn", "channel": "social-media", "told_by": "mother", "told_on": "2026-11-20", "form": ""}
    client.post(f"/v1/pupils/{alice.id}/publication-permission", headers=office | {"Idempotency-Key": "no"}, json=said)
    register.set_hold(school.office, alice.id, "Her father, Bob Smith, must not find Alice Smith.", by="lead", now=now)
    with school.write() as rows:
        one = comparisons.Compared(photo=0, face=1, pupil=alice.id)
        comparisons.add(rows, shown["id"], one, Likeness.CANT_TELL, revision=1, by="test", now=now)
        lead = people.add(rows, "Lead", "lead@w.example", "dsl", "hash", by="test", now=now)
        escalations.add(rows, shown["id"], lead.id, "Is it Alice Smith?", revision=1, by="test", now=now)
        phrases.add(rows, "Poppy Day", About.NAMES, "Not Alice Smith, the day", by="test", now=now)
    return named


@both_databases
def test_an_erased_child_is_found_nowhere(client: TestClient, school: School) -> None:
    alice, named = school.pupil(ALICE), fill(client, school)
    before = told(search(school, *terms(alice)))
    assert {
        "drafts.text",
        "verdicts.evidence",
        "decisions.reason",
        "draft_photos.alt_text",
        "holds.reason_sealed",
    } <= before
    assert {"permissions.pupil_id", "allowed_phrases.reason", "pupils.upn", "idempotency.route"} <= before
    assert client.delete(f"/v1/pupils/{alice.id}", headers=school.key("register:write")).status_code == 204
    after = search(school, *terms(alice))
    assert (told(after), after.files, after.clean) == (set(), (), True)
    assert {hit.table for hit in after.hits} >= {"audit", "tombstones"}, "the id alone stays where it is proof"
    with school.read() as rows:
        draft, said = drafts.get(rows, named["id"]), verdicts.latest(rows, [named["id"]])[named["id"]]
        assert draft.draft.text == NAMING.replace("Alice", "█" * 5).replace("Smith", "█" * 5)
        assert draft.stage == "withdrawn"
        assert said.verdict.findings, "what was found stays, at its place"
        assert audit.verify(rows).problems == ()


@both_databases
def test_other_children_and_drafts_are_left_as_they_were(client: TestClient, school: School) -> None:
    author = school.key("drafts:write")
    other = submit(client, author, text="Priya Patel read to us beautifully.")
    good = submit(client, author)
    fill(client, school)
    register.erase_pupil(school.office, school.pupil(ALICE).id, by="test", now=school.service.clock())
    with school.read() as rows:
        assert drafts.get(rows, other["id"]).draft.text == other["text"]
        assert drafts.get(rows, good["id"]).stage == "ready"
        named = [one for one in verdicts.latest(rows, [other["id"]])[other["id"]].verdict.findings if one.pupils]
        assert named, "the other child is still known to be meant"


def test_a_restored_backup_is_erased_again_before_anybody_is_served(client: TestClient, school: School) -> None:
    alice = school.pupil(ALICE)
    client.delete(f"/v1/pupils/{alice.id}", headers=school.key("register:write"))
    with school.write() as rows:  # as an older database would have it: the child is there, the tombstone is not
        rows.session.execute(Base.metadata.tables["tombstones"].delete())
        roster.replace(rows, roster.RosterChange((alice,)), by="test", now=school.service.clock())
    housekeeping.replay(school.service)
    with school.read() as rows:
        assert roster.find(rows, alice.id) is None
        assert [one.pupil for one in tombstones.every(rows)] == [alice.id]


@both_databases
def test_a_roster_that_names_an_erased_child_is_taken_with_a_warning(client: TestClient, school: School) -> None:
    office, alice = school.key("register:write"), school.pupil(ALICE)
    client.delete(f"/v1/pupils/{alice.id}", headers=office)
    whole = sheet(PUPILS)
    line = 2 + next(at for at, row in enumerate(PUPILS) if ALICE in row)
    looked = put(client, office, "roster", whole, dry_run=True).json()
    assert warned(looked) == [line]
    taken = put(client, office, "roster", whole)
    assert (taken.status_code, taken.json()["added"], warned(taken.json())) == (200, [ALICE], [line])
    assert school.pupil(ALICE).id != alice.id
    again = put(client, office, "roster", whole)
    assert (again.status_code, warned(again.json())) == (200, []), "asked once, not for ever"
    housekeeping.replay(school.service)
    assert school.pupil(ALICE).left_on is None, "a child taken in anew is not erased by the old tombstone"


def test_sqlite_keeps_nothing_in_free_pages(client: TestClient, school: School) -> None:
    fill(client, school)
    file = school.service.database.file
    assert file is not None
    school.service.database.settle()
    assert b"Alice Smith" in file.read_bytes()
    register.erase_pupil(school.office, school.pupil(ALICE).id, by="test", now=school.service.clock())
    assert b"Alice Smith" not in file.read_bytes()
    assert ALICE.encode() not in file.read_bytes()


def test_an_unknown_pupil_is_404_and_nothing_is_done(client: TestClient, school: School) -> None:
    answer = client.delete("/v1/pupils/nobody", headers=school.key("register:write"))
    problem(answer, 404, "not-found")
    with school.read() as rows:
        assert tombstones.every(rows) == ()
