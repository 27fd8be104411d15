"""A school with a paper account, and drafts that were approved at its desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.publishing.paper import Account, Publishing
from tests.web.api.test_drafts import decide, store, submit
from tests.web.api.test_vet import BLUE, RED, photo
from tests.web.conftest import (  # noqa: F401 - the fixtures of a running service
    School,
    app,
    bare_app,
    client,
    clock,
    founded,
    founded_file,
    kind,
    more_settings,
    new_client,
    school,
    service,
)

Approve = Callable[..., str]


@pytest.fixture
def publishing(school: School) -> Publishing:  # noqa: F811
    return Publishing(school, Account(school))


@pytest.fixture
def approve(client: TestClient, school: School) -> Approve:  # noqa: F811
    """Submits a draft and approves it; returns its id. ``photos``: how many it has."""

    def approved(photos: int = 0, **body: Any) -> str:
        author, approver = school.key("drafts:write"), school.key("review:write")
        colours = [(20, 160, 40), (160, 90, 20), (20, 90, 160), (90, 20, 90)]
        sent = [{"id": store(client, author, photo(BLUE, RED, colours[place]))["id"]} for place in range(photos)]
        more = {"photos": [one | {"alt_text": "Children with a road"} for one in sent], "classes": ["Cedar"]}
        draft = submit(client, author, **(more if photos else {}), **body)
        answers = {
            pupil: "not-in-photo" for finding in draft["report"]["findings"] for pupil in finding.get("pupils") or []
        }
        answer = decide(client, approver, draft, "approve", answers=answers)
        assert answer.status_code == 200, answer.text
        return str(draft["id"])

    return approved
