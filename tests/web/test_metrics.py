"""The numbers for Prometheus, who may ask for them, and that none is about a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from app.integrations.x import ALLOWANCES
from app.store import holding
from tests.web.api.conftest import author  # noqa: F401
from tests.web.api.test_bad_input import problem
from tests.web.api.test_drafts import store, submit
from tests.web.api.test_vet import RED, photo
from tests.web.conftest import Clock, School, both_databases

TOKEN = "a-token-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
Headers = dict[str, str]


@pytest.fixture
def more_settings() -> dict[str, Any]:
    return {"metrics_token": TOKEN}


def numbers(client: TestClient) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    return {
        (sample.name, *(value for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@both_databases
def test_the_queue_of_every_school(client: TestClient, school: School, author: Headers, clock: Clock) -> None:  # noqa: F811
    slug = "whitehouse-primary-school"
    assert numbers(client)["fledgling_queue_drafts", slug] == 0
    assert numbers(client)["fledgling_queue_oldest_seconds", slug] == 0
    submit(client, author, text="Year 4 built a road.")
    clock.go_on(minutes=10)
    submit(client, author, text="Year 5 built a bridge.")
    found = numbers(client)
    assert found["fledgling_queue_drafts", slug] == 2
    assert found["fledgling_queue_oldest_seconds", slug] == 600
    assert found["fledgling_database_up",] == 1


@both_databases
def test_verdicts_are_counted_once_and_by_rule(
    client: TestClient,
    school: School,
    author: Headers,  # noqa: F811
    clock: Clock,
) -> None:
    submit(client, author, text="What was stored before anybody asked.")
    clock.go_on(minutes=1)
    numbers(client)
    submit(client, author, text="Well done to Priya Patel!")
    assert ("fledgling_verdicts_total", "reject") not in numbers(client), "it may not be alone: wait for slower ones"
    clock.go_on(seconds=11)
    for _ in range(2):
        found = numbers(client)
        assert found["fledgling_verdicts_total", "reject"] == 1
        assert found["fledgling_findings_total", "reject", "names.pupil-named"] == 1
    assert ("fledgling_verdicts_total", "approve") not in found


@both_databases
def test_what_goes_out_and_what_is_held(client: TestClient, school: School) -> None:
    with school.write() as rows:
        holding.pause(rows, "No credit.", problem="no-credit", by="test", now=school.service.clock())
    found = numbers(client)
    assert found["fledgling_schools_held", "no-credit"] == 1
    assert found["fledgling_x_no_credit_schools",] == 1
    assert found["fledgling_publications_overdue",] == 0
    assert found["fledgling_x_connections_in_trouble",] == 0
    assert found["fledgling_mails", "waiting"] == 0


def test_sessions_photos_and_requests(client: TestClient, school: School, author: Headers) -> None:  # noqa: F811
    before = numbers(client)
    school.sign_in(client, school.person("author"))
    store(client, author, photo(RED))
    client.get("/v1/drafts/none-of-that-id", headers=author)
    found = numbers(client)
    assert found["fledgling_sessions_open",] == before["fledgling_sessions_open",] + 1
    opened = ("fledgling_photo_seconds_count", "open_and_clean")
    assert found[opened] == before.get(opened, 0) + 1
    counted = ("fledgling_requests_total", "GET", "/v1/drafts/{draft_id}", "404")
    assert found[counted] == before.get(counted, 0) + 1
    assert found["fledgling_disk_free_bytes",] > 0


def test_what_x_still_allows_until_its_window_ends(client: TestClient, school: School, clock: Clock) -> None:
    ends = int(clock().timestamp()) + 600
    asked = httpx.Request("GET", "https://api.x.com/2/users/1001/tweets")
    told = {"x-rate-limit-remaining": "14", "x-rate-limit-reset": str(ends)}
    ALLOWANCES.note("whitehouseps", httpx.Response(200, headers=told, request=asked))
    ALLOWANCES.note("whitehouseps", httpx.Response(200, headers={"x-rate-limit-remaining": "-1"}, request=asked))
    here = ("fledgling_x_calls_left", "whitehouseps", "GET /2/users/{id}/tweets")
    assert numbers(client)[here] == 14
    clock.go_on(minutes=11)
    assert here not in numbers(client)


def test_no_label_is_about_a_person_or_a_thing(client: TestClient, school: School, author: Headers) -> None:  # noqa: F811
    draft = submit(client, author, text="Well done to Priya Patel!")
    client.get(f"/v1/drafts/{draft['id']}", headers=author)
    client.get("/somewhere/Priya")
    written = client.get("/metrics", headers=BEARER).text
    assert not any(one in written for one in ("Priya", "Patel", draft["id"], "/somewhere", school.id))


def test_only_the_token_opens_it(client: TestClient) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
    ):
        answer = client.get("/metrics", headers=headers)
        problem(answer, 401, "not-signed-in")
        assert TOKEN not in answer.text
    assert client.get("/metrics", headers=[(b"Authorization", b"Bearer \xe9")]).status_code == 401


class TestWithoutAToken:
    @pytest.fixture
    def more_settings(self) -> dict[str, Any]:
        return {}

    @pytest.fixture
    def from_here(self, app: FastAPI) -> Iterator[TestClient]:
        with TestClient(app, client=("127.0.0.1", 5000)) as client:
            yield client

    def test_this_machine_alone_may_ask(self, from_here: TestClient, client: TestClient) -> None:
        assert from_here.get("/metrics").status_code == 200
        problem(client.get("/metrics"), 404, "not-found")
        problem(from_here.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}), 404, "not-found")


def test_without_the_database_it_says_so(client: TestClient, school: School) -> None:
    file = school.service.database.file
    assert file is not None
    school.service.database.dispose()
    for one in file.parent.glob(f"{file.name}*"):
        one.rename(one.with_name(f"gone-{one.name}"))
    file.mkdir()
    found = numbers(client)
    assert found["fledgling_database_up",] == 0
    assert ("fledgling_sessions_open",) not in found
