"""The API's description of itself (OpenAPI 3.1): what a web agency needs and a generated client is made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.errors import (
    Conflict,
    Fault,
    FledglingError,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    Unavailable,
    Unsupported,
)
from app.vision.refusals import PhotoTooLarge, PhotoUnsupported
from app.web import examples, publication_examples
from app.web.limits import PHOTO_BYTES
from app.web.problems import MEDIA_TYPE
from app.web.schemas import PHOTOS, TEXT_POINTS, DraftIn, Problem
from app.web.security import PEOPLE_ONLY

Described = dict[str, Any]

_ANSWERS = {**examples.ANSWERS, **publication_examples.ANSWERS}
_REQUESTS = {**examples.REQUESTS, **publication_examples.REQUESTS}

DESCRIPTION = """
A draft comes in, with photos; the service looks, reads, judges by the school's written policy and answers
**approve**, **refer** or **reject** with findings that point at words and faces. A person decides.

* Every call needs `Authorization: Bearer <key>`; a key holds scopes, which each operation names.
* Errors are problem details (RFC 9457); `type` ends in a stable slug.
* `Idempotency-Key` on a POST makes repeating it harmless.
* Spans count code points of the text as it was sent, half open; boxes are pixels of the upright photo.
* "No match" never means that nobody is in danger.
"""

TAGS: list[Described] = [
    {"name": "vetting", "description": "Judge and store drafts and photos."},
    {"name": "desk", "description": "The review queue, its decisions, and the phrases that approvers allow."},
    {
        "name": "publishing",
        "description": "What happens after approval: when posts go out, what holds them, taking down.",
    },
    {"name": "register", "description": "Roster, staff, permissions, events, reference photos."},
    {"name": "safeguarding", "description": "Holds, for the safeguarding lead alone, signed in."},
    {"name": "system", "description": "Whether the service works."},
]

_FAULT = Fault("#/photos/0/id", "Field required")
_LINE = Fault("#/line/7", "line 7: UPN: the UPN is the same as on line 3, but the pupil is not")
_NAME = Fault("#/phrase", "is a pupil's name")
_PROBLEMS: dict[int, tuple[str, str, tuple[FledglingError, ...]]] = {
    401: (
        "NotSignedIn",
        "Nobody is known to be calling.",
        (NotSignedIn("The key is unknown, expired or revoked."),),
    ),
    403: (
        "NotAllowed",
        "The key lacks the scope, or nobody may do this with a draft of their own.",
        (
            NotAllowed("This needs the scope review:write."),
            NotAllowed("Nobody decides on a draft of their own that shows a photo.", slug="own-draft"),
            NotAllowed("A signed-in page sends its token as X-CSRF-Token.", slug="csrf-token-missing"),
        ),
    ),
    404: (
        "NotFound",
        "There is no such thing, or it is not the caller's to see.",
        (NotFound("There is no such draft."),),
    ),
    409: (
        "Conflict",
        "It does not fit how things stand; nothing was done.",
        (
            Conflict("The draft is approved; only one that waits can be decided.", slug="wrong-stage"),
            Conflict("The draft is not the one that was looked at; look again.", slug="other-digest"),
            Conflict("The register has changed since the draft was vetted; vet it again.", slug="register-changed"),
            Conflict("The rules reject this draft: change the draft or the register first.", slug="verdict-is-reject"),
            Conflict("Each child of the roll-call must be answered.", slug="roll-call-open"),
            Conflict("120 of 420 pupils would leave; confirm if that is right.", slug="roll-would-shrink"),
            Conflict("This phrase is allowed already.", slug="phrase-allowed-already"),
            Conflict("There is no valid biometric consent.", slug="biometric-consent-missing"),
            Conflict("No data-protection impact assessment is on record.", slug="dpia-missing"),
            Conflict("The first request with this Idempotency-Key is still running.", slug="idempotency-key-running"),
        ),
    ),
    413: (
        "TooLarge",
        "More bytes or pixels than are taken.",
        (
            PhotoTooLarge(f"The photo has 25,000,000 bytes; {PHOTO_BYTES:,} are taken."),
            TooLarge("The body is larger than 1,000,000 bytes.", slug="body-too-large"),
        ),
    ),
    415: (
        "Unsupported",
        "A kind of file or body that is not taken.",
        (
            Unsupported("This takes text/csv."),
            PhotoUnsupported("Moving pictures are not taken.", slug="photo-animated"),
        ),
    ),
    422: (
        "Malformed",
        "The input does not have the form the contract asks for; `errors` points at each fault.",
        (
            Malformed("The draft does not have the form the contract asks for.", errors=(_FAULT,)),
            Malformed(
                "The file has 1 line that cannot stand; nothing was changed.", slug="file-refused", errors=(_LINE,)
            ),
            Malformed("These words alone are a pupil's name.", slug="phrase-is-a-name", errors=(_NAME,)),
            Malformed("This Idempotency-Key was used with another request.", slug="idempotency-key-reused"),
        ),
    ),
    503: (
        "Unavailable",
        "The service cannot answer just now; the call may be repeated.",
        (Unavailable("The database is busy; try again shortly.", slug="database-busy"),),
    ),
}
"""The problem answers by status: their name, what they mean, and examples with the slugs that callers act on."""

_HEADERS: dict[tuple[str, str], Described] = {
    ("submit_draft", "201"): {
        "Location": {
            "description": "The path of the stored draft.",
            "required": True,
            "schema": {"type": "string", "format": "uri-reference"},
            "example": "/v1/drafts/01a20275f8860445f3020a760cc2f192",
        }
    }
}
_DONE = {"200": "What was asked for.", "201": "Stored.", "204": "Done; there is nothing to tell."}
_EITHER = ("drafts:write", "review:write")
"""What opens the routes about one draft: the first for one's own, the second for all."""

_KEY_HEADER: Described = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Any string of 1 to 255 printable characters. The same key with the same body gets the first answer again and "
        "nothing is done twice; with another body it is 422, while the first is still running 409."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "cms-article-4711-v2",
}
_PATH_PARTS = {
    "draft_id": "A draft's `id`.",
    "pupil_id": "A pupil's `id`, from `GET /v1/pupils`; not the UPN.",
    "phrase_id": "An allowed phrase's `id`.",
    "photo_id": "A reference photo's `id`.",
    "hold_id": "A hold's `id`.",
    "recall_id": "A recall's `id`.",
    "number": "Which photo of the draft; the first is 0.",
}
_TOKEN: Described = {
    "type": "apiKey",
    "in": "header",
    "name": "X-CSRF-Token",
    "description": "The token of a signed-in page; with a session, whatever is not only read needs it.",
}


def errors(*statuses: int) -> dict[int | str, Described]:
    """The problem answers a route can give, beside 401, 403, 422 and 503."""
    wanted = sorted({401, 403, 422, 503, *statuses})
    return {status: {"description": _PROBLEMS[status][1], "content": {MEDIA_TYPE: {}}} for status in wanted}


# ---------------------------------------------------------------- bodies that a route reads by itself


def draft_body() -> Described:
    """A draft's request body in its two forms."""
    own = DraftIn.model_json_schema()["properties"]
    said = {name: {"type": "string", "description": own[name].get("description", "")} for name in own}
    form = {
        "type": "object",
        "properties": {
            **said,
            "text": {**said["text"], "maxLength": TEXT_POINTS},
            "photos": {"type": "array", "maxItems": PHOTOS, "items": _FILE, "description": "The photos, one a part."},
            "alt_texts": {
                "type": "array",
                "maxItems": PHOTOS,
                "items": {"type": "string", "maxLength": 1000},
                "description": "What each photo shows, in the same order.",
            },
            "classes": {**said["classes"], "type": "array", "items": {"type": "string"}},
            "outsiders": {**said["outsiders"], "type": "boolean"},
            "publish_at": {**said["publish_at"], "format": "date-time"},
        },
    }
    return _body(
        {
            examples.JSON: {"schema": {"$ref": "#/components/schemas/DraftIn"}},
            examples.FORM: {"schema": form, "encoding": {"photos": _KINDS}},
        }
    )


def sheet_body(*kinds: str) -> Described:
    """The request body of an import: a file as it is."""
    return _body({kind: {"schema": {"type": "string", "description": "The file, as it is."}} for kind in kinds})


def photo_body() -> Described:
    """One photo as a form's file part, with its alt text."""
    return _file_form(alt_text={"type": "string", "maxLength": 1000, "description": "What the photo shows."})


def reference_body() -> Described:
    """A reference photo as a form's file part, with the day it was taken."""
    return _file_form(taken_on={"type": "string", "format": "date", "description": "When it was taken."})


_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
"""What generators of clients know as a file; `encoding` says which kinds are taken."""
_KINDS = {"contentType": "image/jpeg, image/png, image/webp, image/heic, image/gif"}


def _file_form(**fields: Described) -> Described:
    form = {"type": "object", "required": ["file"], "properties": {"file": _FILE, **fields}}
    return _body({examples.FORM: {"schema": form, "encoding": {"file": _KINDS}}})


def _body(content: Described) -> Described:
    return {"requestBody": {"required": True, "content": content}}


# ---------------------------------------------------------------- the whole


def describe(app: FastAPI) -> Described:
    """The whole description: what FastAPI knows of the routes, with what it cannot know."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": "/", "description": "This service."}],
    )
    shared: Described = made["components"]
    _own_schemas(shared["schemas"])
    shared["responses"] = {name: _problem(status) for status, (name, _, _) in _PROBLEMS.items()}
    shared["parameters"] = {"IdempotencyKey": _KEY_HEADER}
    shared["securitySchemes"]["token"] = _TOKEN
    for method, operation in _operations(made):
        _finish(method, operation)
    return made


def _operations(made: Described) -> Iterator[tuple[str, Described]]:
    for path in made["paths"].values():
        yield from path.items()


def _own_schemas(schemas: Described) -> None:
    for model in (DraftIn, Problem):
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(own.pop("$defs", {}))
        schemas[model.__name__] = own
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)


def _problem(status: int) -> Described:
    """The answer of that status, with an example of each slug."""
    _, description, shown = _PROBLEMS[status]
    schema = {"$ref": "#/components/schemas/Problem"}
    named = {error.slug: {"value": error.problem()} for error in shown}
    answer: Described = {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": schema, "examples": named}},
    }
    if status == 401:
        answer["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    return answer


def _finish(method: str, operation: Described) -> None:
    answers: Described = operation["responses"]
    if "requestBody" in operation:
        _show_requests(operation)
        answers["413"] = {"content": {MEDIA_TYPE: {}}}  # any body may be too large
    for status, answer in list(answers.items()):
        if MEDIA_TYPE in answer.get("content", {}):
            answers[status] = {"$ref": f"#/components/responses/{_PROBLEMS[int(status)][0]}"}
        elif status.startswith("2"):
            _show_answer(operation, status, answer)
    operation["responses"] = dict(sorted(answers.items()))
    operation["parameters"] = [_parameter(one) for one in operation.get("parameters", [])]
    if operation.get("security"):
        operation["security"] = list(_ways_in(method, operation["security"]))


def _ways_in(method: str, security: list[dict[str, list[str]]]) -> Iterator[dict[str, list[str]]]:
    """A key with a scope that opens the door, or a session; FastAPI gives the scope that a route asks for."""
    (asked,) = (one["key"] for one in security if "key" in one)
    for scope in asked or _EITHER:
        if scope not in PEOPLE_ONLY:
            yield {"key": [str(scope)]}
    yield {"session": []} if method == "get" else {"session": [], "token": []}


def _show_requests(operation: Described) -> None:
    for kind, content in operation["requestBody"]["content"].items():
        named = _REQUESTS[operation["operationId"]][kind]
        content["examples"] = {name: {"value": value} for name, value in named.items()}


def _show_answer(operation: Described, status: str, answer: Described) -> None:
    answer["description"] = _DONE[status]
    for content in answer.get("content", {}).values():
        content["example"] = _ANSWERS[operation["operationId"]]
    if headers := _HEADERS.get((operation["operationId"], status)):
        answer["headers"] = headers


def _parameter(one: Described) -> Described:
    if one["in"] == "header" and one["name"].lower() == "idempotency-key":
        return {"$ref": "#/components/parameters/IdempotencyKey"}
    if one["in"] == "path":
        return {**one, "description": _PATH_PARTS[one["name"]]}
    return one


def install(app: FastAPI) -> None:
    """Make ``/openapi.json`` give our description."""

    def openapi() -> Described:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
