"""What is kept only so long, with a clock that a test moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.testclient import TestClient

from app import register
from app.policy import Retention
from app.register import Purged
from app.store import audit, leavers, people, roster, schools
from app.tables import Base
from app.web import housekeeping
from tests.web.api.test_bad_input import problem
from tests.web.api.test_drafts import GREEN, decide, store, submit
from tests.web.api.test_vet import BLUE, RED, photo
from tests.web.conftest import School, both_databases
from tests.web.pages.review_forms import pictures_on
from tests.web.test_housekeeping import age, files

LEAVER = "B823403726001"


def leave(school: School) -> str:
    gone = school.pupil(LEAVER)
    change = roster.RosterChange(left=[gone.id], left_on=school.office.day(school.service.clock()))
    with school.write() as rows:
        roster.replace(rows, change, by="test", now=school.service.clock())
    return gone.id


def would(school: School) -> Purged:
    return register.would_purge(school.office, school.service.clock())


def purge(school: School) -> Purged:
    return register.purge(school.office, school.service.files, by="test", now=school.service.clock())


def draft(client: TestClient, school: School, colour: Any, text: str = "We planted bulbs.") -> dict[str, Any]:
    author = school.key("drafts:write")
    taken = store(client, author, photo(colour, RED))
    return submit(client, author, text=text, photos=[{"id": taken["id"]}], classes=["Cedar"])


@both_databases
def test_pictures_of_drafts_that_came_to_nothing_go_after_thirty_days(client: TestClient, school: School) -> None:
    made = draft(client, school, BLUE)
    age(school, days=30)
    assert (would(school).pictures, purge(school).pictures, len(files(school))) == (0, 0, 1)
    age(school, seconds=1)
    assert (would(school).pictures, len(files(school))) == (1, 1)
    assert (purge(school).pictures, files(school)) == (1, [])
    decided = decide(client, school.key("review:write"), made, "approve")
    problem(decided, 409, "wrong-stage")
    assert (would(school).pictures, purge(school).pictures) == (0, 0), "once is enough"
    kept = client.get(f"/v1/drafts/{made['id']}", headers=school.key("review:write")).json()
    assert (kept["stage"], kept["photos"][0]["sha256"]) == ("expired", made["photos"][0]["sha256"])
    school.sign_in(client, school.person("approver"))
    gone = pictures_on(client.get(f"/drafts/{made['id']}").text)
    assert [client.get(path).status_code for path in gone] == [404] * len(gone) != []


@both_databases
def test_published_pictures_stay_a_year_and_a_shared_file_as_long_as_anybody_needs_it(
    client: TestClient, school: School
) -> None:
    published, other = draft(client, school, GREEN), draft(client, school, GREEN, "We planted more bulbs.")
    with school.write() as rows:
        table = Base.metadata.tables["drafts"]
        rows.session.execute(table.update().where(table.c.id == published["id"]).values(stage="published"))
    age(school, days=31)
    assert (purge(school).pictures, len(files(school))) == (1, 1), f"{other['id']} shared the file"
    age(school, days=334, seconds=1)
    assert (purge(school).pictures, len(files(school))) == (1, 0)


@both_databases
def test_leavers_go_and_their_familys_answers_stay_sealed_for_three_years(school: School) -> None:
    child = leave(school)
    age(school, days=30)
    assert (would(school).leavers, purge(school).leavers) == (0, 0)
    age(school, days=1)
    assert (would(school).leavers, purge(school).leavers) == (1, 1)
    with school.read() as rows:
        kept = leavers.find(rows, child)
    assert kept is not None
    assert b"refused" in school.service.vault.open(kept.answers_sealed, f"answers {child}")
    assert b"Smith" not in school.service.vault.open(kept.answers_sealed, f"answers {child}")
    age(school, days=1065)
    assert purge(school).consent_evidence == 0
    age(school, days=1)
    assert (would(school).consent_evidence, purge(school).consent_evidence) == (1, 1)
    with school.read() as rows:
        assert leavers.find(rows, child) is None


def test_what_is_kept_of_a_leaver_can_be_erased_too(client: TestClient, school: School) -> None:
    child, office = leave(school), school.key("register:write")
    age(school, days=31)
    purge(school)
    assert client.delete(f"/v1/pupils/{child}", headers=office).status_code == 204
    problem(client.delete(f"/v1/pupils/{child}", headers=office), 404, "not-found")


def test_names_are_guarded_as_long_as_the_record_is_kept(client: TestClient, school: School) -> None:
    office = school.office
    long = replace(office, policy=replace(office.policy, retention=Retention(leaver_days=400)))
    leave(school)
    age(school, days=365)
    assert register.would_purge(long, school.service.clock()).leavers == 0
    assert would(school).leavers == 1
    names = register.snapshot(
        office.database, school.id, long.policy, office.vault, now=school.service.clock(), engine="paper-1"
    ).guide.names
    assert any(place in names.left for place, one in enumerate(names.ids) if one == school.pupil(LEAVER).id)


@both_databases
def test_old_audit_lines_go_and_the_chain_still_proves_itself(school: School) -> None:
    with school.read() as rows:
        before = audit.verify(rows)
    age(school, days=2192)
    assert would(school).audit_lines == 0
    age(school, seconds=1)
    assert would(school).audit_lines == before.rows
    assert purge(school).audit_lines == before.rows
    with school.read() as rows:
        after = audit.verify(rows)
    assert after.problems == ()
    assert after.rows == 2, "what was let go, and what was purged"
    with school.write() as rows:
        audit.append(rows, audit.Action.STAFF_REPLACE, school.id, by="test", now=school.service.clock())
    with school.read() as rows:
        assert audit.verify(rows).problems == ()


@both_databases
def test_sessions_and_kept_answers_go(client: TestClient, school: School) -> None:
    person, now = school.person("author"), school.service.clock()
    with school.write() as rows:
        people.open_session(rows, person.id, expires_at=now + timedelta(hours=12), now=now)
    submit(client, school.key("drafts:write") | {"Idempotency-Key": "k"})
    age(school, days=1, seconds=1)
    first = purge(school)
    assert (first.kept_answers, first.sessions) == (1, 0)
    age(school, days=30)
    assert (would(school).sessions, purge(school).sessions) == (1, 1)


def test_the_purge_is_daily_and_told_in_the_audit_trail(school: School) -> None:
    def told() -> list[dict[str, Any]]:
        with school.read() as rows:
            every = audit.about(rows, school.id)
        return [dict(line.detail) for line in every if line.action == "school.record.purge"]

    housekeeping.tidy(school.service)
    housekeeping.tidy(school.service)
    assert told() == [Purged().counts]
    leave(school)
    age(school, days=31)
    housekeeping.tidy(school.service)
    assert [one["leavers"] for one in told()] == [0, 1]
    with school.read() as rows:
        assert schools.get(rows).purged_on == school.office.day(school.service.clock())
