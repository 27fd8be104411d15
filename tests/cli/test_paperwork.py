"""The generated pages of the data-protection pack."""

from __future__ import annotations

from dataclasses import fields

from app.cli import paperwork
from app.policy import Retention, load_default
from app.store.audit import Action
from tests.conftest import ROOT

PACK = ROOT / "docs" / "data-protection"


def test_every_period_and_every_action_is_told() -> None:
    page, logged = paperwork.retention(Retention()), paperwork.logged()
    for one in fields(Retention):
        assert f"| {getattr(Retention(), one.name)} | `{one.name}` |" in page
    assert all(f"`{action.value}`" in logged for action in Action)


def test_the_default_policy_says_what_the_table_says() -> None:
    assert load_default().retention == Retention()


def test_the_pages_are_fresh() -> None:
    assert (PACK / "retention.md").read_text("utf-8") == paperwork.retention(Retention()), "run: python -m app docs"
    assert (PACK / "logged.md").read_text("utf-8") == paperwork.logged(), "run: python -m app docs"


def test_every_page_of_the_pack_is_marked_as_a_template() -> None:
    pages = sorted(PACK.glob("*.md"))
    assert len(pages) >= 9
    for page in pages:
        assert "Not legal advice" in page.read_text("utf-8"), page.name
