"""Signing in by a real OpenID provider over HTTP: the whole way, everything that can be wrong with it, and roles by group."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from app.errors import SetUpError
from app.settings import Settings
from app.store import Store, audit, identities, people, schools
from app.store.people import Person
from app.web import oidc
from app.web.pages.provider import COOKIE, UNDER_WAY
from app.web.security import cookie_name
from tests.web.conftest import NOW, PASSWORD_HASH, Clock, School, both_databases
from tests.web.openid_provider import CLIENT_ID, CLIENT_SECRET, RUTH, Provider, running

ADDRESS = "ruth.lane@whitehouse.example"
TENANT = "11111111-2222-3333-4444-555555555555"
GROUPS = {"g-slt": "approver", "g-ict": "administrator", "g-staff": "author"}


@pytest.fixture
def provider(clock: Clock) -> Iterator[Provider]:
    with running(Provider(lambda: clock().timestamp())) as one:
        yield one


@pytest.fixture
def more_settings(provider: Provider) -> dict[str, Any]:
    return {
        "public_url": "http://testserver",
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_label": "Whitehouse",
        "oidc_domain": "whitehouse.example",
        "oidc_second_factor": "provider",
    }


@dataclass
class Way:
    """A browser, the provider, and the steps between them."""

    client: TestClient
    provider: Provider

    def begin(self, page: str = "") -> str:
        answer = self.client.get("/sign-in/provider", params={"next": page} if page else {})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def at_provider(self, address: str) -> str:
        """What the provider sends the browser back to, as path and query."""
        answer = httpx.get(address)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"]).removeprefix("http://testserver")

    def __call__(self, page: str = "") -> Any:
        return self.client.get(self.at_provider(self.begin(page)))


@pytest.fixture
def way(client: TestClient, provider: Provider) -> Way:
    return Way(client, provider)


def _everybody(school: School) -> tuple[Person, ...]:
    with school.read() as store:
        return people.every(store)


def _linked(school: School) -> list[tuple[str, str]]:
    with school.read() as store:
        return [(one.person_id, one.subject) for one in identities.every(store)]


@both_databases
def test_somebody_known_by_address_signs_in_and_is_known_by_subject_from_then_on(way: Way, school: School) -> None:
    ruth = school.person("author", ADDRESS)
    answer = way("/drafts")
    assert (answer.status_code, answer.headers["location"]) == (303, "/drafts")
    assert way.client.get("/drafts").status_code == 200
    assert _linked(school) == [(ruth.id, "ruth-1")]
    with school.read() as store:
        assert [line.action for line in audit.about(store, ruth.id)][-1] == "access.identity.link"
    way.provider.claims["email"] = "ruth.may@whitehouse.example"
    way.client.cookies.clear()
    assert way().status_code == 303
    assert _everybody(school) == (ruth,)


@both_databases
def test_somebody_new_comes_in_as_a_colleague_who_may_ask(way: Way, school: School) -> None:
    assert way().status_code == 303
    (ruth,) = _everybody(school)
    assert (ruth.name, ruth.email, ruth.role, ruth.password_hash) == ("Ruth Lane", ADDRESS, "colleague", "")
    assert way.client.get("/compose").status_code == 403
    assert way.client.get("/ask-to-post").status_code == 200


def test_nobody_signs_in_with_a_password_as_somebody_who_has_none(
    way: Way, new_client: Callable[[], TestClient]
) -> None:
    way()
    for password in ("", "nobody has this password", "x"):
        answer = new_client().post("/sign-in", data={"email": ADDRESS, "password": password})
        assert answer.status_code == 403, password


def test_what_is_asked_of_the_provider_binds_browser_token_and_code(way: Way) -> None:
    first, second = (parse_qs(urlsplit(way.begin()).query) for _ in range(2))
    assert first["response_type"] == ["code"]
    assert first["scope"] == ["openid email profile"]
    assert first["code_challenge_method"] == ["S256"]
    assert first["redirect_uri"] == ["http://testserver/sign-in/provider/callback"]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name][0]) >= 43


def test_the_cookie_of_a_sign_in_under_way_is_sealed_and_goes_when_it_is_over(way: Way) -> None:
    answer = way.client.get("/sign-in/provider")
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/sign-in/provider", "max-age=600"} <= set(cookie.split("; "))
    state = parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]
    assert state not in answer.headers["set-cookie"]
    done = way.client.get(way.at_provider(answer.headers["location"]))
    assert any(
        one.startswith(f"{COOKIE}=") and "max-age=0" in one.lower() for one in done.headers.get_list("set-cookie")
    )


def test_no_token_is_kept(way: Way, school: School) -> None:
    way()
    with school.read() as store:
        kept = json.dumps([line.detail for line in audit.page(store, limit=100).items], default=dict)
        assert "opaque-access" not in kept
        rows = store.session.connection().exec_driver_sql("SELECT * FROM identities").all()
    assert not any("eyJ" in str(value) for row in rows for value in row)


@pytest.mark.parametrize(
    "fault",
    [
        *("nonce", "aud", "auds", "azp", "iss", "expired", "future", "exp-words", "sub-number", "signature", "payload"),
        *("alg-none", "alg-hs256", "no-id-token", "mix-up", "no-iss"),
        *("without-nonce", "without-aud", "without-iss", "without-exp", "without-iat", "without-sub"),
    ],
)
def test_a_proof_that_is_none_lets_nobody_in(way: Way, school: School, fault: str) -> None:
    school.person("administrator", ADDRESS)
    way.provider.faults.add(fault)
    answer = way()
    assert answer.status_code == 403, fault
    assert "does not prove who you are" in answer.text
    assert cookie_name(school.service) not in way.client.cookies
    assert _linked(school) == []


@pytest.mark.parametrize("fault", ["slow-clock", "fast-clock"])
def test_clocks_may_differ_a_little(way: Way, fault: str) -> None:
    way.provider.faults.add(fault)
    assert way().status_code == 303


@pytest.mark.parametrize("fault", ["down", "token-fails", "token-is-a-page"])
def test_a_provider_that_fails_is_told_as_a_page(way: Way, school: School, fault: str) -> None:
    address = way.begin() if fault != "down" else ""
    way.provider.faults.add(fault)
    answer = way.client.get(way.at_provider(address)) if address else way.client.get("/sign-in/provider")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.text
    assert _everybody(school) == ()


@pytest.mark.parametrize("fault", ["discovery-issuer", "plain"])
def test_a_discovery_document_that_cannot_be_trusted_is_refused(way: Way, fault: str) -> None:
    way.provider.faults.add(fault)
    answer = way.client.get("/sign-in/provider")
    assert answer.status_code == 403
    assert "location" not in answer.headers


def test_a_no_at_the_provider_is_a_page_and_its_words_are_not_repeated(way: Way, school: School) -> None:
    way.provider.faults.add("denied")
    answer = way()
    assert answer.status_code == 403
    assert "You were not signed in" in answer.text
    assert "pressed no" not in answer.text
    assert _everybody(school) == ()


def test_an_answer_that_comes_twice_or_late_or_to_another_browser_is_refused(
    way: Way, new_client: Callable[[], TestClient], school: School, clock: Clock
) -> None:
    back = way.at_provider(way.begin())
    assert new_client().get(back).status_code == 400
    cookie = way.client.cookies[COOKIE]
    assert way.client.get(back).status_code == 303
    assert way.client.get(back).status_code == 400
    again = new_client()
    again.cookies.set(COOKIE, cookie)
    answer = again.get(back)
    assert answer.status_code == 400
    assert "finished already" in answer.text
    late = way.at_provider(way.begin())
    clock.go_on(seconds=UNDER_WAY.total_seconds())
    assert way.client.get(late).status_code == 400
    assert len(_everybody(school)) == 1


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?code=y", "?error=x", "?state=%00&code=%ff"])
def test_an_answer_nobody_asked_for_is_refused(way: Way, query: str) -> None:
    for cookie in (None, "made-up", "YWJj", "\xe4"):
        if cookie:
            way.client.cookies.set(COOKIE, cookie.encode("latin-1").decode("latin-1") if cookie.isascii() else "%E4")
        assert way.client.get(f"/sign-in/provider/callback{query}").status_code == 400
    way.begin()
    assert way.client.get(f"/sign-in/provider/callback{query}").status_code == 400


def test_a_code_of_another_sign_in_is_not_taken(way: Way, new_client: Callable[[], TestClient], school: School) -> None:
    stolen = parse_qs(urlsplit(way.at_provider(way.begin())).query)["code"][0]
    other = Way(new_client(), way.provider)
    state = parse_qs(urlsplit(other.begin()).query)["state"][0]
    query = {"state": state, "code": stolen, "iss": way.provider.issuer}
    assert other.client.get("/sign-in/provider/callback", params=query).status_code == 403
    assert _everybody(school) == ()


def test_keys_are_fetched_once_and_again_when_they_change(way: Way) -> None:
    for _ in range(2):
        assert way().status_code == 303
    assert way.provider.asked.count("keys") == 1
    way.provider.rotate()
    assert way().status_code == 303
    assert way.provider.asked.count("keys") == 2
    way.provider.rotate(kid=way.provider.keys[0].kid or "")
    assert way().status_code == 303
    published, way.provider.published = way.provider.keys, way.provider.keys
    way.provider.rotate()
    assert way.provider.keys != published
    assert way().status_code == 403


def test_metadata_is_asked_for_anew_after_an_hour(way: Way, clock: Clock) -> None:
    way.begin()
    clock.go_on(minutes=61)
    way.begin()
    assert way.provider.asked.count("discovery") == 2


def test_a_provider_that_takes_the_secret_in_the_form_alone(way: Way) -> None:
    way.provider.methods = ("client_secret_post",)
    assert way().status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ruth@elsewhere.example"},
        {"email": "ruth@whitehouse.example.evil.example"},
        {"hd": "elsewhere.example"},
        {"email_verified": False},
        {"email_verified": None, "tid": TENANT},
        {"email": ""},
        {"email": ["ruth@whitehouse.example"]},
        {"email": "ruth\x00@whitehouse.example"},
        {"email": "x" * 300 + "@whitehouse.example"},
    ],
)
def test_nobody_comes_in_with_an_address_that_is_not_proven_to_be_the_schools(
    way: Way, school: School, claims: dict[str, Any]
) -> None:
    school.person("administrator", ADDRESS)
    way.provider.claims = {**RUTH, **claims}
    answer = way()
    assert answer.status_code == 403
    assert "administrator" in answer.text or "not an account of this school" in answer.text
    assert _linked(school) == []


def test_whoever_has_left_stays_out(way: Way, school: School) -> None:
    ruth = school.person("author", ADDRESS)
    way()
    with school.write() as store:
        people.change(store, ruth.id, active=False, by="test", now=NOW)
    way.client.cookies.clear()
    answer = way()
    assert answer.status_code == 403
    assert "closed" in answer.text
    assert way.client.get("/drafts").status_code == 303


def test_a_leaver_known_by_address_alone_stays_out_too(way: Way, school: School) -> None:
    ruth = school.person("author", ADDRESS)
    with school.write() as store:
        people.change(store, ruth.id, active=False, by="test", now=NOW)
    assert way().status_code == 403
    assert _linked(school) == []


def test_an_address_given_to_somebody_else_does_not_inherit(way: Way, school: School) -> None:
    ruth = school.person("administrator", ADDRESS)
    way()
    way.client.cookies.clear()
    way.provider.claims = {**RUTH, "sub": "somebody-new", "name": "Ruth Lane"}
    answer = way()
    assert answer.status_code == 403
    assert "known here with another account" in answer.text
    assert _linked(school) == [(ruth.id, "ruth-1")]


def test_with_several_schools_an_administrator_adds_people_first(way: Way, school: School) -> None:
    with school.service.database.write() as session:
        other = schools.create(session, "Another School", by="test", now=NOW)
    answer = way()
    assert answer.status_code == 403
    assert "administrator to add you" in answer.text
    with school.service.database.write() as session:
        people.add(Store(session, other.id), "Ruth", ADDRESS, "author", PASSWORD_HASH, by="test", now=NOW)
    assert way().status_code == 303
    assert "Another School" in way.client.get("/drafts").text


class TestGroups:
    @pytest.fixture
    def more_settings(self, provider: Provider) -> dict[str, Any]:
        return {
            "public_url": "http://testserver",
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            "oidc_domain": "whitehouse.example",
            "oidc_roles": GROUPS,
        }

    @both_databases
    def test_roles_follow_the_groups_up_and_down(self, way: Way, school: School) -> None:
        school.person("administrator")
        for groups, role in (
            (["g-staff", "other"], "author"),
            (["g-staff", "g-slt"], "approver"),
            ([], "colleague"),
            ("g-ict", "administrator"),
            (["g-staff"], "author"),
            ({"odd": 1}, "colleague"),
        ):
            way.provider.claims = {**RUTH, "groups": groups}
            way.client.cookies.clear()
            assert way().status_code == 303
            assert {one.role for one in _everybody(school) if one.email == ADDRESS} == {role}, groups

    def test_app_roles_count_as_groups_do(self, way: Way, school: School) -> None:
        way.provider.claims = {**RUTH, "roles": ["g-slt"]}
        way()
        assert _everybody(school)[0].role == "approver"

    def test_the_last_administrator_stays_one(self, way: Way, school: School) -> None:
        ruth = school.person("administrator", ADDRESS)
        way()
        assert _everybody(school) == (ruth,)
        school.person("administrator")
        way()
        assert {one.role for one in _everybody(school) if one.id == ruth.id} == {"colleague"}

    @pytest.mark.parametrize(("amr", "owes"), [(["pwd", "mfa"], False), (["pwd"], True), ("mfa", False), (None, True)])
    def test_a_second_factor_at_the_provider_counts(self, way: Way, school: School, amr: object, owes: bool) -> None:
        way.provider.claims = {**RUTH, "groups": ["g-slt"], "amr": amr}
        if isinstance(amr, str):
            way.provider.claims["amr"] = [amr]
        assert way().status_code == 303
        assert (way.client.get("/queue").status_code == 303) is owes


class TestOfMicrosoft:
    @pytest.fixture
    def provider(self, clock: Clock) -> Iterator[Provider]:
        with running(Provider(lambda: clock().timestamp())) as one:
            yield one

    def settings(self, provider: Provider, domain: str) -> Settings:
        return Settings(
            oidc_issuer=f"https://login.microsoftonline.com/{TENANT}/v2.0",
            oidc_client_id=CLIENT_ID,
            oidc_client_secret=CLIENT_SECRET,
            oidc_domain=domain,
        )

    @pytest.mark.parametrize(
        ("claims", "domain", "email"),
        [
            ({"email": ADDRESS}, "whitehouse.example", ADDRESS),
            ({"preferred_username": "RUTH.LANE@whitehouse.example"}, f"whitehouse.example, {TENANT}", ADDRESS),
            ({"email": ADDRESS}, TENANT, ADDRESS),
            ({"email": ADDRESS, "xms_edov": False}, TENANT, ""),
        ],
    )
    def test_an_address_of_the_tenant_counts(
        self, provider: Provider, claims: dict[str, Any], domain: str, email: str
    ) -> None:
        told = {"iss": "x", "sub": "s", "tid": TENANT, **claims}
        assert oidc.read_claims(told, self.settings(provider, domain)).email == email

    @pytest.mark.parametrize(
        ("claims", "domain"),
        [
            ({"email": ADDRESS, "tid": TENANT.replace("1", "9")}, "whitehouse.example"),
            ({"email": ADDRESS, "tid": TENANT.replace("1", "9")}, TENANT),
            ({"email": ADDRESS}, "whitehouse.example"),
            ({"email": "guest@elsewhere.example", "tid": TENANT}, "whitehouse.example"),
        ],
    )
    def test_others_do_not(self, provider: Provider, claims: dict[str, Any], domain: str) -> None:
        with pytest.raises(oidc.NotLetIn):
            oidc.read_claims({"iss": "x", "sub": "s", **claims}, self.settings(provider, domain))


def test_a_private_google_account_with_a_school_address_is_not_let_in() -> None:
    settings = Settings(oidc_issuer="https://accounts.google.com", oidc_domain="whitehouse.example")
    claims = {"iss": "https://accounts.google.com", "sub": "1", "email": ADDRESS, "email_verified": True}
    with pytest.raises(oidc.NotLetIn):
        oidc.read_claims(claims, settings)
    assert oidc.read_claims({**claims, "hd": "Whitehouse.example"}, settings).email == ADDRESS


class TestNotSetUp:
    @pytest.fixture
    def more_settings(self) -> dict[str, Any]:
        return {}

    def test_the_page_says_so(self, client: TestClient) -> None:
        for path in ("/sign-in/provider", "/sign-in/provider/callback"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert "not set up" in answer.text

    @pytest.mark.parametrize(
        ("lacking", "said"),
        [
            ({"oidc_domain": ""}, "OIDC_DOMAIN"),
            ({"oidc_client_id": ""}, "CLIENT_ID"),
            ({"oidc_client_secret": None}, "CLIENT_SECRET"),
            ({"oidc_issuer": "http://plain.example"}, "https"),
            ({"public_url": ""}, "PUBLIC_URL"),
            ({"oidc_roles": {"g": "headmaster"}}, "none of"),
        ],
    )
    def test_half_a_set_up_is_none(self, lacking: dict[str, Any], said: str) -> None:
        whole: dict[str, Any] = {
            "oidc_issuer": "https://id.example",
            "oidc_client_id": "x",
            "oidc_client_secret": "y",
            "oidc_domain": "whitehouse.example",
            "public_url": "https://posts.whitehouse.example",
        }
        assert oidc.is_offered(Settings(**whole))
        half = Settings(**{**whole, **lacking})
        assert not oidc.is_offered(half)
        with pytest.raises(SetUpError, match=said):
            oidc.check(half)
