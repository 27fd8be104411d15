"""Files that somebody handed in and has not applied yet: kept sealed for an hour, for that person alone.

One file a person and kind: another takes its place, so that nobody can fill the disk. The token that opens it stands in no file.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app.errors import Conflict
from app.vault import SealBroken
from app.web.security import Principal
from app.web.service import Service

KEPT = timedelta(hours=1)
FOLDER = "handed-in"


class HandedInGone(Conflict):
    """The file is not kept any more: its hour is over, it was applied, or another took its place."""

    slug = "file-gone"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file as it came, and until when it is kept."""

    name: str
    data: bytes
    until: datetime


def keep(service: Service, person: Principal, kind: str, name: str, data: bytes, now: datetime) -> str:
    """Keep a file in place of the last of that kind; returns the token that opens it."""
    sweep(service, now)
    token = secrets.token_urlsafe(32)
    said = {"mark": _mark(token), "name": name, "until": (now + KEPT).isoformat()}
    sealed = service.vault.seal(json.dumps(said).encode() + b"\n" + data, _purpose(person, kind))
    file = _file(service, person, kind)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{secrets.token_hex(8)}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(sealed)
        os.utime(part, (now.timestamp(), now.timestamp()))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return token


def take(service: Service, person: Principal, kind: str, token: str, now: datetime) -> HandedIn:
    """The file of that token; HandedInGone where it is not kept, not theirs or damaged."""
    gone = HandedInGone(
        "That file is not kept any more: an hour has passed, or another took its place. Choose it again."
    )
    try:
        opened = service.vault.open(_file(service, person, kind).read_bytes(), _purpose(person, kind))
    except (FileNotFoundError, SealBroken):
        raise gone from None
    head, _, data = opened.partition(b"\n")
    said = json.loads(head)
    until = datetime.fromisoformat(said["until"])
    if now >= until or not hmac.compare_digest(said["mark"], _mark(token)):
        raise gone
    return HandedIn(said["name"], data, until)


def drop(service: Service, person: Principal, kind: str) -> None:
    """Delete what they handed in of that kind; does nothing if there is nothing."""
    _file(service, person, kind).unlink(missing_ok=True)


def sweep(service: Service, now: datetime) -> None:
    """Delete every file whose hour is over, whoever handed it in."""
    folder = service.settings.data_dir / FOLDER
    if not folder.is_dir():
        return
    for file in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # somebody else was faster
            if file.stat().st_mtime <= (now - KEPT).timestamp():
                file.unlink()


def _purpose(person: Principal, kind: str) -> str:
    return f"handed in {person.school_id} {person.id} {kind}"


def _file(service: Service, person: Principal, kind: str) -> Path:
    name = hashlib.sha256(_purpose(person, kind).encode()).hexdigest()
    return service.settings.data_dir / FOLDER / f"{name}.sealed"


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
