"""Addresses: whose pages they lead to, and which are posts."""

from __future__ import annotations

import pytest

from app.rules.addresses import handles_in, is_post


@pytest.mark.parametrize(
    "url",
    [
        "https://x.com/Ms_Baker/status/12",
        "fxtwitter.com/ms_baker/status/1",
        "https://nitter.net/ms_baker",
        "https://x.com/%4ds_Baker",
        "instagram.com/ms_baker",
        "https://www.instagram.com/%4Ds_Baker/?hl=en",
        "https://www.instagram.com/stories/ms_baker/12",
        "https://www.threads.net/@ms_baker",
        "https://www.tiktok.com/@ms_baker/video/12",
        "https://m.facebook.com/ms_baker",
        "https://facebook.com/Ms._Baker",
        "https://facebook.com/share?u=ms_baker",
        "https://bsky.app/profile/ms_baker.bsky.social/post/3k",
        "https://bsky.app/profile/ms_baker",
        "https://ms_baker.tumblr.com",
        "https://mastodon.social/@ms_baker@mas.to",
        "https://a.small.server/@ms_baker",
        "https://youtube.com/#/@ms_baker",
        "https://web.archive.org/web/2026/https://twitter.com/ms_baker",
    ],
)
def test_a_page_of_someones_own_is_found(url: str) -> None:
    assert "ms_baker" in set(handles_in(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/ms_baker",
        "https://ms_baker.example.org",
        "https://notinstagram.com/ms_baker",
        "https://instagram.com/ms_baker_runs",
        "https://instagram.com/p/12?q=ms_baker",
        "https://x.com/i/status/12",
        "http://[instagram.com/ms_baker",
        "mailto:",
        "",
    ],
)
def test_other_addresses_lead_to_nobody(url: str) -> None:
    assert "ms_baker" not in set(handles_in(url))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.com/townlibrary/status/12", True),
        ("vxtwitter.com/townlibrary/status/12", True),
        ("https://x.com/i/web/status/12", True),
        ("https://x.com/townlibrary%2Fstatus%2F12", True),
        ("https://nitter.net/townlibrary", False),
        ("https://example.org/status/12", False),
    ],
)
def test_a_post_is_known_by_its_address(url: str, expected: bool) -> None:
    assert is_post(url) is expected
