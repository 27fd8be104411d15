"""A permission that is lost reaches back, over HTTP: to drafts that wait, that are approved, that are out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import register
from app.domain import Stage
from app.store import audit, drafts, recalls
from app.store.permissions import PermissionAnswer
from app.store.recalls import RecallOutcome
from app.web import reaching
from tests.web.api.test_bad_input import problem
from tests.web.api.test_drafts import GREEN, decide, store, submit
from tests.web.api.test_faces import enrol
from tests.web.api.test_holds import Lead, lead  # noqa: F401 - a fixture
from tests.web.api.test_permissions import answers, say
from tests.web.api.test_register import PUPILS, put
from tests.web.api.test_vet import BLUE, RED, photo
from tests.web.conftest import NOW, Clock, School, both_databases

OAK = next(row for row in PUPILS if row[0] == "B823403726001")[0]
ENROLLED = (30, 60, 200)  # the colour of `portrait()`
Headers = dict[str, str]


def class_of(school: School, upn: str) -> str:
    return school.pupil(upn).class_name


def shown_child(school: School, class_name: str) -> str:
    """The UPN of a child of that class whose family said yes."""
    return next(row[0] for row in PUPILS if school.pupil(row[0]).class_name == class_name and row[0] != OAK)


def pictured(client: TestClient, author: Headers, *classes: str, **more: Any) -> dict[str, Any]:
    kept = store(client, author, more.pop("picture", None) or photo(BLUE, RED, GREEN))
    return submit(client, author, photos=[{"id": kept["id"]}], classes=list(classes), **more)


def nobody_is_in_it(client: TestClient, approver: Headers, draft: dict[str, Any]) -> dict[str, str]:
    asked = client.get(f"/v1/drafts/{draft['id']}/roll-call", headers=approver).json()["children"]
    return {one["pupil"]: "not-in-photo" for one in asked}


def approve(client: TestClient, approver: Headers, draft: dict[str, Any]) -> Any:
    return decide(client, approver, draft, "approve", answers=nobody_is_in_it(client, approver, draft))


def approved(client: TestClient, author: Headers, approver: Headers, *classes: str, **more: Any) -> dict[str, Any]:
    draft = pictured(client, author, *classes, **more)
    answer = approve(client, approver, draft)
    assert answer.status_code == 200, answer.text
    return draft


def publish(school: School, draft: dict[str, Any]) -> None:
    """What the publisher will do."""
    with school.write() as rows:
        for before, after in ((Stage.APPROVED, Stage.PUBLISHING), (Stage.PUBLISHING, Stage.PUBLISHED)):
            assert drafts.move(rows, draft["id"], before, after, by="publisher", now=NOW)


def stage(school: School, draft: dict[str, Any]) -> str:
    with school.read() as rows:
        return str(drafts.get(rows, draft["id"]).stage)


def asked(client: TestClient, approver: Headers, draft: dict[str, Any]) -> set[str]:
    found = client.get(f"/v1/drafts/{draft['id']}/roll-call", headers=approver).json()
    return {one["pupil"] for one in found["children"]}


def listed(client: TestClient, approver: Headers, **params: str) -> list[dict[str, Any]]:
    answer = client.get("/v1/recalls", headers=approver, params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


# ---------------------------------------------------------------- drafts that are not out yet


@both_databases
def test_a_no_stops_what_was_approved_and_it_is_vetted_again(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    upn = shown_child(school, "Oak")
    theirs = approved(client, author, approver, "Oak")
    whole = approved(client, author, approver)
    other = approved(client, author, approver, "Cedar")
    words = submit(client, author)
    clock.go_on(minutes=1)
    assert say(client, office, school, upn, "refused", told_by="mother").status_code == 200
    assert [stage(school, one) for one in (theirs, whole, other, words)] == [
        "referred",
        "referred",
        "approved",
        "ready",
    ]
    for draft in (theirs, whole):
        assert school.pupil(upn).id in asked(client, approver, draft)
        moves = [
            (line.actor, line.detail.get("from"), line.detail.get("to"))
            for line in _trail(school, draft)
            if line.action == "desk.draft.move"
        ]
        assert moves[-1] == ("register", "approved", "referred")
        problem(decide(client, approver, draft, "approve", answers={}), 409, "roll-call-open")
        assert approve(client, approver, draft).status_code == 200
    with school.read() as rows:
        assert recalls.rechecks(rows) == ()
        assert audit.verify(rows).problems == ()


def _trail(school: School, draft: dict[str, Any]) -> tuple[audit.AuditLine, ...]:
    with school.read() as rows:
        return audit.about(rows, draft["id"])


@both_databases
def test_drafts_that_wait_are_vetted_again_and_a_returned_one_stays_with_its_author(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    upn = shown_child(school, "Oak")
    waiting, returned, rejected = (pictured(client, author, "Oak") for _ in range(3))
    decide(client, approver, returned, "return", reason="Another photo, please.")
    decide(client, approver, rejected, "reject", reason="No.")
    clock.go_on(minutes=1)
    say(client, office, school, upn, "withdrawn", told_by="father")
    assert [stage(school, one) for one in (waiting, returned, rejected)] == ["referred", "returned", "rejected"]
    pupil = school.pupil(upn).id
    assert pupil in asked(client, approver, waiting)
    assert pupil in asked(client, approver, returned)
    assert pupil not in asked(client, approver, rejected)


def test_an_unknown_class_and_last_years_classes_are_the_whole_school(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    unknown = approved(client, author, approver, "Ok")
    old = approved(client, author, approver, "Cedar")
    with school.write() as rows:
        rows.session.connection().exec_driver_sql(
            "UPDATE drafts SET created_at = '2026-06-01 09:00:00.000000' WHERE id = ?", (old["id"],)
        )
    clock.go_on(minutes=1)
    say(client, office, school, shown_child(school, "Oak"), "refused", told_by="mother")
    assert [stage(school, one) for one in (unknown, old)] == ["referred", "ready"], "neither is approved any more"


@pytest.mark.parametrize(
    ("moves", "ends", "recalled"),
    [
        ([Stage.SCHEDULED], "referred", 0),
        ([Stage.PUBLISHING, Stage.FAILED], "referred", 0),
        ([Stage.PUBLISHING], "publishing", 1),
        ([Stage.WITHDRAWN], "withdrawn", 0),
    ],
)
@both_databases
def test_every_stage_from_which_a_draft_may_go_out(
    client: TestClient,
    school: School,
    author: Headers,
    approver: Headers,
    office: Headers,
    clock: Clock,
    moves: list[Stage],
    ends: str,
    recalled: int,
) -> None:
    draft = approved(client, author, approver, "Oak")
    with school.write() as rows:
        for before, after in pairwise([Stage.APPROVED, *moves]):
            assert drafts.move(rows, draft["id"], before, after, by="publisher", now=NOW)
    clock.go_on(minutes=1)
    say(client, office, school, shown_child(school, "Oak"), "refused", told_by="mother")
    assert (stage(school, draft), len(listed(client, approver))) == (ends, recalled)


def test_a_child_who_came_later_is_in_no_earlier_photo(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    before = approved(client, author, approver, "Oak")
    upn = shown_child(school, "Oak")
    with school.write() as rows:
        rows.session.connection().exec_driver_sql("UPDATE pupils SET joined_on = '2026-11-23' WHERE upn = ?", (upn,))
    clock.go_on(days=1)
    after = approved(client, author, approver, "Oak")
    clock.go_on(minutes=1)
    say(client, office, school, upn, "refused", told_by="mother")
    assert [stage(school, one) for one in (before, after)] == ["approved", "referred"]


@both_databases
def test_imports_policies_and_rosters_reach_back_too(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    upn = shown_child(school, "Oak")
    draft = approved(client, author, approver, "Oak")
    clock.go_on(minutes=1)
    rows = [(row[0], "No" if row[0] in (OAK, upn) else "Yes") for row in PUPILS]
    loaded = put(client, office, "permissions", answers(*rows))
    assert loaded.status_code == 200, loaded.text
    assert stage(school, draft) == "referred"
    assert school.pupil(upn).id in asked(client, approver, draft)


def test_a_roll_call_that_was_answered_exempts_nobody(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    """Alice of Oak was asked for in a photo of the whole school and not seen; then her family says yes, then no."""
    draft = approved(client, author, approver, "Oak")
    clock.go_on(minutes=1)
    say(client, office, school, OAK, "granted", told_by="mother")
    put(client, office, "permissions", answers(*[(row[0], "Yes") for row in PUPILS]))
    assert stage(school, draft) == "approved"
    clock.go_on(minutes=1)
    say(client, office, school, OAK, "refused", told_by="mother")
    assert stage(school, draft) == "referred"
    assert school.pupil(OAK).id in asked(client, approver, draft)


@both_databases
def test_erasing_a_child_stops_what_may_show_them(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    upn = shown_child(school, "Oak")
    pupil = school.pupil(upn).id
    waiting, out = approved(client, author, approver, "Oak"), approved(client, author, approver, "Oak")
    publish(school, out)
    clock.go_on(minutes=1)
    assert client.delete(f"/v1/pupils/{pupil}", headers=office).status_code == 204
    assert stage(school, waiting) in {"referred", "ready"}
    (recall,) = listed(client, approver)
    assert (recall["draft"], recall["pupils"], recall["why_found"]) == (out["id"], [], "class")
    assert pupil not in json.dumps(listed(client, approver))


# ---------------------------------------------------------------- one wins


def _at_once(*calls: Callable[[], Any]) -> list[int]:
    """What each call answered, made at the same moment."""
    start = threading.Barrier(len(calls))

    def made(call: Callable[[], Any]) -> int:
        start.wait()
        return int(call().status_code)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(made, calls))


@both_databases
def test_an_approval_against_a_withdrawal_never_stands_after_the_loss(
    new_client: Callable[[], TestClient],
    school: School,
    author: Headers,
    approver: Headers,
    office: Headers,
    clock: Clock,
) -> None:
    children = [row[0] for row in PUPILS if school.pupil(row[0]).class_name == "Oak" and row[0] != OAK][:4]
    won = set()
    for upn in children:
        first, second = new_client(), new_client()
        draft = pictured(first, author, "Oak")
        given = nobody_is_in_it(first, approver, draft)
        clock.go_on(minutes=1)
        approval, no = _at_once(
            lambda: decide(first, approver, draft, "approve", answers=given),  # noqa: B023 - both end in this round
            lambda: say(second, office, school, upn, "refused", told_by="mother"),  # noqa: B023
        )
        won.add(approval)
        assert no == 200
        reaching.catch_up(school.service)
        assert stage(school, draft) == "referred"
        assert school.pupil(upn).id in asked(first, approver, draft)
    assert won <= {200, 409}


@both_databases
def test_no_moment_in_which_an_approved_draft_outlives_the_loss(
    client: TestClient, school: School, author: Headers, approver: Headers, clock: Clock
) -> None:
    """The stop is part of the transaction of the loss: before anything is vetted again, it is there."""
    draft = approved(client, author, approver, "Oak")
    pupil = school.pupil(shown_child(school, "Oak")).id
    word = register.Word(PermissionAnswer.REFUSED, told_by="mother")
    register.record_permission(school.office, pupil, word, by="test", now=NOW + timedelta(minutes=1))
    assert stage(school, draft) == "referred"
    with school.read() as rows:
        (left,) = recalls.rechecks(rows)
    assert (left.draft, left.pupils) == (draft["id"], (pupil,))
    assert pupil not in asked(client, approver, draft)
    clock.go_on(minutes=2)
    problem(approve(client, approver, draft), 409, "register-changed")
    assert pupil in asked(client, approver, draft), "looked at again after that answer"


# ---------------------------------------------------------------- what is out


@both_databases
def test_what_is_out_is_listed_and_ends_taken_down_or_kept(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    upn = shown_child(school, "Oak")
    one, two, other = (approved(client, author, approver, name) for name in ("Oak", "Oak", "Cedar"))
    for draft in (one, two, other):
        publish(school, draft)
    clock.go_on(minutes=1)
    say(client, office, school, upn, "refused", told_by="mother")
    first, second = listed(client, approver)
    assert {first["draft"], second["draft"]} == {one["id"], two["id"]}
    assert (
        first.items()
        >= {
            "pupils": [school.pupil(upn).id],
            "why_found": "class",
            "outcome": None,
            "reason": "",
            "decided_by": None,
            "decided_at": None,
        }.items()
    )
    for teller in ("mother", "father"):
        clock.go_on(minutes=1)
        say(client, office, school, upn, "refused", told_by=teller)
    assert listed(client, approver) == [first, second], "a no that is repeated lists nothing twice"

    door = f"/v1/recalls/{first['id']}/outcome"
    ended = client.post(door, headers=approver, json={"outcome": "taken_down", "reason": "Deleted by the office."})
    assert ended.status_code == 200, ended.text
    assert (ended.json()["outcome"], ended.json()["reason"]) == ("taken_down", "Deleted by the office.")
    again = client.post(door, headers=approver, json={"outcome": "kept", "reason": "She is not in it."})
    problem(again, 409, "recall-closed")
    assert listed(client, approver) == [second]
    client.post(
        f"/v1/recalls/{second['id']}/outcome", headers=approver, json={"outcome": "kept", "reason": "She is not in it."}
    )
    assert [one["outcome"] for one in listed(client, approver, state="closed")] == ["kept", "taken_down"]
    clock.go_on(minutes=1)
    say(client, office, school, upn, "refused", told_by="mother")
    assert listed(client, approver) == []
    with school.read() as rows:
        lines = [(line.action, line.detail.get("outcome")) for line in audit.about(rows, second["id"])]
        assert audit.verify(rows).problems == ()
    assert lines == [("desk.recall.open", None), ("desk.recall.close", "kept")]


def test_a_no_after_a_yes_is_another_loss(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    upn = shown_child(school, "Oak")
    draft = approved(client, author, approver, "Oak")
    publish(school, draft)
    for answer in ("refused", "granted", "refused"):
        clock.go_on(minutes=1)
        say(client, office, school, upn, answer, told_by="mother")
    (recall,) = listed(client, approver)
    with school.write() as rows:
        recalls.close_recall(rows, recall["id"], RecallOutcome.KEPT, "Not in it.", by="test", now=clock())
    for answer in ("granted", "refused"):
        clock.go_on(minutes=1)
        say(client, office, school, upn, answer, told_by="mother")
    (anew,) = listed(client, approver)
    assert anew["id"] != recall["id"]


def test_a_second_child_joins_a_recall_that_is_open(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    first, second = [row[0] for row in PUPILS if school.pupil(row[0]).class_name == "Oak" and row[0] != OAK][:2]
    publish(school, approved(client, author, approver, "Oak"))
    for upn in (first, second):
        clock.go_on(minutes=1)
        say(client, office, school, upn, "refused", told_by="mother")
    (recall,) = listed(client, approver)
    assert recall["pupils"] == sorted(school.pupil(upn).id for upn in (first, second))


def test_a_photo_of_nobody_is_not_listed(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    publish(school, approved(client, author, approver, "Oak", picture=photo()))
    clock.go_on(minutes=1)
    say(client, office, school, shown_child(school, "Oak"), "refused", told_by="mother")
    assert listed(client, approver) == []


@both_databases
def test_a_child_of_another_class_is_found_by_likeness(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    upn = shown_child(school, "Oak")
    enrol(client, office, school.pupil(upn).id)
    seen = approved(client, author, approver, "Cedar", picture=photo(ENROLLED, RED, GREEN))
    unseen = approved(client, author, approver, "Cedar", picture=photo((120, 200, 20), RED, GREEN))
    out = approved(client, author, approver, "Cedar", picture=photo(ENROLLED, RED, GREEN))
    out_unseen = approved(client, author, approver, "Cedar", picture=photo((120, 200, 20), RED, GREEN))
    for draft in (out, out_unseen):
        publish(school, draft)
    clock.go_on(minutes=1)
    say(client, office, school, upn, "refused", told_by="mother")
    assert [stage(school, one) for one in (seen, unseen)] == ["rejected", "approved"]
    (recall,) = listed(client, approver)
    assert (recall["draft"], recall["why_found"]) == (out["id"], "match")


# ---------------------------------------------------------------- nothing tells why


@both_databases
def test_a_hold_and_a_refusal_are_the_same_byte_for_byte(
    client: TestClient,
    school: School,
    author: Headers,
    approver: Headers,
    office: Headers,
    lead: Lead,  # noqa: F811
    clock: Clock,
) -> None:
    refused, held = (shown_child(school, name) for name in ("Oak", "Cedar"))
    told = []
    for upn, lose in (
        (refused, lambda: say(client, office, school, refused, "refused", told_by="mother")),
        (held, lambda: lead.hold(school.pupil(held).id)),
    ):
        waiting = approved(client, author, approver, class_of(school, upn))
        out = approved(client, author, approver, class_of(school, upn))
        publish(school, out)
        before = clock()
        clock.go_on(minutes=1)
        lose()
        (recall,) = listed(client, approver)
        raw = client.get("/v1/recalls", headers=approver).text
        with school.read() as rows:
            trail = [
                (line.actor, line.action, json.dumps(line.detail, sort_keys=True))
                for subject in (recall["id"], waiting["id"], out["id"])
                for line in audit.about(rows, subject)
                if line.at > before and line.action != "desk.draft.vet"
            ]
        text = raw + json.dumps(trail)
        for number, secret in enumerate((school.pupil(upn).id, recall["id"], waiting["id"], out["id"])):
            text = text.replace(secret, f"<{number}>")
        told.append(text.replace(recall["opened_at"], "<at>"))
        client.post(f"/v1/recalls/{recall['id']}/outcome", headers=approver, json={"outcome": "kept", "reason": "No."})
    assert told[0] == told[1]


@both_databases
def test_who_may_see_and_decide(
    client: TestClient, school: School, author: Headers, approver: Headers, office: Headers, clock: Clock
) -> None:
    both = school.key("drafts:write", "review:write")
    draft = pictured(client, both, "Oak")
    assert approve(client, approver, draft).status_code == 200
    publish(school, draft)
    clock.go_on(minutes=1)
    say(client, office, school, shown_child(school, "Oak"), "refused", told_by="mother")
    (recall,) = listed(client, approver)
    door = f"/v1/recalls/{recall['id']}/outcome"
    for headers in (author, office, school.key("audit:read")):
        problem(client.get("/v1/recalls", headers=headers), 403, "scope-missing")
        problem(client.post(door, headers=headers, json={"outcome": "kept", "reason": "x"}), 403, "scope-missing")
    problem(client.get("/v1/recalls"), 401, "not-signed-in")
    problem(client.post(door, headers=both, json={"outcome": "kept", "reason": "Mine."}), 403, "own-draft")
    for wrong, status, slug in (
        ({"outcome": "kept", "reason": "  "}, 422, "reason-missing"),
        ({"outcome": "kept"}, 422, "malformed"),
        ({"outcome": "hidden", "reason": "x"}, 422, "malformed"),
        ({"outcome": "kept", "reason": "x" * 501}, 422, "malformed"),
        ({"outcome": "kept", "reason": "\x00"}, 422, "malformed"),
        ({"outcome": "kept", "reason": "x", "more": 1}, 422, "malformed"),
    ):
        problem(client.post(door, headers=approver, json=wrong), status, slug)
    problem(
        client.post("/v1/recalls/nobody/outcome", headers=approver, json={"outcome": "kept", "reason": "x"}),
        404,
        "not-found",
    )
    problem(client.get("/v1/recalls", headers=approver, params={"cursor": "x"}), 422, "malformed")
    problem(client.get("/v1/recalls", headers=approver, params={"state": "x"}), 422, "malformed")
    assert client.post(door, headers=both, json={"outcome": "taken_down", "reason": "Mine."}).status_code == 200
