"""Headers of the keys that most calls are made with; a module whose callers need another key overrides them."""

from __future__ import annotations

import pytest

from tests.web.conftest import School


@pytest.fixture
def author(school: School) -> dict[str, str]:
    return school.key("drafts:write")


@pytest.fixture
def approver(school: School) -> dict[str, str]:
    return school.key("review:write")


@pytest.fixture
def office(school: School) -> dict[str, str]:
    return school.key("register:write")
