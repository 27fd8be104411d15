"""The API's description: fresh, valid, complete, and its examples are what the service takes and gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from starlette.testclient import TestClient

from app.main import application
from app.web import examples
from tests.conftest import ROOT
from tests.web.conftest import School

DESCRIBED: dict[str, Any] = json.loads(json.dumps(application().openapi()))
OPEN = {"livez", "readyz"}
KEYED = {"drafts:write", "review:write", "register:write", "audit:read", "admin"}
PROBLEMS = {
    "401": "NotSignedIn",
    "403": "NotAllowed",
    "404": "NotFound",
    "409": "Conflict",
    "413": "TooLarge",
    "415": "Unsupported",
    "422": "Malformed",
    "503": "Unavailable",
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DESCRIBED["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


EVERY = {operation["operationId"]: operation for _, _, operation in operations()}
REGISTRY: Registry[Any] = Registry().with_resource("urn:described", Resource.opaque(DESCRIBED))


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    """What the schema, whose references lead into the description, has against the value."""
    whole = json.loads(json.dumps(schema).replace('"#/', '"urn:described#/'))
    validator = OAS31Validator(whole, registry=REGISTRY, format_checker=oas31_format_checker)
    return [error.message for error in validator.iter_errors(value)]


def resolved(thing: dict[str, Any]) -> dict[str, Any]:
    """What stands behind a reference into the components, or the thing itself."""
    if "$ref" not in thing:
        return thing
    _, _, kind, name = thing["$ref"].split("/")
    found: dict[str, Any] = DESCRIBED["components"][kind][name]
    return found


def test_the_committed_description_is_fresh() -> None:
    committed = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert json.loads(committed) == DESCRIBED, "run: python -m app docs"
    assert committed == json.dumps(application().openapi(), indent=2, ensure_ascii=False) + "\n"


def test_it_is_valid_openapi_31() -> None:
    assert DESCRIBED["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(DESCRIBED).iter_errors()] == []


def test_every_operation_has_an_id_of_its_own_a_summary_and_a_described_tag() -> None:
    every = [operation for _, _, operation in operations()]
    assert len({operation["operationId"] for operation in every}) == len(every) >= 20
    assert all(operation["summary"] and operation["description"] for operation in every)
    tags = {tag["name"] for tag in DESCRIBED["tags"]}
    assert {tag for operation in every for tag in operation["tags"]} == tags


@pytest.mark.parametrize(("method", "path", "operation"), list(operations()), ids=list(EVERY))
def test_every_operation_names_its_ways_in(method: str, path: str, operation: dict[str, Any]) -> None:
    if operation["operationId"] in OPEN:
        assert "security" not in operation
        return
    *keys, session = operation["security"]
    scopes = [key["key"] for key in keys]
    assert all(len(one) == 1 and one[0] in KEYED for one in scopes)
    assert bool(keys) is (operation["tags"] != ["safeguarding"]), "holds are for a person, never for a key"
    assert session == ({"session": []} if method == "get" else {"session": [], "token": []})
    schemes = DESCRIBED["components"]["securitySchemes"]
    assert (schemes["key"]["type"], schemes["key"]["scheme"]) == ("http", "bearer")
    assert (schemes["session"]["in"], schemes["token"]["in"]) == ("cookie", "header")


@pytest.mark.parametrize(("method", "path", "operation"), list(operations()), ids=list(EVERY))
def test_every_operation_describes_its_problems(method: str, path: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    if operation["operationId"] in OPEN:
        assert "401" not in answers
        return
    wanted = {"401", "403", "422", "503"}
    if "requestBody" in operation:
        wanted.add("413")
        if set(operation["requestBody"]["content"]) != {"application/json"}:
            wanted.add("415")
    if "{" in path:
        wanted.add("404")
    if any("IdempotencyKey" in one.get("$ref", "") for one in operation["parameters"]):
        wanted.add("409")
    assert wanted <= answers.keys()
    for status in answers.keys() & PROBLEMS.keys():
        assert answers[status] == {"$ref": f"#/components/responses/{PROBLEMS[status]}"}
    assert sum(status.startswith("2") for status in answers) == 1


def test_problems_are_described_with_examples_that_fit() -> None:
    responses = DESCRIBED["components"]["responses"]
    assert set(responses) == set(PROBLEMS.values())
    for status, name in PROBLEMS.items():
        (content,) = responses[name]["content"].items()
        assert content[0] == "application/problem+json"
        assert content[1]["schema"] == {"$ref": "#/components/schemas/Problem"}
        for slug, example in content[1]["examples"].items():
            assert faults(content[1]["schema"], example["value"]) == []
            assert example["value"]["type"] == f"/problems/{slug}"
            assert str(example["value"]["status"]) == status
    assert "WWW-Authenticate" in responses["NotSignedIn"]["headers"]


def test_posts_that_store_take_an_idempotency_key() -> None:
    keyed = {
        name
        for name, operation in EVERY.items()
        if any(resolved(one)["name"] == "Idempotency-Key" for one in operation.get("parameters", []))
    }
    posts = {operation["operationId"] for method, _, operation in operations() if method == "post"}
    assert posts - keyed == {"vet"}, "it stores nothing"
    assert keyed <= posts
    header = DESCRIBED["components"]["parameters"]["IdempotencyKey"]
    assert (header["in"], header["required"], header["schema"]["maxLength"]) == ("header", False, 255)


def test_a_stored_draft_says_where_it_is() -> None:
    header = EVERY["submit_draft"]["responses"]["201"]["headers"]["Location"]
    assert header["required"] is True
    assert header["example"].startswith("/v1/drafts/")


def test_every_parameter_of_a_path_is_described() -> None:
    parts = [one for _, _, operation in operations() for one in operation.get("parameters", []) if "$ref" not in one]
    assert all(one.get("description") for one in parts), [one["name"] for one in parts if not one.get("description")]


@pytest.mark.parametrize(
    ("name", "kind"),
    [(name, kind) for name, operation in EVERY.items() for kind in operation.get("requestBody", {}).get("content", {})],
)
def test_every_request_body_has_examples_that_fit(name: str, kind: str) -> None:
    content = EVERY[name]["requestBody"]["content"][kind]
    assert content["examples"]
    for example in content["examples"].values():
        assert faults(content["schema"], example["value"]) == []


@pytest.mark.parametrize("name", list(EVERY))
def test_every_answer_has_an_example_that_fits(name: str) -> None:
    status, answer = next((status, one) for status, one in EVERY[name]["responses"].items() if status.startswith("2"))
    if status == "204":
        assert "content" not in answer
        return
    (content,) = answer["content"].values()
    assert faults(content["schema"], content["example"]) == []


def test_a_schema_does_refuse_what_does_not_fit() -> None:
    schema = {"$ref": "#/components/schemas/DraftIn"}
    assert faults(schema, {"text": "x"}) == []
    assert faults(schema, {"text": "x" * 4001})
    assert faults(schema, {"words": "x"})


def test_the_examples_of_the_register_are_taken(client: TestClient, school: School) -> None:
    headers = school.key("register:write")
    for name, path in {"put_roster": "roster", "put_staff": "staff", "put_events": "events"}.items():
        for kind, named in examples.REQUESTS[name].items():
            for sheet in named.values() if kind != examples.ZIP else ():  # no bytes in a text
                answer = client.put(
                    f"/v1/{path}?confirm=true", headers=headers | {"Content-Type": kind}, content=sheet.encode()
                )
                assert answer.status_code == 200, answer.text
                assert answer.json()["added"] or answer.json()["changed"] or kind in ("text/calendar", examples.XML)
    (sheet,) = examples.REQUESTS["put_permissions"]["text/csv"].values()
    loaded = client.put("/v1/permissions", headers=headers | {"Content-Type": "text/csv"}, content=sheet.encode())
    assert loaded.json()["added"] == ["A823403726417"]
    poster = school.person("author").id
    for name, path in {"put_accounts": "accounts", "open_round": "permission-round"}.items():
        (example,) = examples.REQUESTS[name]["application/json"].values()
        body, told = (
            json.loads(json.dumps(one).replace(examples.KEY_ID, poster)) for one in (example, examples.ANSWERS[name])
        )
        answer = client.put(f"/v1/{path}", headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json() == told


def test_the_examples_of_a_draft_are_taken(client: TestClient, school: School) -> None:
    headers = school.key("drafts:write")
    words = examples.REQUESTS["vet"]["application/json"]["Words alone"]
    report = client.post("/v1/vet", headers=headers, json=words).json()
    assert report["verdict"] == "approve"
    assert faults({"$ref": "#/components/schemas/Report"}, report) == []
    stored = client.post("/v1/drafts", headers=headers, json=words)
    assert stored.status_code == 201
    assert faults({"$ref": "#/components/schemas/DraftOut"}, stored.json()) == []
    assert stored.headers["location"] == f"/v1/drafts/{stored.json()['id']}"


def test_the_description_is_open_and_the_same(client: TestClient) -> None:
    assert client.get("/openapi.json").json() == DESCRIBED
