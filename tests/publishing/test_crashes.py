"""The short form of ``benchmarks.crashes``: processes die by kill -9 while drafts go out, and none is lost or doubled."""

from __future__ import annotations

import pytest
from sqlalchemy import URL

from benchmarks.crashes import run
from benchmarks.places import place
from benchmarks.takeover import LAST_S, takeover


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("kind", "faulty"), [("sqlite", False), ("postgres", True)])
def test_nothing_is_lost_or_posted_twice_nor_held_unseen(
    kind: str, faulty: bool, request: pytest.FixtureRequest
) -> None:
    """``faulty``: X and the program that is told answer badly, too."""
    server: URL | None = request.getfixturevalue("postgres_server") if kind == "postgres" else None
    with place(server.render_as_string(hide_password=False) if server else "") as settings:
        tally = run(settings, 3, seed=2, longest_s=2.5, faulty=faulty)
    assert tally.is_clean, tally.told()
    assert tally.approved > 0
    assert tally.posts == tally.published == tally.drafts - tally.refused
    assert tally.events >= 2 * tally.drafts + tally.published


@pytest.mark.filterwarnings("default")
def test_a_dead_workers_drafts_are_finished_by_the_other(postgres_server: URL) -> None:
    with place(postgres_server.render_as_string(hide_password=False)) as settings:
        assert takeover(settings) < LAST_S  # how soon it is, the benchmark says
