"""twitter-text's own conformance suites: validate, extract, tlds, and the links of autolink and hit_highlighting."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from app.domain import Entity
from app.text import length, valid
from app.text.entities import extract, mentions_and_lists

Case = dict[str, Any]


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def values(entities: tuple[Entity, ...]) -> list[str]:
    return [entity.value for entity in entities]


def indices(entities: tuple[Entity, ...], name: str) -> list[dict[str, Any]]:
    return [{name: entity.value, "indices": [entity.start, entity.end]} for entity in entities]


def mentions_or_lists(text: str) -> list[dict[str, Any]]:
    found = []
    for entity in mentions_and_lists(text):
        owner, slash, name = entity.value.partition("/")
        found.append({"screen_name": owner, "list_slug": slash + name, "indices": [entity.start, entity.end]})
    return found


def parsed(config: length.Config) -> Callable[[str], dict[str, Any]]:
    """As twitter-text's ``parseTweet``, which counts places in UTF-16 units of the text before NFC."""

    def parse(text: str) -> dict[str, Any]:
        weighed = length.weigh(text, config)
        normal = length.normalised(text)
        return {
            "weightedLength": weighed.weighted,
            "valid": weighed.valid,
            "permillage": weighed.weighted * 1000 // config.limit,
            "displayRangeStart": 0,
            "displayRangeEnd": max(0, utf16(text) - 1),
            "validRangeStart": 0,
            "validRangeEnd": max(0, utf16(normal[: weighed.fits]) - 1) + utf16(text) - utf16(normal),
        }

    return parse


SUITES: dict[str, tuple[int, Callable[[str], Any]]] = {
    "validate.tweets": (8, lambda text: length.weigh(text, length.V1).valid),
    "validate.usernames": (4, valid.is_handle),
    "validate.lists": (5, valid.is_list),
    "validate.hashtags": (7, valid.is_hashtag),
    "validate.urls": (24, valid.is_address),
    "validate.urls_without_protocol": (5, valid.is_address),
    "validate.WeightedTweetsCounterTest": (20, parsed(length.V2)),
    "validate.WeightedTweetsWithDiscountedEmojiCounterTest": (22, parsed(length.V3)),
    "validate.UnicodeDirectionalMarkerCounterTest": (2, parsed(length.V3)),
    "extract.mentions": (23, lambda text: values(extract(text).mentions)),
    "extract.mentions_with_indices": (3, lambda text: indices(extract(text).mentions, "screen_name")),
    "extract.mentions_or_lists_with_indices": (5, mentions_or_lists),
    "extract.replies": (13, lambda text: extract(text).answers),
    "extract.urls": (91, lambda text: values(extract(text).urls)),
    "extract.urls_with_indices": (10, lambda text: indices(extract(text).urls, "url")),
    "extract.urls_with_directional_markers": (2, lambda text: indices(extract(text).urls, "url")),
    "extract.tco_urls_with_params": (5, lambda text: values(extract(text).urls)),
    "extract.hashtags": (65, lambda text: values(extract(text).hashtags)),
    "extract.hashtags_from_astral": (3, lambda text: values(extract(text).hashtags)),
    "extract.hashtags_with_indices": (8, lambda text: indices(extract(text).hashtags, "hashtag")),
    "extract.cashtags": (8, lambda text: values(extract(text).cashtags)),
    "extract.cashtags_with_indices": (2, lambda text: indices(extract(text).cashtags, "cashtag")),
    "tlds.country": (315, lambda text: values(extract(text).urls)),
    "tlds.generic": (1259, lambda text: values(extract(text).urls)),
}


@pytest.fixture(scope="module")
def suites(shared: Path) -> dict[str, list[Case]]:
    text = (shared / "data" / "conformance" / "twitter-text.json").read_text(encoding="utf-8")
    found: dict[str, list[Case]] = defaultdict(list)
    for case in json.loads(text)["cases"]:
        found[case["suite"]].append(case)
    return found


@pytest.mark.parametrize("suite", SUITES)
def test_suite(suites: dict[str, list[Case]], suite: str) -> None:
    count, answer = SUITES[suite]
    wrong = [(case["description"], answer(case["text"]), case["expected"]) for case in suites[suite]]
    assert [one for one in wrong if one[1] != one[2]] == []
    assert len(suites[suite]) == count


def test_reply_handles_are_folded() -> None:
    assert extract("@UserName hello").answers == "username"


def test_configurations_are_those_of_the_suites(shared: Path) -> None:
    text = (shared / "data" / "conformance" / "twitter-text.json").read_text(encoding="utf-8")
    for name, ours in (("v1", length.V1), ("v2", length.V2), ("v3", length.V3)):
        theirs = json.loads(text)["config"][name]
        assert (ours.limit, ours.scale) == (theirs["maxWeightedTweetLength"], theirs["scale"])
        assert bool(ours.emoji) == theirs.get("emojiParsingEnabled", False)
        for point in (0, 4351, 4352, 8191, 8192, 8205, 8206, 8208, 8223, 8224, 8241, 8242, 8247, 8248, 0x1F600):
            weight = next(
                (one["weight"] for one in theirs["ranges"] if one["start"] <= point <= one["end"]),
                theirs["defaultWeight"],
            )
            assert length.weigh(chr(point) * 200, ours).weighted == weight * 200 // theirs["scale"], hex(point)


LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
KINDS = ("username", "list-slug", "hashtag", "cashtag")


def linked(html: str) -> list[tuple[str, str]]:
    """Kind and value of each link in the reference's markup."""
    found = []
    for attributes, inner in LINK.findall(html):
        kind = next((one for one in KINDS if f"tweet-url {one}" in attributes), "url")
        text = unescape(re.sub("<[^>]+>", "", inner))
        if "tco-ellipsis" in inner:  # shown in its long form; the text has the short one
            text = re.search('href="([^"]*)"', attributes)[1]  # type: ignore[index]
        found.append((kind, text.lstrip("#＃$") if kind != "url" else text))
    return found


def linkable(text: str, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """What we extract of those kinds; the reference links no address without protocol."""
    found = extract(text)
    entities = [("username", one) for one in found.mentions] + [("list-slug", one) for one in found.lists]
    entities += [("hashtag", one) for one in found.hashtags] + [("cashtag", one) for one in found.cashtags]
    entities += [("url", one) for one in found.urls if re.match("https?://", one.value, re.IGNORECASE)]
    return [(kind, one.value) for kind, one in sorted(entities, key=lambda pair: pair[1].start) if kind in kinds]


AUTOLINK = {
    "autolink.usernames": (19, ("username", "list-slug")),
    "autolink.lists": (12, ("username", "list-slug")),
    "autolink.hashtags": (70, ("hashtag",)),
    "autolink.urls": (78, ("url",)),
    "autolink.cashtags": (2, ("cashtag",)),
    "autolink.all": (10, ("url", *KINDS)),
    "autolink.json": (5, ("url", *KINDS)),
}


@pytest.mark.parametrize("suite", AUTOLINK)
def test_links_what_autolink_links(suites: dict[str, list[Case]], suite: str) -> None:
    count, kinds = AUTOLINK[suite]
    pairs = [(case["text"], linkable(case["text"], kinds), linked(case["expected"])) for case in suites[suite]]
    assert [pair for pair in pairs if pair[1] != pair[2]] == []
    assert len(pairs) == count


def test_finds_the_mentions_in_hit_highlighting(suites: dict[str, list[Case]]) -> None:
    cases = [case for case in suites["hit_highlighting.with_links"] if "twitter.com/" in case["text"]]
    for case in cases:
        bare = re.sub("<[^>]+>", "", case["text"])
        assert values(extract(bare).mentions) == re.findall(r'twitter\.com/(\w+)"', case["text"])
    assert len(cases) == 4
