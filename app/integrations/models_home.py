"""Weights fetched from where their makers publish them: whole and unaltered, or not at all.

What was fetched before the line broke stays beside the target as ``.<name>.part`` and is gone on with.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import httpx

from app.errors import SetUpError

MOST_BYTES = 64 << 20
_TIMEOUT_S = 30.0
_FROM = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


class FetchFailed(SetUpError):
    """The file could not be had; what to do instead is said."""

    title = "Not fetched"
    slug = "fetch-failed"


def client() -> httpx.Client:
    """A client for such files; proxies are those of the environment."""
    return httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True)


def fetch(
    http: httpx.Client, address: str, target: Path, sha256: str, progress: Callable[[str], None] = lambda _: None
) -> None:
    """Fetch the file of that SHA-256 to ``target``, in place of what lies there. FetchFailed if it cannot be had."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        _receive(http, address, part, progress)
    except httpx.HTTPError as error:
        raise FetchFailed(_no_way(address, target, part, type(error).__name__)) from None
    if hashlib.sha256(part.read_bytes()).hexdigest() != sha256:
        part.unlink()
        raise FetchFailed(f"What came from {address} is not the file we know (another SHA-256); it was thrown away.")
    part.chmod(0o644)
    part.replace(target)


def _receive(http: httpx.Client, address: str, part: Path, progress: Callable[[str], None]) -> None:
    """Append to the part what it lacks, or write it anew where the server sends the whole."""
    had = part.stat().st_size if part.exists() else 0
    with http.stream("GET", address, headers=_asking_for(had)) as answer:
        if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and had:
            return  # there is no more: the SHA-256 tells whether the part is the whole
        if answer.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise FetchFailed(f"{address} answered {answer.status_code}: the file is not to be had there.")
        goes_on = answer.status_code == HTTPStatus.PARTIAL_CONTENT
        if goes_on and _begins_at(answer) != had:
            part.unlink(missing_ok=True)
            raise FetchFailed(f"{address} sent another part of the file than was asked for; try again.")
        progress(f"{'going on with' if goes_on else 'fetching'} {address}")
        with part.open("ab" if goes_on else "wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
                if file.tell() > MOST_BYTES:
                    part.unlink()
                    raise FetchFailed(f"{address} sends more than {MOST_BYTES >> 20} MB: that is not the file.")
            file.flush()
            os.fsync(file.fileno())


def _asking_for(had: int) -> dict[str, str]:
    """The headers: the bytes from there on, and not compressed, as a part of what is compressed is none of the file."""
    asked = {"Accept-Encoding": "identity"}
    return asked | {"Range": f"bytes={had}-"} if had else asked


def _begins_at(answer: httpx.Response) -> int | None:
    told = _FROM.fullmatch(answer.headers.get("Content-Range", ""))
    return int(told[1]) if told else None


def _no_way(address: str, target: Path, part: Path, reason: str) -> str:
    host = httpx.URL(address).host
    if part.exists() and part.stat().st_size:
        return f"The line to {host} broke ({reason}). Run the command again: it goes on where it stopped."
    return (
        f"{host} cannot be reached ({reason}): is there a network? "
        f"Without one, fetch {address} on another computer and put the file into {target.parent}."
    )
