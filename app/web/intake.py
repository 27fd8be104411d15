"""A draft as it comes in: JSON that names stored photos, or a form that carries the photos itself."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from app.domain import hash_of
from app.errors import Fault, FledglingError, Malformed, TooLarge, Unsupported
from app.web.limits import PHOTO_BYTES
from app.web.problems import faults_of
from app.web.schemas import PHOTOS, AltText, DraftIn, is_alt_text

_TAIL = 100  # bytes: more than the longest boundary with its dashes and line end
_URLENCODED = "application/x-www-form-urlencoded"
_LISTS = frozenset({"classes", "alt_texts"})
_FIELDS = frozenset(DraftIn.model_fields) - {"photos"} | {"alt_texts"}
_BOOLS = {
    "true": True,
    "1": True,
    "on": True,
    "yes": True,
    "false": False,
    "0": False,
    "off": False,
    "no": False,
    "": False,
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo that came with a form: its bytes, its file name and its alt text."""

    data: bytes
    file_name: str
    alt_text: str


@dataclass(frozen=True, slots=True)
class Intake:
    """A draft as sent. ``uploads`` are the photos of a form; a JSON draft names its photos instead.

    ``fingerprint`` is the same for the same content, whatever boundary the form used.
    """

    draft: DraftIn
    uploads: tuple[Upload, ...]
    fingerprint: str


def media_type(request: Request) -> str:
    """The kind of body, lower case, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request) -> Any:
    """The body as JSON; Malformed where it is none."""
    data = await request.body()
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.", slug="not-utf-8") from None
    except (ValueError, RecursionError):
        raise Malformed("The body is not JSON.", slug="not-json") from None


async def read_draft(request: Request) -> Intake:
    """The draft in the request's body, in either form."""
    kind = media_type(request)
    if kind == "application/json":
        return from_json(await read_json(request))
    if kind == "multipart/form-data":
        async with read_form(request) as form:
            return await _from_form(form)
    raise Unsupported("A draft is sent as application/json or multipart/form-data.")


@asynccontextmanager
async def read_form(request: Request) -> AsyncIterator[FormData]:
    """The request's form, whose files are gone afterwards; Malformed where it is none, or breaks off.

    A form without files may come urlencoded too, as browsers send those of the pages.
    """
    try:
        form = await (_plain(request) if media_type(request) == _URLENCODED else _multipart(request))
    except FledglingError:
        raise
    except (MultiPartException, UnicodeDecodeError, KeyError, ValueError):
        raise _broken() from None
    try:
        yield form
    finally:
        await form.close()


async def _plain(request: Request) -> FormData:
    return await FormParser(request.headers, request.stream(), max_fields=1_000, max_part_size=1_000_000).parse()


async def _multipart(request: Request) -> FormData:
    tail = bytearray()

    async def watched() -> AsyncGenerator[bytes, None]:
        async for chunk in request.stream():
            tail.extend(chunk)
            del tail[:-_TAIL]
            yield chunk

    parser = MultiPartParser(
        request.headers, watched(), max_files=PHOTOS + 4, max_fields=1_000, max_part_size=1_000_000
    )
    form = await parser.parse()
    # The parser takes a form that breaks off for one that ended there.
    if not tail.rstrip().endswith(b"--"):
        await form.close()
        raise _broken()
    return form


def _broken() -> Malformed:
    return Malformed("The form is broken off, or has too many or too large parts.", slug="form-broken")


def from_json(body: Any) -> Intake:
    """A draft from parsed JSON."""
    if not isinstance(body, dict):
        raise Malformed("A draft is a JSON object.", errors=(Fault("#", "must be an object"),))
    draft = _validated(body)
    return Intake(draft, (), hash_of(json.dumps(body, sort_keys=True).encode()))


async def _from_form(form: FormData) -> Intake:
    values: dict[str, Any] = {}
    uploads: list[UploadFile] = []
    faults: list[Fault] = []
    for name, value in form.multi_items():
        if name == "photos" and isinstance(value, UploadFile):
            uploads.append(value)
        elif isinstance(value, UploadFile) or name not in _FIELDS:
            faults.append(Fault(f"#/{name[:40]}", "is not a field of a draft, or has the wrong kind"))
        elif name in _LISTS:
            values.setdefault(name, []).append(value)
        elif name in values:
            faults.append(Fault(f"#/{name}", "is given twice"))
        else:
            values[name] = value
    alt_texts = values.pop("alt_texts", [])
    faults += _counts(uploads, alt_texts)
    if faults:
        raise Malformed("The form does not hold a draft.", errors=tuple(faults))
    photos = await _read_all(uploads, alt_texts)
    draft = _validated(_typed(values))
    spelled = json.dumps([sorted(values.items()), [(one.file_name, one.alt_text) for one in photos]])
    return Intake(draft, photos, hash_of(spelled.encode("utf-8", "surrogatepass"), *(one.data for one in photos)))


def _counts(uploads: list[UploadFile], alt_texts: list[str]) -> list[Fault]:
    faults = []
    if len(uploads) > PHOTOS:
        faults.append(Fault("#/photos", f"has {len(uploads)} photos; at most {PHOTOS} are taken"))
    if len(alt_texts) > len(uploads):
        faults.append(Fault("#/alt_texts", "has more entries than there are photos"))
    faults += [
        Fault(f"#/alt_texts/{index}", "has more than 1,000 characters or ones that cannot be stored")
        for index, text in enumerate(alt_texts)
        if not is_alt_text(text)
    ]
    return faults


async def _read_all(uploads: list[UploadFile], alt_texts: list[str]) -> tuple[Upload, ...]:
    alts: list[AltText] = [*alt_texts, *[""] * (len(uploads) - len(alt_texts))]
    return tuple(
        [
            Upload(await read_upload(part), safe_name(part.filename), alt)
            for part, alt in zip(uploads, alts, strict=True)
        ]
    )


@asynccontextmanager
async def read_file_form(request: Request) -> AsyncIterator[tuple[FormData, UploadFile]]:
    """A form with one photo in a part called ``file``, and that part; Unsupported or Malformed where it is none."""
    if media_type(request) != "multipart/form-data":
        raise Unsupported("A photo is sent as multipart/form-data, in a part called file.")
    async with read_form(request) as form:
        part = form.get("file")
        if not isinstance(part, UploadFile) or len(form.getlist("file")) != 1:
            raise Malformed("One photo is sent in a part called file.", errors=(Fault("#/file", "is not one file"),))
        yield form, part


async def read_upload(part: UploadFile) -> bytes:
    """The bytes of one photo part; TooLarge before an over-large one is held in memory."""
    if part.size is not None and part.size > PHOTO_BYTES:
        raise TooLarge(f"The photo has {part.size:,} bytes; {PHOTO_BYTES:,} are taken.", slug="photo-too-large")
    return await part.read()


def safe_name(name: str | None) -> str:
    """A file name without folders and characters that cannot be stored, at most 200 long."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[:200]


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """Form fields, all strings, as the types that JSON would have."""
    typed = {name: value for name, value in values.items() if name == "text" or value != ""}
    if "outsiders" in typed:
        typed["outsiders"] = _BOOLS.get(str(typed["outsiders"]).strip().lower(), typed["outsiders"])
    if "classes" in typed:
        typed["classes"] = [name for name in typed["classes"] if name.strip()]
    return typed


def _validated(values: dict[str, Any]) -> DraftIn:
    try:
        return DraftIn.model_validate(values)
    except ValidationError as error:
        faults = faults_of(error.errors(include_input=False, include_url=False))
        raise Malformed("The draft does not have the form the contract asks for.", errors=faults) from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
