"""What a caller hears of: one problem a class, each with a status, a title and a slug that stay."""

from __future__ import annotations

import pytest

from app import errors
from app.errors import Fault, FledglingError, Malformed, NotFound

STAYS = {
    "NotSignedIn": (401, "not-signed-in"),
    "NotAllowed": (403, "scope-missing"),
    "NotFound": (404, "not-found"),
    "Conflict": (409, "conflict"),
    "TooLarge": (413, "too-large"),
    "Unsupported": (415, "unsupported-media-type"),
    "Malformed": (422, "malformed"),
    "TooMany": (429, "too-many-requests"),
    "Unavailable": (503, "unavailable"),
    "SetUpError": (503, "set-up"),
}


@pytest.mark.parametrize("name", STAYS)
def test_status_and_slug_stay(name: str) -> None:
    kind = getattr(errors, name)
    error = kind("It did not work.")
    assert (error.status, error.slug) == STAYS[name]
    assert error.problem() == {
        "type": f"/problems/{STAYS[name][1]}",
        "title": kind.title,
        "status": STAYS[name][0],
        "detail": "It did not work.",
    }
    assert name in (errors.__doc__ or ""), "the tree is drawn in the docstring"


def test_every_error_of_the_tree_is_in_the_table() -> None:
    assert {kind.__name__ for kind in FledglingError.__subclasses__() if kind.__module__ == "app.errors"} == set(STAYS)


def test_a_slug_of_its_own_is_that_errors_alone() -> None:
    assert NotFound("x", slug="photo-gone").problem()["type"] == "/problems/photo-gone"
    assert NotFound("x").problem()["type"] == "/problems/not-found"


def test_faults_are_told_with_their_places() -> None:
    problem = Malformed("x", errors=(Fault("#/text", "is too long"), Fault("#/line/7", "no UPN"))).problem()
    assert problem["errors"] == [
        {"pointer": "#/text", "detail": "is too long"},
        {"pointer": "#/line/7", "detail": "no UPN"},
    ]
