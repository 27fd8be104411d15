"""Forms as browsers send them, and a desk with an author and an approver at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from app.domain import Box
from app.store.people import Person
from app.vision import paper
from tests.web.conftest import School

BOUNDARY = "----fledgling"
DULL = "We planted bulbs by the front gate this week."

COLOURS = ((200, 40, 40), (40, 160, 40), (40, 40, 200), (160, 120, 20))

Value = str | bytes | tuple[str, bytes]


def drawn(faces: int = 3, *, without_first: bool = False) -> bytes:
    """A photo of that many people in the order of `COLOURS`, none of whom stands out."""
    boxes = [Box(40 + 150 * place, 160, 130 + 150 * place, 280) for place in range(faces)]
    return paper.png(faces=list(zip(COLOURS, boxes, strict=False))[1 if without_first else 0 :])


def multipart(parts: Sequence[tuple[str, Value]]) -> bytes:
    """The body of a form; a pair of file name and bytes is a file, ``("", b"")`` an input left empty."""
    body = b""
    for name, value in parts:
        disposition = f'Content-Disposition: form-data; name="{name}"'
        if isinstance(value, tuple):
            disposition += f'; filename="{value[0]}"\r\nContent-Type: application/octet-stream'
        data = value[1] if isinstance(value, tuple) else value.encode() if isinstance(value, str) else value
        body += f"--{BOUNDARY}\r\n{disposition}\r\n\r\n".encode() + data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


@dataclass
class Browser:
    """Somebody signed in, and the token of their session."""

    client: TestClient
    person: Person
    csrf: str

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def post(self, path: str, **fields: str) -> Any:
        return self.client.post(path, data={"csrf": self.csrf, **fields})

    def send(self, parts: Sequence[tuple[str, Value]], charset: str = "", to: str = "/compose") -> Any:
        """Send the form on /compose, or what one of its other buttons sends."""
        kind = f"multipart/form-data; boundary={BOUNDARY}{charset}"
        return self.client.post(to, content=multipart(parts), headers={"Content-Type": kind})

    def compose(self, text: str = DULL, photos: Sequence[tuple[bytes, str]] = (), **fields: str) -> Any:
        """Write a post; photos are bytes and alt text, the other inputs are left empty."""
        parts: list[tuple[str, Value]] = [("csrf", self.csrf), ("text", text), *fields.items()]
        for number in range(4):
            data, alt_text = photos[number] if number < len(photos) else (b"", "")
            parts += [("photos", (f"p{number}.png" if data else "", data)), ("alt_texts", alt_text)]
        return self.send(parts)

    def draft(self, text: str = DULL, photos: Sequence[tuple[bytes, str]] = (), **fields: str) -> str:
        """Write a post that is taken; returns its page's path."""
        answer = self.compose(text, photos, **fields)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])


def open_browser(client: TestClient, school: School, role: str) -> Browser:
    """A browser in which somebody new of that role is signed in."""
    person = school.person(role)
    return Browser(client, person, school.sign_in(client, person))
