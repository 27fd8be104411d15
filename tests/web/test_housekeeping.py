"""What the service tidies up by itself."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from fastapi import FastAPI
from starlette.testclient import TestClient

from app import register
from app.domain import Box
from app.main import serve
from app.store import biometrics, photos, roster
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.vision import paper
from app.web import housekeeping
from app.web.schoolwork import register_of
from tests.seeing import eyes_with
from tests.web.api.test_drafts import GREEN, store, submit
from tests.web.api.test_vet import BLUE, RED, photo
from tests.web.conftest import REFUSED, School, both_databases


def files(school: School) -> list[Path]:
    return [path for path in (school.service.settings.data_dir / "photos").rglob("*") if path.is_file()]


def age(school: School, **by: float) -> None:
    """Time passes: what was written so far was written now, by the clock of the test."""
    clock = school.service.clock
    then = clock().timestamp()
    for file in files(school):
        if file.stat().st_mtime > then:
            os.utime(file, (then, then))
    clock.go_on(**by)  # type: ignore[attr-defined]


@both_databases
def test_an_unused_photo_is_deleted_after_a_day_and_a_used_one_stays(client: TestClient, school: School) -> None:
    author = school.key("drafts:write")
    used, unused = store(client, author, photo(BLUE, RED)), store(client, author, photo(GREEN, RED))
    submit(client, author, photos=[{"id": used["id"]}], classes=["Cedar"])
    age(school, hours=23, minutes=59)
    housekeeping.tidy(school.service)
    assert len(files(school)) == 2
    age(school, minutes=1)
    housekeeping.tidy(school.service)
    assert [file.name for file in files(school)] == [used["sha256"]]
    with school.read() as rows:
        assert photos.find(rows, unused["id"]) is None
        assert photos.find(rows, used["id"]) is not None


def test_a_file_that_was_just_written_again_stays(client: TestClient, school: School) -> None:
    author = school.key("drafts:write")
    kept = store(client, author, photo(BLUE))
    age(school, hours=25)
    school.service.files.put(kept["sha256"], school.service.files.get(kept["sha256"]))
    (file,) = files(school)
    os.utime(file, (school.service.clock().timestamp(),) * 2)
    housekeeping.tidy(school.service)
    assert files(school) == [file]


def test_children_who_left_long_ago_are_erased(school: School) -> None:
    gone = school.pupil("B823403726001")
    change = roster.RosterChange((), (), [gone.id], school.office.day(school.service.clock()))
    with school.write() as rows:
        roster.replace(rows, change, by="test", now=school.service.clock())
    age(school, days=30)
    housekeeping.tidy(school.service)
    assert school.pupil(gone.upn).left_on is not None
    age(school, days=1)
    housekeeping.tidy(school.service)
    with school.read() as rows:
        assert roster.find(rows, gone.id) is None


def test_a_running_service_tidies(app: FastAPI, school: School, client: TestClient) -> None:
    store(client, school.key("drafts:write"), photo(BLUE))
    age(school, hours=25)
    with TestClient(app):
        for _ in waiting():
            if not files(school):
                break
    assert files(school) == []


class NewerEmbedder(paper.PaperEmbedder):
    """The engine on paper under another name."""

    name = "paper-2"


NEWER = replace(paper.engine(), embedder=NewerEmbedder())


def enrol(school: School) -> str:
    """Put one refused child's face on record."""
    child, now, day = school.pupil(REFUSED[0]).id, school.service.clock(), date(2026, 9, 1)
    consent = Response(child, Actor.PARENT, BiometricDecision.CONSENT, in_writing=True, received_on=day)
    register.record_response(school.office, child, consent, [Notice(child, "mother", day)], by="test", now=now)
    portrait = paper.png([(BLUE, Box(200, 100, 400, 340))])
    register.add_reference_photo(school.office, child, portrait, school.service.eyes, by="test", now=now)
    return child


@both_databases
def test_after_a_change_of_engine_faces_are_measured_anew_and_until_then_nobody_has_any(school: School) -> None:
    now = school.service.clock()
    enrol(school)
    newer = replace(school.service, eyes=eyes_with(NEWER))
    with TestClient(serve(newer)) as client:
        for _ in waiting():
            if register_of(newer, school.id).snapshot(now).gallery.pupils:
                break
        draft = {"text": "We planted bulbs.", "classes": "Oak"}
        files = [("photos", ("hall.png", photo(BLUE, RED), "image/png"))]
        key = school.key("drafts:write")
        report = client.post("/v1/vet", headers=key, data=draft, files=files).json()
    assert register_of(school.service, school.id).snapshot(now).gallery.pupils == ()
    assert "children.roll-call" in {finding["rule"] for finding in report["findings"]}
    with school.read() as rows:
        assert [one.engine for one in biometrics.every_template(rows)] == ["paper-2"]


@both_databases
def test_until_then_vetting_is_as_if_there_were_no_faces(school: School) -> None:
    child, now = enrol(school), school.service.clock()
    newer = replace(school.service, eyes=eyes_with(NEWER))
    given = register_of(newer, school.id).snapshot(now)
    assert given.gallery.pupils == ()
    assert {one.has_templates for one in given.facts.not_shown} == {False}
    housekeeping.tidy(newer)
    after = register_of(newer, school.id).snapshot(now)
    assert after.gallery.pupils == (child,)
    assert {one.pupil for one in after.facts.not_shown if one.has_templates} == {child}
    assert after.version > given.version


def waiting() -> Iterator[None]:
    """A while in small steps."""

    for _ in range(200):
        yield
        time.sleep(0.05)
