"""Accounts: whose they are, and who is answered or repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain import Account, Draft, Entity, TextFacts, Words, account_of
from app.rules import accounts
from app.rules.rule import DRAFT, SCHOOL, given
from tests.rules.trying import remarks

STAFF = "https://twitter.com/Ms_Baker_Runs/status/12"
LIBRARY = "https://x.com/townlibrary/status/12"


MIRROR = "https://fxtwitter.com/ms_baker_runs/status/12"
THREADS = "https://threads.net/@ms_baker_runs/post/12"


@pytest.mark.parametrize(
    "draft",
    [
        draft
        for url in (STAFF, MIRROR, THREADS)
        for draft in (replace(DRAFT, reply_to=url), replace(DRAFT, repost_of=url))
    ],
)
def test_answering_or_repeating_a_member_of_staff_is_found(draft: Draft) -> None:
    (remark,) = remarks(accounts.personal_feed, given(draft=draft))

    assert "member of staff's personal account" in remark.message


@pytest.mark.parametrize("draft", [replace(DRAFT, reply_to=LIBRARY), replace(DRAFT, repost_of=LIBRARY)])
def test_answering_or_repeating_others_leads_to_no_one_of_the_staff(draft: Draft) -> None:
    assert not remarks(accounts.personal_feed, given(draft=draft))


@pytest.mark.parametrize(
    "url", ["https://instagram.com/ms_baker_runs", "tiktok.com/@ms_baker_runs", "nitter.net/ms_baker_runs"]
)
def test_a_link_to_a_page_elsewhere_is_found(url: str) -> None:
    text = TextFacts(urls=(Entity(0, len(url), url, account_of(url)),))

    assert [remark.where for remark in remarks(accounts.personal_feed, given(url, text=text))] == [Words(0, len(url))]


def test_a_mention_is_no_address() -> None:
    text = TextFacts(mentions=(Entity(0, 14, "townlibrary", "townlibrary"),))

    assert not remarks(accounts.personal_feed, given(text=text))


def test_every_mention_and_link_is_pointed_at() -> None:
    text = TextFacts(
        mentions=(Entity(0, 5, "Ms_Baker_Runs", "ms_baker_runs"),),
        urls=(Entity(6, 9, STAFF, "ms_baker_runs"), Entity(10, 12, "example.org", None)),
    )

    assert [remark.where for remark in remarks(accounts.personal_feed, given(text=text))] == [Words(0, 5), Words(6, 9)]


@pytest.mark.parametrize(
    ("url", "account", "count"),
    [
        ("https://x.com/townlibrary/status/12", "townlibrary", 1),
        ("twitter.com/townlibrary/statuses/12?s=20", "townlibrary", 1),
        ("https://mobile.twitter.com/townlibrary/status/12", "townlibrary", 1),
        ("https://x.com/i/web/status/12", None, 1),
        ("https://vxtwitter.com/townlibrary/status/12", "townlibrary", 1),
        ("https://nitter.net/townlibrary/status/12#m", "townlibrary", 1),
        ("https://fxtwitter.com/whitehouseps/status/12", "whitehouseps", 0),
        ("https://x.com/whitehouseps/status/12", "whitehouseps", 0),
        ("https://x.com/townlibrary", "townlibrary", 0),
        ("https://example.org/status/12", None, 0),
        ("https://example.org/?u=x.com/a/status/12", None, 0),
    ],
)
def test_a_link_quotes_where_it_leads_to_anothers_post(url: str, account: str | None, count: int) -> None:
    text = TextFacts(urls=(Entity(0, len(url), url, account),))

    assert len(remarks(accounts.repost, given(url, text=text))) == count


def test_an_answer_is_remarked_on_once() -> None:
    text = TextFacts(answers="townlibrary", mentions=(Entity(0, 12, "townlibrary", "townlibrary"),))
    draft = replace(DRAFT, reply_to="https://x.com/townlibrary/status/12")

    (remark,) = remarks(accounts.reply, given("@townlibrary thank you!", text=text, draft=draft))
    assert remark.where is None


def test_a_handle_at_the_beginning_is_pointed_at() -> None:
    text = TextFacts(answers="townlibrary", mentions=(Entity(0, 12, "townlibrary", "townlibrary"),))

    (remark,) = remarks(accounts.reply, given("@townlibrary thank you!", text=text))
    assert remark.where == Words(0, 12)


def test_answering_a_post_of_nobody_known_is_entering_a_discussion() -> None:
    assert remarks(accounts.reply, given(draft=replace(DRAFT, reply_to="https://x.com/i/status/12")))


@pytest.mark.parametrize("account", ["", "townlibrary", "@whitehouse"])
def test_an_account_that_is_not_registered_is_not_ours(account: str) -> None:
    (remark,) = remarks(accounts.not_ours, given(draft=replace(DRAFT, account=account)))

    assert "not registered" in remark.message


def test_a_class_account_has_its_own_posters() -> None:
    school = replace(SCHOOL, accounts=(Account("whitehouseps"), Account("whitehouseoak", ("Oak",), ("oak-teacher",))))

    assert not remarks(accounts.not_ours, given(school=school))
    (remark,) = remarks(accounts.not_ours, given(draft=replace(DRAFT, account="whitehouseoak"), school=school))
    assert "may not post to @whitehouseoak" in remark.message
