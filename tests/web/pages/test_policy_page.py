"""The policy and the rules in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.policy import DEFAULT_FILE, Policy, load_default, parse
from app.rules import RULES
from app.store import policies
from app.web.pages import examples_told
from app.web.pages.policy_page import _setting
from app.web.pages.policy_words import changes, policy_parts
from tests.seeing import PAPER_DISTANCES
from tests.web.conftest import School, both_databases
from tests.web.pages.forms import Browser, open_browser

SOURCE = DEFAULT_FILE.read_text(encoding="utf-8") + PAPER_DISTANCES


@pytest.fixture
def administrator(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "administrator")


def hand_in(browser: Browser, source: str | bytes) -> Any:
    data = source.encode() if isinstance(source, str) else source
    return browser.send([("csrf", browser.csrf), ("file", ("policy.toml", data))], to="/policy")


@pytest.mark.parametrize("role", ["author", "approver", "office", "dsl", "dpo", "administrator"])
def test_everybody_reads_the_rules_and_the_policy(
    new_client: Callable[[], TestClient], school: School, role: str
) -> None:
    browser = open_browser(new_client(), school, role)
    rules = browser.get("/rules").text
    assert rules.count('<article class="card rule"') == len(RULES)
    assert all(f'id="{rule.id}"' in rules for rule in RULES)
    policy = browser.get("/policy").text
    assert "The review is overdue." in policy
    assert ("A new version" in policy) is (role == "administrator")
    assert browser.get("/policy/service").status_code == (200 if role == "administrator" else 403)
    assert hand_in(browser, SOURCE).status_code == (303 if role == "administrator" else 403)
    assert browser.post("/policy/new/x").status_code == (409 if role == "administrator" else 403)


def test_every_example_is_told_and_answered() -> None:
    policy = load_default()
    for rule in RULES:
        for example in rule.fails:
            assert examples_told.told(example).endswith((".", "”"))
            assert examples_told.answers(rule, example, policy), rule.id
        assert all(examples_told.answers(rule, example, policy) == () for example in rule.passes)
    named = next(rule for rule in RULES if rule.id == "names.pupil-named")
    assert examples_told.told(named.fails[0]) == "“Well done Tomasina, our chess champion!”: the words name a pupil."


def test_everything_a_policy_holds_is_told() -> None:
    places = {one.place.partition(".")[0] for part in policy_parts(load_default()) for one in part.said}
    assert places >= {one.name for one in fields(Policy)}


def test_what_one_version_says_otherwise() -> None:
    before = load_default()
    now = parse(
        DEFAULT_FILE.read_text(encoding="utf-8")
        .replace("policy_length = 140", "policy_length = 200")
        .replace('"wording.undermining" = "refer"', '"wording.undermining" = "reject"')
    )
    found = changes(before, now)
    assert next((one.label, one.before, one.now) for one in found) == ("Characters by the policy", "140", "200")
    assert len(found) == 2
    assert changes(before, before) == ()
    assert all(one.now == "" for one in changes(now, before) if one.before == "")


@both_databases
def test_a_new_version_is_shown_then_put_in_force(administrator: Browser, school: School) -> None:
    path = hand_in(administrator, SOURCE.replace("policy_length = 140", "policy_length = 200")).headers["location"]
    page = administrator.get(path).text
    assert "Characters by the policy" in page
    assert "<strong>200</strong>" in page
    with school.read() as store:
        assert len(policies.history(store)) == 1
    assert administrator.post(path).headers["location"] == "/policy?done=true"
    front = administrator.get("/policy?done=true").text
    assert "Version 2" in front
    assert "Administrator" in front
    version = administrator.get("/policy/versions/2").text
    assert "<strong>200</strong>" in version
    assert "There was none before it." in administrator.get("/policy/versions/1").text
    assert administrator.get("/policy/versions/3").status_code == 404
    saved = administrator.get("/policy/versions/2/policy.toml")
    assert "policy_length = 200" in saved.text
    assert saved.headers["content-disposition"] == 'attachment; filename="policy-2.toml"'
    assert administrator.get("/policy/versions/9/policy.toml").status_code == 404
    assert administrator.get(path).status_code == 409


def test_silence_has_another_meaning_only_by_somebodys_decision(administrator: Browser, school: School) -> None:
    path = hand_in(administrator, SOURCE.replace('not_answered = "allow"', 'not_answered = "refuse"')).headers[
        "location"
    ]
    assert "another meaning" in administrator.get(path).text
    answer = administrator.post(path)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    long = administrator.post(path, decided_by="x" * 201)
    assert long.status_code == 422
    assert 'value="' + "x" * 201 in long.text
    assert administrator.post(path, decided_by="The governors").status_code == 303
    assert "decided by The governors" in administrator.get("/audit").text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nonsense", "Line 1"),
        (SOURCE.replace("policy_length = 140", "policy_length = 0"), "it must lie between 1 and 4000"),
        (SOURCE.replace('"wording.empty" = "reject"', '"wording.emty" = "reject"'), "There is no rule wording.emty"),
        (b"\xff\xfe\x00", "The file is not UTF-8"),
    ],
)
def test_what_is_wrong_is_told_by_line(administrator: Browser, school: School, source: str | bytes, words: str) -> None:
    path = hand_in(administrator, source).headers["location"]
    page = administrator.get(path).text
    assert words in page
    assert "Put it in force" not in page
    assert administrator.post(path).status_code == 422
    with school.read() as store:
        assert len(policies.history(store)) == 1


def test_no_file_and_a_huge_one(administrator: Browser) -> None:
    assert hand_in(administrator, b"").status_code == 422
    huge = hand_in(administrator, b"#" * 300_000)
    assert huge.status_code == 422
    assert "far too large" in huge.text


def test_a_milder_policy_is_told(administrator: Browser) -> None:
    path = hand_in(
        administrator, SOURCE.replace('"wording.offensive" = "reject"', '"wording.offensive" = "refer"')
    ).headers["location"]
    assert "Milder than usual" in administrator.get(path).text


def test_the_service_tells_no_secret(administrator: Browser, school: School) -> None:
    page = administrator.get("/policy/service").text
    assert "FLEDGLING_IDLE_MINUTES" in page
    key = school.service.settings.key
    assert key is not None
    assert key.get_secret_value() not in page
    assert school.service.settings.database_url not in page
    assert re.search(r"FLEDGLING_KEY</code></dt><dd>given</dd>", page)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("key", SecretStr("s"), "given"),
        ("key", None, "not given"),
        ("database_url", "postgresql://me:pw@host/x", "given"),
        ("feed", "https://me:pw@host/x", "given"),
        ("api_token", "abc", "given"),
        ("public_url", "https://school.example", "https://school.example"),
        ("public_url", "", "not given"),
        ("on", True, "yes"),
        ("on", False, "no"),
        ("roles", {"a": "b"}, "1 given"),
        ("hours", 12, "12"),
        ("folder", Path("/data"), "/data"),
    ],
)
def test_settings_are_told_without_secrets(name: str, value: object, told: str) -> None:
    assert _setting(name, value) == told
