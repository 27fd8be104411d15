"""Safeguarding holds over HTTP: for the safeguarding lead alone, and to everybody else an ordinary no, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from app.domain import Box
from app.store import audit, schools
from app.store.people import Person
from app.vision import paper
from app.web.security import ROLES
from tests.web.api.test_bad_input import problem
from tests.web.api.test_permissions import answers, get, say, shown, states
from tests.web.api.test_register import HEADER, PUPILS, lines, put, sheet
from tests.web.api.test_vet import RED
from tests.web.conftest import Clock, School, both_databases
from tests.web.pages.forms import open_browser

REASON = "Moved under protection."


class Lead:
    """The safeguarding lead, signed in, and how their pages call the API."""

    def __init__(self, client: TestClient, school: School) -> None:
        self.client = client
        self.person: Person = school.person("dsl")
        self.headers = {"X-CSRF-Token": school.sign_in(client, self.person)}

    def call(self, method: str, path: str, body: object = None) -> Any:
        return self.client.request(method, f"/v1/{path}", headers=self.headers, json=body)

    def hold(self, pupil: str, level: str = "no_publish", **more: Any) -> dict[str, Any]:
        answer = self.call("POST", f"pupils/{pupil}/holds", {"level": level, "reason": REASON, **more})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


@pytest.fixture
def lead(new_client: Callable[[], TestClient], school: School) -> Lead:
    return Lead(new_client(), school)


UPN = PUPILS[9][0]


# ---------------------------------------------------------------- the lead


@both_databases
def test_the_lead_sets_reviews_reads_and_lifts(
    client: TestClient, school: School, office: dict[str, str], lead: Lead, clock: Clock
) -> None:
    pupil = school.pupil(UPN).id
    assert shown(client, office, UPN)
    hold = lead.hold(pupil, review_on="2027-07-01")
    assert (hold["pupil"], hold["set_by"], hold["review_on"]) == (pupil, lead.person.id, "2027-07-01")
    assert not shown(client, office, UPN)
    assert lead.call("GET", "holds").json() == {"items": [hold], "next": None}
    reason = lead.call("GET", f"pupils/{pupil}/holds/{hold['id']}/reason").json()
    assert reason == {"id": hold["id"], "reason": REASON}
    clock.go_on(minutes=5)
    assert lead.call("DELETE", f"holds/{hold['id']}").status_code == 204
    assert shown(client, office, UPN)
    told = lead.call("GET", f"pupils/{pupil}/holds").json()
    assert [one["lifted_by"] for one in told["items"]] == [lead.person.id]
    assert [one["done"] for one in told["history"]] == ["hold", "reason", "lift"]
    assert {one["by"] for one in told["history"]} == {lead.person.id}
    problem(lead.call("DELETE", f"holds/{hold['id']}"), 404, "not-found")
    with school.read() as store:
        assert audit.verify(store).problems == ()


@both_databases
@pytest.mark.parametrize("role", sorted(set(ROLES) - {"dsl"}))
def test_no_other_role_and_no_key_comes_in(
    new_client: Callable[[], TestClient], school: School, lead: Lead, role: str
) -> None:
    pupil = school.pupil(UPN).id
    hold = lead.hold(pupil)
    before = lines(school)
    browser = open_browser(new_client(), school, role)
    token = {"X-CSRF-Token": browser.csrf}
    key = school.key("admin", "safeguarding:write")
    doors = [
        ("GET", "holds"),
        ("GET", f"pupils/{pupil}/holds"),
        ("GET", "pupils/nobody/holds"),
        ("POST", f"pupils/{pupil}/holds"),
        ("GET", f"pupils/{pupil}/holds/{hold['id']}/reason"),
        ("DELETE", f"holds/{hold['id']}"),
        ("DELETE", f"pupils/{pupil}/unnamed-no"),
    ]
    bodies = set()
    for method, path in doors:
        body = {"reason": REASON} if method == "POST" else None
        for one in (
            browser.client.request(method, f"/v1/{path}", headers=token, json=body),
            new_client().request(method, f"/v1/{path}", headers=key, json=body),
        ):
            problem(one, 403, "scope-missing")
            bodies.add(re.sub(r'"request_id": ?"[^"]*"', "", one.text))
    assert len(bodies) == 1
    assert lines(school) == before + 3, "nothing but the person, the session and the key"
    for page in ("/holds", f"/pupils/{pupil}/holds"):
        assert browser.get(page).status_code == 403
    assert browser.post(f"/pupils/{pupil}/holds", level="no_publish", reason=REASON).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"reason": ""}, "#/reason"),
        ({"reason": "x" * 2001}, "#/reason"),
        ({"reason": "\x00"}, "#/reason"),
        ({"reason": REASON, "level": "always"}, "#/level"),
        ({"reason": REASON, "review_on": "2026-11-21"}, "#/review_on"),
        ({"reason": REASON, "more": 1}, "#/more"),
    ],
)
def test_a_hold_that_cannot_be(school: School, lead: Lead, body: dict[str, Any], pointer: str) -> None:
    told = problem(lead.call("POST", f"pupils/{school.pupil(UPN).id}/holds", body), 422, "malformed")
    assert told["errors"][0]["pointer"] == pointer


def test_a_child_who_is_not_there(lead: Lead, school: School) -> None:
    problem(lead.call("POST", "pupils/nobody/holds", {"reason": REASON}), 404, "not-found")
    problem(lead.call("GET", "pupils/nobody/holds"), 404, "not-found")
    hold = lead.hold(school.pupil(UPN).id)
    problem(lead.call("GET", f"pupils/{school.pupil(PUPILS[10][0]).id}/holds/{hold['id']}/reason"), 404, "not-found")


@both_databases
def test_a_child_in_care_starts_with_a_hold_that_stays_lifted(
    client: TestClient, school: School, office: dict[str, str], lead: Lead
) -> None:
    header = [*HEADER, "Looked After"]
    in_care = sheet([[*row, "Y" if row[0] == UPN else "N"] for row in PUPILS], header)
    assert put(client, office, "roster", in_care).status_code == 200
    assert not shown(client, office, UPN)
    (hold,) = lead.call("GET", "holds").json()["items"]
    assert (hold["pupil"], hold["level"], hold["review_on"]) == (school.pupil(UPN).id, "no_publish", None)
    lead.call("DELETE", f"holds/{hold['id']}")
    put(client, office, "roster", in_care)
    assert shown(client, office, UPN)


@both_databases
def test_the_last_hold_lifted_ends_the_no_that_stood_for_it(
    client: TestClient, school: School, office: dict[str, str], lead: Lead, clock: Clock
) -> None:
    pupil = school.pupil(UPN).id
    first, second = lead.hold(pupil), lead.hold(pupil, "no_name")
    problem(lead.call("DELETE", f"pupils/{pupil}/unnamed-no"), 409, "hold-stands")
    clock.go_on(seconds=1)
    lead.call("DELETE", f"holds/{first['id']}")
    assert not shown(client, office, UPN)
    assert states(client, office, school, UPN)["social-media"] == "refused"
    clock.go_on(days=300)  # into the next school year
    lead.headers = {"X-CSRF-Token": school.sign_in(lead.client, lead.person)}
    say(client, office, school, UPN, "granted", told_by="mother")
    assert not shown(client, office, UPN)
    lead.call("DELETE", f"holds/{second['id']}")
    assert shown(client, office, UPN)
    assert states(client, office, school, UPN)["social-media"] == "granted"


@both_databases
@pytest.mark.parametrize("first", [True, False])
def test_a_no_of_somebody_outlives_the_hold_behind_which_it_stood(
    client: TestClient, school: School, office: dict[str, str], lead: Lead, clock: Clock, first: bool
) -> None:
    pupil = school.pupil(UPN).id
    if first:
        say(client, office, school, UPN, "refused", told_by="not noted")
        clock.go_on(seconds=1)
    hold = lead.hold(pupil)
    clock.go_on(seconds=1)
    if not first:
        say(client, office, school, UPN, "refused", told_by="not noted")
        clock.go_on(seconds=1)
    lead.call("DELETE", f"holds/{hold['id']}")
    assert not shown(client, office, UPN)
    assert lead.call("DELETE", f"pupils/{pupil}/unnamed-no").status_code == 204
    assert shown(client, office, UPN)
    problem(lead.call("DELETE", f"pupils/{pupil}/unnamed-no"), 409, "no-such-no")
    assert lead.call("GET", f"pupils/{pupil}/holds").json()["history"][-1]["done"] == "end"


# ---------------------------------------------------------------- like any no, byte for byte

LIKE = (["A000000000001", "Xanthia", "Kilo"], ["A000000000002", "Zephyra", "Lima"])
"""UPN, first name and class of two children of whom the same is known otherwise."""


class Child:
    """One of the two, and what differs by itself between any two children."""

    def __init__(self, school: School, upn: str, first: str, class_name: str) -> None:
        self.id, self.upn, self.first, self.class_name = school.pupil(upn).id, upn, first, class_name

    def masked(self, text: str) -> str:
        """The text without what differs: ids, UPN, name and class; seals, hashes and numbers of lines."""
        both = (row[2] for row in LIKE)  # pages list all classes
        for one in (self.id, self.upn, self.first, *both):
            text = text.replace(one, "…")
        text = re.sub(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b|\b[0-9a-f]{32}\b", "#", text)
        return re.sub(r"\b[0-9a-f]{65,}\b", lambda seal: f"{len(seal[0])} figures", text)


@pytest.fixture
def pair(client: TestClient, school: School, office: dict[str, str], lead: Lead, clock: Clock) -> tuple[Child, Child]:
    """The first under a hold; of the second the lead recorded that somebody said no. Both families said yes."""
    rows = [[upn, first, "", "", "Fairchild", "", "4", class_name, "2018-06-19"] for upn, first, class_name in LIKE]
    assert put(client, office, "roster", sheet([*PUPILS, *rows])).status_code == 200
    assert put(client, office, "permissions", answers(*((row[0], "Y") for row in (*PUPILS, *rows)))).status_code == 200
    held, refused = (Child(school, *one) for one in LIKE)
    clock.go_on(seconds=1)
    lead.hold(held.id)
    body = {"answer": "refused", "told_by": "not noted"}
    assert lead.call("POST", f"pupils/{refused.id}/publication-permission", body).status_code == 200
    return held, refused


def asked(client: TestClient, token: dict[str, str], child: Child, clock: Clock) -> list[Any]:
    """Every answer that somebody can have about the child, pages and JSON, reads and writes."""
    permissions = f"/v1/pupils/{child.id}/permissions"
    reads = [
        client.get(path, params={"q": child.first} if with_name else None)
        for path, with_name in (
            ("/v1/pupils", True),
            (permissions, False),
            ("/v1/permission-round", False),
            ("/v1/permission-round/unanswered", False),
            ("/v1/permission-round/unanswered.csv", False),
            ("/say-no", True),
            (f"/say-no/{child.id}", False),
            ("/pupils", True),
            (f"/pupils/{child.id}", False),
            ("/permission-round/unanswered", False),
        )
    ]
    said = f"/v1/pupils/{child.id}/publication-permission"
    writes = []
    for body in (
        {"answer": "granted", "told_by": "mother"},
        {"answer": "granted", "told_by": "not noted"},
        {"answer": "not_answered"},
        {"answer": "refused", "told_by": "child"},
        {"answer": "granted", "told_by": "child"},
    ):
        clock.go_on(seconds=1)
        writes.append(client.post(said, headers=token, json=body))
    form = {"csrf": token["X-CSRF-Token"], "social-media": "granted", "told_by": "father"}
    clock.go_on(seconds=1)
    writes.append(client.post(f"/pupils/{child.id}/permission", data=form))
    writes += [client.get(f"/pupils/{child.id}"), client.get(permissions)]
    drawn = paper.png(faces=[(RED, Box(40, 160, 130, 280)), (RED, Box(340, 160, 430, 280))])
    writes.append(
        client.post(f"/v1/pupils/{child.id}/reference-photos", headers=token, files={"file": ("a.png", drawn)})
    )
    vetted = []
    for text in ("We planted bulbs.", f"Well done {child.first} Fairchild!", "Our trip to the museum was fun."):
        draft = {"text": text, "classes": child.class_name, "alt_texts": "Children at work"}
        vetted.append(client.post("/v1/vet", headers=token, data=draft, files={"photos": ("p.png", drawn)}))
        vetted.append(client.post("/v1/vet", headers=token, json={"text": text, "classes": [child.class_name]}))
    draft = {"text": "We planted bulbs.", "classes": child.class_name, "alt_texts": "Children at work"}
    stored = client.post("/v1/drafts", headers=token, data=draft, files={"photos": ("p.png", drawn)})
    vetted.append(stored)
    if stored.status_code == 201:
        vetted += [client.get(f"/v1/drafts/{stored.json()['id']}"), client.get(f"/drafts/{stored.json()['id']}")]
        client.post(f"/v1/drafts/{stored.json()['id']}/withdraw", headers=token)
    return [*reads, *writes, *vetted]


@both_databases
@pytest.mark.parametrize("role", sorted(ROLES))
def test_whole_answers_are_the_same_whatever_the_route(
    new_client: Callable[[], TestClient], school: School, pair: tuple[Child, Child], clock: Clock, role: str
) -> None:
    browser = open_browser(new_client(), school, role)
    token = {"X-CSRF-Token": browser.csrf}
    told, begun = [], clock.time
    for child in pair:
        clock.time = begun
        every = asked(browser.client, token, child, clock)
        told.append([f"{one.status_code} {_headers(one)} {child.masked(one.text)}" for one in every])
    assert len(told[0]) > 20
    for held, refused in zip(*told, strict=True):
        assert held == refused
    if "register:write" in {scope.value for scope in ROLES[role]}:
        assert any("not noted" in one for one in told[0]), "the no is seen, and nothing behind it"
    assert not any(REASON in one for one in told[0])


def _headers(answer: Any) -> list[tuple[str, str]]:
    own = {"location", "content-length", "x-request-id"}
    return sorted((name, value) for name, value in answer.headers.items() if name not in own)


@both_databases
def test_the_trail_is_the_same(new_client: Callable[[], TestClient], school: School, pair: tuple[Child, Child]) -> None:
    browser = open_browser(new_client(), school, "office")
    for child in pair:
        browser.get(f"/v1/pupils/{child.id}/permissions")
    with school.read() as store:
        every = audit.page(store, limit=100).items
        told = [
            [
                child.masked(f"{line.at} {line.actor} {line.action} {line.subject} {dict(line.detail)}")
                for line in every
                if child.id in f"{line.subject} {line.detail}"
                and "roster" not in line.action
                and "mis" not in line.detail.values()
            ]
            for child in pair
        ]
    assert told[0] == told[1]
    assert [len(one) for one in told] == [2, 2]
    assert not any("hold" in line.action or "safeguarding" in line.action for line in every)


@both_databases
def test_lists_and_exports_tell_the_two_not_apart(
    client: TestClient, school: School, office: dict[str, str], lead: Lead, pair: tuple[Child, Child]
) -> None:
    for path in ("permission-round/unanswered.csv", "permission-round/forms.csv", "permission-round/forms"):
        client.put("/v1/permission-round", headers=office, json={"opened_on": "2026-10-01", "due_on": "2026-10-31"})
        text = client.get(f"/v1/{path}", headers=office).text
        held, refused = ([child.masked(line) for line in text.splitlines() if child.first in line] for child in pair)
        assert held == refused
        assert bool(held) is ("forms" in path), "a no is an answer"
    items = get(client, office, "pupils", q="Fairchild")["items"]
    first, second = (
        {key: child.masked(str(value)) for key, value in one.items()} for child, one in zip(pair, items, strict=True)
    )
    assert first == second
    assert first["may_be_shown"] == "False"


@both_databases
def test_the_way_through_the_code_is_the_same(school: School, lead: Lead, pair: tuple[Child, Child]) -> None:
    """How long it takes tells nothing: as many statements are sent to the database for the one as for the other."""
    counts = []
    for child in pair:
        seen: list[str] = []
        with counting(school, seen):
            school.office  # noqa: B018 - reading the policy is part of it
            body = {"answer": "granted", "told_by": "mother"}
            lead.call("POST", f"pupils/{child.id}/publication-permission", body)
            lead.call("GET", f"pupils/{child.id}/permissions")
            lead.call("POST", "vet", {"text": f"Well done {child.first}!", "classes": [child.class_name]})
        counts.append(seen)
    assert counts[0] == counts[1]
    assert len(counts[0]) > 10


@contextmanager
def counting(school: School, seen: list[str]) -> Iterator[None]:
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield
    event.remove(Engine, "before_cursor_execute", note)


# ---------------------------------------------------------------- never named, never located


@both_databases
def test_a_child_never_to_be_named_is_named_by_whatever_may_be_their_name(
    client: TestClient, school: School, office: dict[str, str], author: dict[str, str], lead: Lead
) -> None:
    rose = ["A000000000001", "Rose", "", "", "Fairchild", "", "4", "Oak", "2018-06-19"]
    put(client, office, "roster", sheet([*PUPILS, rose]))
    approver = school.key("review:write")
    words = {"text": "We sang in Rose Fairchild Hall.", "classes": ["Oak"]}

    def found() -> dict[str, str]:
        report = client.post("/v1/vet", headers=author, json=words).json()
        return {one["rule"]: one["outcome"] for one in report["findings"] if one["rule"].startswith("names.")}

    allowed = {"phrase": "Rose Fairchild Hall", "about": "names", "reason": "Our hall."}
    assert client.post("/v1/allowed-phrases", headers=approver, json=allowed).status_code == 201
    assert found() == {}
    flower, hall = "A lovely rose from our garden.", words["text"]
    words["text"] = flower
    assert found() == {"names.perhaps-pupil": "refer"}
    words["text"] = hall
    hold = lead.hold(school.pupil(rose[0]).id, "no_name")
    assert found() == {"names.pupil-named": "reject"}
    words["text"] = flower
    assert found() == {"names.pupil-named": "reject"}
    lead.call("DELETE", f"holds/{hold['id']}")
    words["text"] = hall
    assert found() == {}


@both_databases
def test_where_a_class_is_that_may_not_be_located_is_looked_at_in_ordinary_words(
    client: TestClient, school: School, author: dict[str, str], office: dict[str, str], lead: Lead
) -> None:
    child = school.pupil(UPN)
    put(
        client,
        office,
        "events",
        "id,title,starts_at,ends_at,place,synonyms\nmill,Mill visit,2026-11-02T09:00:00Z,2026-11-02T15:00:00Z,Mill,\n",
    )

    def found(text: str, *classes: str, **more: Any) -> list[dict[str, Any]]:
        body = {"text": text, "classes": list(classes), **more}
        report = client.post("/v1/vet", headers=author, json=body).json()
        return [one for one in report["findings"] if one["outcome"] != "advise"]

    place = "We sang in the church on Monday."
    assert found(place, child.class_name) == []
    (ordinary,) = found("Come to our fair tomorrow at 2pm!", "Oak")
    lead.hold(child.id, "no_location")
    (one,) = found(place, child.class_name)
    assert (one["rule"], one["outcome"], one["message"]) == (
        ordinary["rule"],
        "refer",
        ordinary["message"],
    )
    assert (one["title"], one["hint"], one["clause"]) == (ordinary["title"], ordinary["hint"], ordinary["clause"])
    assert [found(place), found(place, "no such class")] == [[one], [one]]
    other = next(row[7] for row in PUPILS if row[7] != child.class_name)
    assert found(place, other) == []
    assert found("We made bread.", child.class_name) == []
    assert [each["rule"] for each in found("We made flour.", child.class_name, event_id="mill")] == [ordinary["rule"]]
    assert [each["rule"] for each in found("Our mill visit was fun.", child.class_name)] == [ordinary["rule"]]


def test_the_register_is_another_once_a_hold_goes_further(school: School, lead: Lead) -> None:
    pupil = school.pupil(UPN).id
    versions = []
    for level in ("no_publish", "no_name", "no_location"):
        lead.hold(pupil, level)
        with school.read() as store:
            versions.append(schools.register_version(store))
    assert len(set(versions)) == 3
