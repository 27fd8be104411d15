"""Whatever is sent to any operation of the API: no 5xx, and no answer that the description does not tell of.

Schemathesis draws the requests from the description: its examples, each limit of each field and what lies beyond it, bodies
of other kinds, other methods; and ``FLEDGLING_ANY_REQUEST_EXAMPLES`` requests of any sort an operation (`make any-request`).
"""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema
from starlette.datastructures import State
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from app.db import Database
from app.jobs import Here
from app.main import open_service
from app.store import schools
from app.vision import paper
from app.web.security import COOKIE
from tests.browser.furnishing import ON_PAPER, Furnished, furnish
from tests.browser.serving import Desk
from tests.web.conftest import Clock, School, settings_of
from tests.web.test_openapi import DESCRIBED, EVERY, operations

EXAMPLES = int(os.environ.get("FLEDGLING_ANY_REQUEST_EXAMPLES", "3"))
SAFEGUARDING = "safeguarding"

CONFIG = schemathesis.Config.from_dict(
    {
        # Who calls is chosen below: drawn keys would get 401 and nothing else.
        "generation": {"with-security-parameters": False},
        # What fits the description may be refused for what the school has: an id or cursor of nothing, a file without a
        # pupil, days of another year. That what does not fit is refused stays checked (negative_data_rejection).
        "checks": {"positive_data_acceptance": {"enabled": False}},
    }
)
CONFORMS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


class Reached:
    """The ASGI application of the test that runs; its lifespan, which would close it after one request, is left out."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            assert self.app is not None
            await self.app(scope, receive, send)


def _zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("manifest.csv", "propertyName,value\noneroster.version,1.1\n")
    return held.getvalue()


PICTURES = st.sampled_from([ON_PAPER.with_child, ON_PAPER.reference, b"\xff\xd8\xff\xe0", b"GIF89a\0\0\0\0", b""])
REACHED = Reached()


@pytest.fixture(scope="module")
def described() -> OpenApiSchema:
    for kind in ("image/jpeg", "image/png", "image/webp", "image/heic", "image/gif"):
        schemathesis.openapi.media_type(kind, PICTURES)
    schemathesis.openapi.media_type("application/zip", st.sampled_from([_zipped(), _zipped()[:40], b"PK\x05\x06", b""]))
    schema = schemathesis.openapi.from_dict(deepcopy(DESCRIBED), config=CONFIG)
    schema.app = REACHED
    return schema


@dataclass(frozen=True)
class Callers:
    """A key that stands for all scopes, the lead who is signed in, and the ids of what the school has."""

    key: dict[str, str]
    lead: dict[str, str]
    ids: dict[str, str]
    digest: str


@pytest.fixture(scope="module")
def furnished(
    founded_file: Path, bare_app: FastAPI, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Furnished]:
    """A folder with a school in which something is in every list."""
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copy(founded_file, folder / "fledgling.db")
    with _opened(folder, bare_app, clock := Clock()) as school:
        return folder, furnish(Desk("", bare_app, school, clock))


@contextmanager
def _opened(folder: Path, app: FastAPI, clock: Clock) -> Iterator[School]:
    """The application over that folder."""
    database = Database(f"sqlite:///{folder / 'fledgling.db'}")
    service = open_service(settings_of(database, folder), crew=Here(paper.engine), clock=clock)
    service.eyes.engine  # noqa: B018 - as `serve` does
    app.state = State()
    app.state.service = service
    with database.read() as session:
        (only,) = schools.every(session)
    yield School(service, only.id)
    service.close()
    database.dispose()


@pytest.fixture
def callers(furnished: tuple[Path, Furnished], bare_app: FastAPI, tmp_path: Path) -> Iterator[Callers]:
    """Each operation meets the same school, whatever the one before did to its own."""
    folder, made = furnished
    shutil.copytree(folder, tmp_path / "school")
    with _opened(tmp_path / "school", bare_app, made.desk.clock) as school:
        REACHED.app = bare_app
        client = TestClient(bare_app)
        token = school.sign_in(client, made.people["dsl"])
        lead = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}", "X-CSRF-Token": token}
        digest = client.get(f"/v1/drafts/{made.ids['draft_id']}").json()["digest"]
        yield Callers(school.key("admin"), lead, made.ids, digest)
        REACHED.app = None


def _not_for(case: schemathesis.Case[Any]) -> list[CheckFunction]:
    """A file that is sent as it is has no form that it could lack: as bytes, everything is a string."""
    as_it_is = case.media_type is not None and case.media_type not in {"application/json", "multipart/form-data"}
    negated = case.meta is not None and case.meta.is_negative_at(ParameterLocation.BODY)
    return [negative_data_rejection] if as_it_is and negated else []


def _call(case: schemathesis.Case[Any], callers: Callers) -> None:
    headers = callers.lead if SAFEGUARDING in case.operation.tags else callers.key
    answer = case.call_and_validate(headers=headers, excluded_checks=_not_for(case))
    if answer.status_code == 404 and case.path_parameters:  # the same of something that is there
        case.path_parameters.update(callers.ids)
        if isinstance(case.body, dict) and "digest" in case.body:
            case.body = {**case.body, "digest": callers.digest}  # the examples are the description's own
        case.call_and_validate(headers=headers, checks=CONFORMS)


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in operations()], ids=list(EVERY))
def test_every_answer_is_a_described_one(method: str, path: str, described: OpenApiSchema, callers: Callers) -> None:
    drawing = settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    how = HypothesisTestConfig(project=described.config, modes=list(HypothesisTestMode), settings=drawing)

    def answered(case: schemathesis.Case[Any]) -> None:
        _call(case, callers)

    create_test(operation=described[path][method], test_func=answered, config=how)()
