"""What /readyz tells beyond what is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from fastapi import FastAPI
from sqlalchemy import URL
from starlette.testclient import TestClient

from app.db import Database
from app.jobs.engine import prepare
from app.jobs.watch import stand
from app.main import working
from app.web import readiness
from app.web.service import Service
from tests.web.conftest import School, both_databases


@contextmanager
def served(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(working(app)) as client:
        yield client


def test_who_does_the_jobs_is_told_where_this_process_does_them(app: FastAPI) -> None:
    with served(app) as client:
        assert client.get("/readyz").json()["checks"]["jobs"] == "ok"


@both_databases
def test_without_a_worker_the_web_process_is_ready_and_says_so(app: FastAPI, school: School) -> None:
    database = school.service.database
    if database.file is not None:
        assert "jobs" not in TestClient(app).get("/readyz").json()["checks"], "nobody was asked to do any"
        return
    with served(app) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["jobs"]) == (200, "no worker")
        prepare(database)
        post = stand(database, "a-worker")
        try:
            assert client.get("/readyz").json()["checks"]["jobs"] == "ok"
        finally:
            post.leave()
        assert client.get("/readyz").json()["checks"]["jobs"] == "no worker"


def test_a_role_that_walks_through_the_wall_between_schools_is_told(
    service: Service, postgres_server: URL, postgres_database: Database
) -> None:
    same = postgres_server.set(database=postgres_database.url.database).render_as_string(hide_password=False)
    superuser = Database(same)
    told = [
        readiness.told(replace(service, database=one), {"database": "ok"}, None).get("wall")
        for one in (service.database, postgres_database, superuser)
    ]
    superuser.dispose()
    assert told == [None, None, "bypassed"]


def test_a_full_disk_is_told(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "disk" not in client.get("/readyz").json()["checks"]
    monkeypatch.setattr(readiness, "LITTLE_ROOM_BYTES", 10**18)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["disk"]) == (200, "nearly full")


def test_without_the_database_it_is_not_ready(client: TestClient, school: School) -> None:
    file = school.service.database.file
    assert file is not None
    school.service.database.dispose()
    for one in file.parent.glob(f"{file.name}*"):
        one.rename(one.with_name(f"gone-{one.name}"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "failing")
    assert answer.json()["checks"]["database"] == "not migrated"
