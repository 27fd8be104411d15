"""The demo, run once with each detector: the face of the one who must not be shown, and nobody else's."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app import demo
from app.demo import pictures
from app.domain import Answer, Box, Composition, Evidence, Match, Matching, Outcome, Region, Stage, Verdict, Words
from app.errors import SetUpError
from app.main import serve
from app.settings import Settings
from app.store import Store, audit, drafts, schools, verdicts
from app.vision import models
from app.web.service import Service
from tests.conftest import ROOT

STANDS_IN = Box(770, 260, 1123, 730)
"""Where the group photo shows the opted-out person."""


@dataclass(frozen=True)
class Shown:
    """One demo and what came of it, by the drafts' titles."""

    service: Service
    printed: str
    verdicts: dict[str, Verdict]
    evidence: dict[str, Evidence]
    stages: dict[str, Stage]

    def findings(self, title: str) -> dict[str, Outcome]:
        """The rules that asked for more than advice."""
        return {one.rule: one.outcome for one in self.verdicts[title].findings if one.outcome > Outcome.ADVISE}


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    assert models.prepare(folder, folder) is not None
    return folder


@pytest.fixture(scope="module", params=["yunet", "centerface"])
def shown(
    request: pytest.FixtureRequest, models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shown]:
    for portrait in (pictures.ASTRONAUT, pictures.ADMIRAL):
        try:
            pictures.portrait(*portrait)
        except SetUpError as error:
            pytest.skip(error.detail)
    folder = tmp_path_factory.mktemp("demo")
    shared = Path(os.environ.get("FLEDGLING_SHARED", ROOT.parent / "shared")) if request.param == "yunet" else folder
    if request.param not in models.detectors(models_dir, shared):
        pytest.skip(f"{models.YUNET.file} not found in {shared / 'models'} (set FLEDGLING_SHARED)")
    out = io.StringIO()
    settings = Settings(data_dir=folder, models_dir=models_dir, shared=shared, database_url="", key=None)
    with redirect_stdout(out):
        service = demo.run(settings, serving=True)
    assert service.eyes.engine.full_name.startswith(request.param)
    yield read(service, out.getvalue())
    service.close()


def read(service: Service, printed: str) -> Shown:
    titles = [post.title for post in demo.posts()]
    with service.database.read() as session:
        (school,) = schools.every(session)
        store = Store(session, school.id)
        kept = sorted(drafts.queue(store, limit=50, stages=list(Stage)).items, key=lambda one: one.id)
        assert len(kept) == len(titles)
        said = verdicts.latest(store, [one.id for one in kept])
        assert audit.verify(store).problems == ()
        evidence = {title: verdicts.evidence(store, said[one.id].id) for title, one in zip(titles, kept, strict=True)}
    return Shown(
        service,
        printed,
        {title: said[one.id].verdict for title, one in zip(titles, kept, strict=True)},
        {title: one for title, one in evidence.items() if one is not None},
        {title: one.stage for title, one in zip(titles, kept, strict=True)},
    )


def test_every_verdict_is_the_one_expected(shown: Shown) -> None:
    assert {title: verdict.answer for title, verdict in shown.verdicts.items()} == {
        "Good news": Answer.APPROVE,
        "A pupil's name": Answer.REJECT,
        "Hidden in a hashtag": Answer.REJECT,
        "A group photo": Answer.APPROVE,
        "The same hall, an opted-out person in it": Answer.REJECT,
        "The same hall without that person": Answer.REFER,
        "One person alone": Answer.REFER,
        "An event to come": Answer.REFER,
        "A private number": Answer.REJECT,
    }


def test_good_news_has_nothing_above_advice(shown: Shown) -> None:
    assert shown.findings("Good news") == {}
    assert shown.stages["Good news"] is Stage.READY


def test_the_pupil_is_named_with_the_span(shown: Shown) -> None:
    title = "A pupil's name"
    assert shown.findings(title) == {"names.pupil-named": Outcome.REJECT}
    (named,) = [one for one in shown.verdicts[title].findings if one.rule == "names.pupil-named"]
    assert isinstance(named.where, Words)
    text = shown.evidence[title].draft.text
    assert text[named.where.start : named.where.end] == "Priya Patel"
    (hidden,) = [one for one in shown.verdicts["Hidden in a hashtag"].findings if one.rule == "names.pupil-named"]
    assert isinstance(hidden.where, Words)
    assert "Kofi" in shown.evidence["Hidden in a hashtag"].draft.text[hidden.where.start : hidden.where.end]


def test_the_box_is_around_the_opted_out_persons_face_and_nobody_elses(shown: Shown) -> None:
    title = "The same hall, an opted-out person in it"
    (found,) = [one for one in shown.verdicts[title].findings if one.rule == "children.opted-out"]
    assert isinstance(found.where, Region)
    box = found.where.box
    assert STANDS_IN.left <= box.left < box.right <= STANDS_IN.right
    assert STANDS_IN.top <= box.top < box.bottom <= STANDS_IN.bottom
    (facts,) = shown.evidence[title].photos
    assert facts.matching is Matching.DONE
    assert facts.composition is Composition.GROUP
    assert [face.match for face in facts.faces if face.box == box] == [Match.CLEAR]
    others = [face for face in facts.faces if face.box != box]
    assert len(others) == 3
    assert all(face.match is None for face in others)
    assert facts.line_ups[0].faces[0] == facts.faces.index(next(face for face in facts.faces if face.box == box))


def test_the_same_photo_without_that_person_is_not_rejected(shown: Shown) -> None:
    title = "The same hall without that person"
    assert shown.findings(title) == {"children.roll-call": Outcome.REFER}
    (facts,) = shown.evidence[title].photos
    assert len(facts.faces) == 3
    assert all(face.match is None for face in facts.faces)
    (same,) = shown.evidence["A group photo"].photos
    assert same.sha256 == facts.sha256
    assert shown.findings("A group photo") == {}


def test_the_others_are_found_for_what_they_are(shown: Shown) -> None:
    assert shown.findings("One person alone") == {"photos.individual": Outcome.REFER}
    assert shown.findings("An event to come") == {"events.not-yet-over": Outcome.REFER}
    assert shown.findings("A private number") == {"wording.private-details": Outcome.REJECT}


def test_all_is_printed_and_the_keys_open_the_doors(shown: Shown) -> None:
    for post in demo.posts():
        assert post.title in shown.printed
    assert shown.printed.count("STOP (reject)") == 4 * 2, "once in its report, once in the table"
    admin, cms = re.findall(r"^fl_\S+$", shown.printed, re.MULTILINE)
    client = TestClient(serve(shown.service))
    queue = client.get("/v1/queue", headers={"Authorization": f"Bearer {admin}"})
    assert len(queue.json()["items"]) == 5
    assert client.get("/v1/queue", headers={"Authorization": f"Bearer {cms}"}).status_code == 403
    assert client.post("/v1/vet", headers={"Authorization": f"Bearer {cms}"}, json={"text": "x"}).status_code == 200
    for _, email, role in demo.PEOPLE:
        assert f"Sign in as {email} ({role}), password:" in shown.printed


def test_it_touches_nothing_but_its_own_folder(shown: Shown) -> None:
    folder = shown.service.settings.data_dir
    assert folder.name == "demo"
    assert [path.name for path in folder.parent.iterdir()] == ["demo"]
    assert shown.service.settings.url == f"sqlite:///{folder / 'fledgling.db'}"


def test_portraits_that_are_not_installed_are_told_of_by_name() -> None:
    with pytest.raises(SetUpError) as caught:
        pictures.portrait("no_such_package", "portrait.png")
    assert caught.value.slug == "no-portraits"
    assert "no_such_package" in caught.value.detail
