"""The API's description to read: every operation, made here from ``/openapi.json``, without scripts or anything from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from app.web.pages.rendering import render

router = APIRouter()

Described = dict[str, Any]

_PLAIN = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}
_FORMATS = {"date": "day", "date-time": "instant", "binary": "file", "uri-reference": "address", "uuid": "UUID"}
_CODE, _STRONG = re.compile(r"`([^`]+)`"), re.compile(r"\*\*([^*]+)\*\*")
_REF = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to give or to get: a parameter, or a property of an object. ``where`` is only for parameters."""

    name: str
    kind: Markup
    required: bool
    about: Markup
    where: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A body in one of its forms: a shape with a name of its own, or fields; and examples by name."""

    media_type: str
    kind: Markup
    fields: tuple[Field, ...]
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: ``problem`` names what all operations share and is told once."""

    status: str
    about: Markup
    problem: str
    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be done at a path."""

    id: str
    method: str
    path: str
    summary: str
    about: tuple[Markup, ...]
    scopes: tuple[str, ...]
    session: bool
    parameters: tuple[Field, ...]
    bodies: tuple[Content, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with a name, or what else bears one."""

    name: str
    about: Markup
    kind: Markup
    fields: tuple[Field, ...]


@router.get("/docs")
def show(request: Request) -> Response:
    """The same for everybody, signed in or not."""
    return HTMLResponse(_page(request.app))


@lru_cache(maxsize=1)
def _page(app: FastAPI) -> bytes:
    made = app.openapi()
    parts = made["components"]
    groups = [(tag, list(_operations(made, tag["name"]))) for tag in made["tags"]]
    answer = render(
        "reference.html",
        None,
        title=made["info"]["title"],
        version=made["info"]["version"],
        summary=made["info"]["summary"],
        about=[_blocks(part) for part in made["info"]["description"].strip().split("\n\n")],
        groups=groups,
        problems=[_problem(name, one) for name, one in parts["responses"].items()],
        shapes=[_shape(name, one) for name, one in sorted(parts["schemas"].items())],
    )
    return bytes(answer.body)


# ---------------------------------------------------------------- what can be done


def _operations(made: Described, tag: str) -> Iterator[Operation]:
    for path, methods in made["paths"].items():
        for method, one in methods.items():
            if tag in one["tags"]:
                yield _operation(made, method, path, one)


def _operation(made: Described, method: str, path: str, one: Described) -> Operation:
    ways = one.get("security", [])
    body = one.get("requestBody", {}).get("content", {})
    return Operation(
        id=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one["summary"],
        about=tuple(_words(part) for part in one["description"].split("\n\n")),
        scopes=tuple(scope for way in ways for scope in way.get("key", ())),
        session=any("session" in way for way in ways),
        parameters=tuple(_parameter(made, part) for part in one.get("parameters", [])),
        bodies=tuple(_content(made, kind, part) for kind, part in body.items()),
        answers=tuple(_answer(made, status, part) for status, part in one["responses"].items()),
    )


def _parameter(made: Described, one: Described) -> Field:
    if "$ref" in one:
        one = made["components"]["parameters"][one["$ref"].rpartition("/")[2]]
    about = one.get("description", "")
    return Field(one["name"], _kind(one["schema"]), one.get("required", False), _words(about), one["in"])


def _answer(made: Described, status: str, one: Described) -> Answer:
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return Answer(status, _words(made["components"]["responses"][name]["description"]), name, ())
    contents = tuple(_content(made, kind, part) for kind, part in one.get("content", {}).items())
    return Answer(status, _words(one["description"]), "", contents)


def _content(made: Described, media_type: str, one: Described) -> Content:
    schema = one.get("schema", {})
    shown = {name: part["value"] for name, part in one.get("examples", {}).items()}
    if "example" in one:
        shown["Example"] = one["example"]
    whole = made["components"]["schemas"].get(schema.get("$ref", "").removeprefix(_REF), schema)
    examples = tuple((name, value if isinstance(value, str) else _pretty(value)) for name, value in shown.items())
    return Content(media_type, _kind(schema), _fields(whole), examples)


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _problem(name: str, one: Described) -> tuple[str, Markup, list[tuple[str, int, str]]]:
    """An answer that tells of a problem: its name, what it means, and the slugs with their details."""
    (content,) = one["content"].values()
    shown = [(slug, part["value"]["status"], part["value"]["detail"]) for slug, part in content["examples"].items()]
    return name, _words(one["description"]), shown


# ---------------------------------------------------------------- shapes


def _shape(name: str, one: Described) -> Shape:
    return Shape(name, _words(one.get("description", "")), _kind(one), _fields(one))


def _fields(one: Described) -> tuple[Field, ...]:
    needed = one.get("required", ())
    return tuple(
        Field(name, _kind(part), name in needed, _words(part.get("description", "")))
        for name, part in one.get("properties", {}).items()
    )


def _kind(one: Described) -> Markup:
    """What a schema takes, in words; names of shapes lead to them."""
    if "$ref" in one:
        name = one["$ref"].removeprefix(_REF)
        return Markup('<a href="#shape-{0}">{0}</a>').format(name)
    if "anyOf" in one:
        return Markup(" or ").join(_kind(part) for part in one["anyOf"])
    if "const" in one or "enum" in one:
        return Markup(", ").join(
            Markup("<code>{}</code>").format(value) for value in one.get("enum", [one.get("const")])
        )
    if one.get("type") == "array":
        return Markup("list of {}{}").format(_kind(one.get("items", {})), _limits(one, "Items", " entries"))
    if one.get("type") == "object":
        inner = one.get("additionalProperties")
        return Markup("object by name of {}").format(_kind(inner)) if isinstance(inner, dict) else Markup("object")
    word = (
        "file"
        if "contentMediaType" in one
        else _FORMATS.get(one.get("format", ""), _PLAIN.get(one.get("type", ""), "anything"))
    )
    limits = _limits(one, "Length", " characters") if word == "text" else _range(one)
    form = Markup(", <code>{}</code>").format(one["pattern"]) if "pattern" in one else ""
    return Markup("{}{}{}{}").format(word, limits, form, _default(one))


def _limits(one: Described, what: str, unit: str) -> str:
    least, most = one.get(f"min{what}"), one.get(f"max{what}")
    if least and most:
        return f", {least:,} to {most:,}{unit}"
    return f", at most {most:,}{unit}" if most else f", at least {least}{unit}" if least else ""


def _range(one: Described) -> str:
    least, most = one.get("minimum"), one.get("maximum")
    return f", {least:,} to {most:,}" if least is not None and most is not None else ""


def _default(one: Described) -> str:
    given = one.get("default")
    return "" if given is None or given == "" else f"; {json.dumps(given)} if left out"


# ---------------------------------------------------------------- words


def _words(text: str) -> Markup:
    """A text of the description: its code and its strong words marked, everything else as it is."""
    plain = " ".join(text.split())
    marked = _CODE.sub(r"<code>\1</code>", str(escape(plain)))
    return Markup(_STRONG.sub(r"<strong>\1</strong>", marked))  # noqa: S704 - escaped first


def _blocks(text: str) -> tuple[bool, list[Markup]]:
    """A block of the description: whether it is a list, and its parts."""
    lines = text.splitlines()
    if all(line.startswith("* ") for line in lines):
        return True, [_words(line.removeprefix("* ")) for line in lines]
    return False, [_words(text)]
