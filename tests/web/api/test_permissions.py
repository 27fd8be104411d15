"""What families say, over HTTP: one child's record, the yearly round with its forms, the chase list, who comes later."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.policy import DEFAULT_FILE
from app.register.forms import FIRST_WORDING
from app.store import audit, policies
from tests.seeing import PAPER_DISTANCES
from tests.web.api.test_bad_input import problem
from tests.web.api.test_register import ALICE, NEW, PUPILS, put, sheet
from tests.web.conftest import Clock, School, both_databases

ROUND = {"opened_on": "2026-10-01", "due_on": "2026-10-31"}
SILENT = PUPILS[5][0]


def get(client: TestClient, headers: dict[str, str], path: str, **params: Any) -> Any:
    answer = client.get(f"/v1/{path}", headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def say(client: TestClient, headers: dict[str, str], school: School, upn: str, answer: str, **more: Any) -> Any:
    path = f"/v1/pupils/{school.pupil(upn).id}/publication-permission"
    return client.post(path, headers=headers, json={"answer": answer, **more})


def states(client: TestClient, headers: dict[str, str], school: School, upn: str) -> dict[str, str]:
    record = get(client, headers, f"pupils/{school.pupil(upn).id}/permissions")
    return {one["channel"]: one["state"] for one in record["channels"]}


def shown(client: TestClient, headers: dict[str, str], upn: str) -> bool:
    (child,) = get(client, headers, "pupils", q=upn)["items"]
    return bool(child["may_be_shown"])


def answers(*rows: tuple[str, ...], heading: tuple[str, ...] = ("UPN", "Social media")) -> bytes:
    return sheet(rows, heading)


@both_databases
def test_a_childs_record_tells_what_holds_and_all_that_was_said(
    client: TestClient, school: School, office: dict[str, str], clock: Clock
) -> None:
    upn = PUPILS[9][0]
    clock.go_on(minutes=1)
    told = {"told_by": "mother", "told_on": "2026-11-20", "form": "form 1"}
    assert say(client, office, school, upn, "granted", channel="website", **told).status_code == 200
    clock.go_on(minutes=1)
    assert say(client, office, school, upn, "withdrawn", channel="Twitter", told_by="the child").status_code == 200
    pupil = school.pupil(upn).id
    record = get(client, office, f"pupils/{pupil}/permissions")
    assert (record["pupil"], record["school_year"], record["may_be_shown"]) == (pupil, "2026-27", False)
    assert {one["channel"]: (one["state"], one["since"]) for one in record["channels"]} == {
        "website": ("granted", "2026-27"),
        "social-media": ("withdrawn", "2026-27"),
        "press": ("not_answered", None),
        "newsletter": ("not_answered", None),
        "prospectus": ("not_answered", None),
        "display": ("not_answered", None),
    }
    latest, second, first = record["history"]
    assert (latest["told_by"], latest["channel"], latest["answer"], latest["source"]) == (
        "the child",
        "social-media",
        "withdrawn",
        "told",
    )
    assert (second["told_by"], second["told_on"], second["form"]) == ("mother", "2026-11-20", "form 1")
    assert (first["source"], first["recorded_by"], first["answer"]) == ("mis", "test", "granted")
    with school.read() as store:
        line = audit.page(store, limit=1).items[0]
    assert (line.action, line.subject) == ("permission.answers.read", pupil)


def test_a_word_said_twice_is_kept_twice(
    client: TestClient, school: School, office: dict[str, str], clock: Clock
) -> None:
    upn = PUPILS[9][0]
    for _ in range(2):
        clock.go_on(seconds=1)
        say(client, office, school, upn, "refused", told_by="mother")
    record = get(client, office, f"pupils/{school.pupil(upn).id}/permissions")
    assert [one["current"] for one in record["history"]] == [True, False, True]


def test_a_record_that_is_not_there(client: TestClient, office: dict[str, str], school: School) -> None:
    problem(client.get("/v1/pupils/nobody/permissions", headers=office), 404, "not-found")
    author = school.key("drafts:write", "review:write", "audit:read")
    problem(client.get("/v1/pupils/nobody/permissions", headers=author), 403, "scope-missing")


# ---------------------------------------------------------------- the round


@both_databases
def test_a_round_is_opened_worded_printed_and_followed_up(
    client: TestClient, school: School, office: dict[str, str]
) -> None:
    before = get(client, office, "permission-round")
    assert (before["opened_on"], before["form"], before["is_over"]) == (None, None, False)
    assert (before["not_answered"], before["asked"], before["unanswered"]) == ("allow", len(PUPILS), 0)
    problem(client.get("/v1/permission-round/forms", headers=office), 409, "round-not-open")
    problem(client.get("/v1/permission-round/forms.csv", headers=office), 409, "round-not-open")
    assert client.put("/v1/permission-round", headers=office, json=ROUND).status_code == 200
    opened = get(client, office, "permission-round")
    assert (opened["opened_on"], opened["due_on"], opened["is_over"]) == (*ROUND.values(), True)
    assert opened["blank_means"].startswith("No answer by the date given means yes")
    assert (opened["form"]["version"], opened["form"]["wording"]) == (1, FIRST_WORDING)
    worded = client.put("/v1/permission-round/form", headers=office, json={"wording": " May we? <b> "}).json()
    assert (worded["version"], worded["wording"]) == (2, "May we? <b>")
    again = client.put("/v1/permission-round/form", headers=office, json={"wording": "May we? <b>"}).json()
    assert again == worded
    page = client.get("/v1/permission-round/forms", headers=office)
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.count('<section class="slip">') == len(PUPILS)
    for words in ("May we? &lt;b&gt;", "Form version 2; policy whitehouse@1", "31 October 2026", "Twitter/X"):
        assert words in page.text


@pytest.mark.parametrize("wording", ["", "  ", "x" * 4001, "\x00"])
def test_a_wording_that_cannot_be(client: TestClient, office: dict[str, str], wording: str) -> None:
    told = problem(client.put("/v1/permission-round/form", headers=office, json={"wording": wording}), 422, "malformed")
    assert told["errors"][0]["pointer"] == "#/wording"


def test_forms_as_a_file_come_back_filled_in(client: TestClient, school: School, office: dict[str, str]) -> None:
    put(client, office, "roster", sheet([*PUPILS, [NEW[0], "=HYPERLINK(1)", "", "", "+Evil", "", "4", "Oak", ""]]))
    client.put("/v1/permission-round", headers=office, json=ROUND)
    data = client.get("/v1/permission-round/forms.csv", headers=office)
    assert data.headers["content-type"].startswith("text/csv")
    header, *rows = csv.reader(io.StringIO(data.content.decode("utf-8-sig")))
    assert header == ["UPN", "First name", "Surname", "Class", "Due date", "Form version", "Website", "Social media",
                      "Press", "Newsletter", "Prospectus", "Display"]  # fmt: skip
    (armed,) = (row for row in rows if row[0] == NEW[0])
    assert armed[1:3] == ["'=HYPERLINK(1)", "'+Evil"]
    filled = [[*row[:6], "Y", "N" if row[0] == ALICE else "Y", "", "", "", ""] for row in rows]
    told = put(client, office, "permissions", sheet(filled, header)).json()
    assert [one for one in told["problems"] if "not understood" in one["detail"]] == []
    assert states(client, office, school, ALICE)["social-media"] == "refused"
    assert states(client, office, school, SILENT)["website"] == "granted"


@both_databases
def test_who_has_not_answered_is_listed_page_by_page_and_as_a_file(
    client: TestClient, school: School, office: dict[str, str]
) -> None:
    silent = [row[0] for row in PUPILS[20:23]]
    put(client, office, "permissions", answers(*((row[0], "" if row[0] in silent else "Y") for row in PUPILS)))
    client.put("/v1/permission-round", headers=office, json=ROUND)
    first = get(client, office, "permission-round/unanswered", limit=1)
    rest = get(client, office, "permission-round/unanswered", cursor=first["next"])
    found = [*first["items"], *rest["items"]]
    assert {one["upn"] for one in found} == set(silent)
    assert all(one["overdue"] and one["due_on"] == "2026-10-31" for one in found)
    rows = list(csv.DictReader(io.StringIO(client.get("/v1/permission-round/unanswered.csv", headers=office).content.decode("utf-8-sig"))))  # fmt: skip
    assert [row["UPN"] for row in rows] == [one["upn"] for one in found]
    assert {row["Overdue"] for row in rows} == {"yes"}
    for one in found:
        say(client, office, school, one["upn"], "refused", told_by="mother")
    assert get(client, office, "permission-round/unanswered")["items"] == []
    problem(client.get("/v1/permission-round/unanswered", headers=office, params={"cursor": "no"}), 422, "malformed")


@both_databases
def test_a_child_who_comes_later_has_as_long_as_the_others_had(
    client: TestClient, school: School, office: dict[str, str], clock: Clock
) -> None:
    client.put("/v1/permission-round", headers=office, json=ROUND)
    clock.time = datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert put(client, office, "roster", sheet([*PUPILS, NEW])).status_code == 200
    (slip,) = get(client, office, "permission-round/unanswered")["items"]
    assert (slip["upn"], slip["due_on"], slip["overdue"]) == (NEW[0], "2026-12-25", False)
    assert not shown(client, office, NEW[0])
    clock.time = datetime(2026, 12, 25, 23, 59, tzinfo=UTC)
    assert not shown(client, office, NEW[0])
    clock.time = datetime(2026, 12, 26, 0, 1, tzinfo=UTC)
    assert shown(client, office, NEW[0]), "silence permits under this policy, once their own day has passed"
    assert shown(client, office, SILENT)


def test_a_child_who_comes_later_is_shown_as_soon_as_the_family_says_yes(
    client: TestClient, school: School, office: dict[str, str], clock: Clock
) -> None:
    client.put("/v1/permission-round", headers=office, json=ROUND)
    clock.go_on(days=2)
    put(client, office, "roster", sheet([*PUPILS, NEW]))
    say(client, office, school, NEW[0], "granted", told_by="mother")
    assert shown(client, office, NEW[0])


@both_databases
def test_at_the_turn_of_the_school_year_a_no_holds_and_a_yes_expires(
    client: TestClient, school: School, office: dict[str, str], clock: Clock
) -> None:
    client.put("/v1/permission-round", headers=office, json=ROUND)
    clock.time = datetime(2027, 8, 31, 22, 59, 59, tzinfo=UTC)  # the last second of 31 August in London
    assert shown(client, office, SILENT)
    assert states(client, office, school, SILENT)["social-media"] == "granted"
    assert not shown(client, office, ALICE)
    clock.go_on(seconds=1)
    assert not shown(client, office, SILENT)
    assert states(client, office, school, SILENT)["social-media"] == "expired"
    assert states(client, office, school, ALICE)["social-media"] == "refused"
    assert get(client, office, "permission-round")["school_year"] == "2027-28"
    say(client, office, school, ALICE, "granted", told_by="mother")
    assert shown(client, office, ALICE), "answered anew"


def test_what_a_blank_means_is_told_under_either_policy(
    client: TestClient, school: School, office: dict[str, str]
) -> None:
    source = DEFAULT_FILE.read_text(encoding="utf-8").replace('not_answered = "allow"', 'not_answered = "refuse"')
    with school.write() as store:
        policies.add(store, source + PAPER_DISTANCES, by="test", now=school.service.clock())
    told = get(client, office, "permission-round")
    assert (told["not_answered"], told["blank_means"][:19]) == ("refuse", "No answer means no:")


# ---------------------------------------------------------------- a no by any member of staff


@both_databases
@pytest.mark.parametrize("answer", ["refused", "withdrawn"])
def test_an_author_may_lower_at_once_and_sees_nothing_else(
    client: TestClient, school: School, office: dict[str, str], answer: str
) -> None:
    author = school.key("drafts:write")
    told = say(client, author, school, SILENT, answer, told_by="the child").json()
    assert told == {"pupil": school.pupil(SILENT).id, "answer": "refused", "may_be_shown": False, "note": ""}
    assert not shown(client, office, SILENT)
    assert say(client, author, school, ALICE, answer, told_by="the child").json() == told | {
        "pupil": school.pupil(ALICE).id
    }


@pytest.mark.parametrize(
    "body",
    [
        {"answer": "granted"},
        {"answer": "not_answered"},
        {"answer": "refused", "channel": "newsletter"},
        {"answer": "granted", "told_by": "not noted"},
    ],
)
def test_an_author_may_do_no_more(client: TestClient, school: School, body: dict[str, str]) -> None:
    path = f"/v1/pupils/{school.pupil(ALICE).id}/publication-permission"
    problem(client.post(path, headers=school.key("drafts:write"), json=body), 403, "scope-missing")
    problem(client.post(path, headers=school.key("audit:read"), json={"answer": "refused"}), 403, "scope-missing")


@both_databases
def test_a_no_of_nobody_knows_whom_stands_beside_every_yes_and_beyond_the_year(
    client: TestClient, school: School, office: dict[str, str], clock: Clock
) -> None:
    say(client, office, school, SILENT, "refused", told_by="Not noted")
    problem(say(client, office, school, SILENT, "granted", told_by="not  noted"), 409, "unnamed-no")
    assert say(client, office, school, SILENT, "granted", told_by="mother").json()["answer"] == "refused"
    clock.time = datetime(2027, 9, 10, 9, tzinfo=UTC)
    put(client, office, "permissions", answers(*((row[0], "Y") for row in PUPILS)))
    assert not shown(client, office, SILENT)
    assert states(client, office, school, SILENT)["social-media"] == "refused"
    assert shown(client, office, PUPILS[6][0])


def test_records_of_two_children_are_apart(client: TestClient, school: School, office: dict[str, str]) -> None:
    say(client, office, school, SILENT, "refused", channel="Sports day film", told_by="mother")
    pupil = school.pupil(SILENT)
    record = get(client, office, f"pupils/{pupil.id}/permissions")
    assert record["channels"][-1] == {"channel": "Sports day film", "state": "refused", "since": "2026-27"}
    assert "Sports day film" not in states(client, office, school, PUPILS[6][0])
