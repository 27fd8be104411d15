"""How things are wired: an application that can be described without a service, and one that closes its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.domain import Matching
from app.errors import SetUpError
from app.founding import prepare
from app.jobs import Here
from app.main import application, create_app, open_service, serve, the_time
from app.settings import Settings
from app.vision import Engine, paper
from app.vision.arcface import EmbedderUnfit
from tests.seeing import submitted
from tests.web.conftest import Clock


def test_the_clock_is_aware_and_right() -> None:
    assert the_time().tzinfo is UTC
    assert abs(the_time() - datetime.now(UTC)) < timedelta(seconds=5)  # noqa: TID251 - it is the clock that is tested


def test_an_application_without_a_service_can_be_described() -> None:
    assert "/v1/vet" in application().openapi()["paths"]
    assert not any(path.startswith("/sign-in") for path in application().openapi()["paths"])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data_dir=tmp_path, database_url="", key=None)
    prepare(made)
    return made


def test_an_application_serves_and_closes_its_service(settings: Settings) -> None:
    app = create_app(settings, crew=Here(paper.engine), clock=Clock())
    with TestClient(app) as client:
        assert client.get("/livez").json()["status"] == "ok"
        assert client.get("/readyz").json() == {
            "status": "ok",
            "checks": {"database": "ok", "models": "ok", "key": "ok"},
        }
    with pytest.raises(RuntimeError, match="shutdown"):
        app.state.service.eyes.start(submitted(), Matching.OFF)


def test_an_engine_that_cannot_compare_is_not_ready(settings: Settings) -> None:
    whole = paper.engine()
    app = create_app(settings, crew=Here(lambda: Engine(whole.detector, None, whole.reader)))
    with TestClient(serve(app.state.service)) as client:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["models"]) == (503, "incomplete")
    assert answer.json()["status"] == "failing"


@pytest.mark.parametrize(
    ("raised", "told"), [(LookupError("no weights"), SetUpError), (SetUpError("no weights"), SetUpError)]
)
def test_without_an_engine_nobody_is_served(settings: Settings, raised: Exception, told: type[Exception]) -> None:
    def load() -> Engine:
        raise raised

    service = open_service(settings, crew=Here(load))
    with pytest.raises(told):
        serve(service)
    with pytest.raises(RuntimeError, match="shutdown"):
        service.eyes.start(submitted(), Matching.OFF)


def test_a_service_looks_in_processes_beside_it_with_the_engine_of_its_settings(settings: Settings) -> None:
    service = open_service(settings.model_copy(update={"look_workers": 1, "embedder": "../elsewhere"}))
    with pytest.raises(EmbedderUnfit):
        serve(service)
