"""The API's description of itself (OpenAPI 3.1): what a web agency needs and a generated client is made from."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.web.problems import MEDIA_TYPE
from app.web.schemas import DraftIn, Problem

DESCRIPTION = """
A draft comes in, with photos; the service looks, reads, judges by the school's written policy and answers
**approve**, **refer** or **reject** with findings that point at words and faces. A person decides.

* Every call needs `Authorization: Bearer <key>`; a key holds scopes.
* Errors are problem details (RFC 9457); `type` ends in a stable slug.
* `Idempotency-Key` on a POST makes repeating it harmless.
* Spans count code points of the text as it was sent, half open; boxes are pixels of the upright photo.
* "No match" never means that nobody is in danger.
"""

TAGS: list[dict[str, Any]] = [
    {"name": "vetting", "description": "Judge and store drafts and photos."},
    {"name": "desk", "description": "The review queue and its decisions."},
    {"name": "register", "description": "Roster, staff, permissions, events, reference photos."},
    {"name": "system", "description": "Whether the service works."},
]

WHY = {
    401: "Nobody is known to be calling",
    403: "The key lacks the scope",
    404: "There is no such thing, or it is not the caller's to see",
    409: "It does not fit how things stand: wrong stage, other digest, changed register, key still running",
    413: "More bytes or pixels than are taken",
    415: "A kind of file or body that is not taken",
    422: "The input does not have the form the contract asks for",
    503: "The service cannot answer just now",
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers a route can give, beside 401 and 403."""
    wanted = sorted({401, 403, 422, 503, *statuses})
    return {status: {"description": WHY[status], "content": {MEDIA_TYPE: {"schema": _PROBLEM}}} for status in wanted}


_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def draft_body(*, required: bool = True) -> dict[str, Any]:
    """A draft's request body in its two forms, for a route that reads it by itself."""
    form = {
        "type": "object",
        "properties": {
            "text": {"type": "string", "maxLength": 4000},
            "photos": {"type": "array", "maxItems": 4, "items": {"type": "string", "contentMediaType": "image/*"}},
            "alt_texts": {"type": "array", "maxItems": 4, "items": {"type": "string", "maxLength": 1000}},
            "classes": {"type": "array", "items": {"type": "string"}},
            "outsiders": {"type": "boolean"},
            **{
                name: {"type": "string"}
                for name in ("event_id", "account", "reply_to", "repost_of", "publish_at", "source_url")
            },
        },
    }
    return {
        "requestBody": {
            "required": required,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/DraftIn"}},
                "multipart/form-data": {"schema": form},
            },
        }
    }


def sheet_body(*kinds: str) -> dict[str, Any]:
    """The request body of an import: a file as it is."""
    return {"requestBody": {"required": True, "content": {kind: {"schema": {"type": "string"}} for kind in kinds}}}


def photo_body() -> dict[str, Any]:
    """One photo as a form's file part, with its alt text."""
    return _file_form(alt_text={"type": "string", "maxLength": 1000})


def reference_body() -> dict[str, Any]:
    """A reference photo as a form's file part, with the day it was taken."""
    return _file_form(taken_on={"type": "string", "format": "date"})


def _file_form(**fields: dict[str, Any]) -> dict[str, Any]:
    file = {"type": "string", "contentMediaType": "image/*"}
    form = {"type": "object", "required": ["file"], "properties": {"file": file, **fields}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description, made once."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for model in (DraftIn, Problem):
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(own.pop("$defs", {}))
        schemas[model.__name__] = own
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path in made["paths"].values():
        for operation in path.values():
            for status, response in operation.get("responses", {}).items():
                if status.startswith(("4", "5")) and MEDIA_TYPE in response.get("content", {}):
                    response["content"] = {MEDIA_TYPE: {"schema": _PROBLEM}}
    return made


def install(app: FastAPI) -> None:
    """Make ``/openapi.json`` give our description."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
