"""What can go wrong that a caller should hear of, and how it is told (RFC 9457 problem details).

FledglingError                  500  never raised itself
├── NotSignedIn                 401  no key or session, or one that no longer holds
├── NotAllowed                  403  a key or person without the scope
├── NotFound                    404
├── Conflict                    409  wrong stage, other digest, changed register …
├── TooLarge                    413
├── Unsupported                 415
├── Malformed                   422  with ``errors``: pointer and detail of each
├── TooMany                     429
├── Unavailable                 503  the service itself is not ready
└── SetUpError                    -  the command line's: a lost key, a wrong setting
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent: a JSON pointer (or ``#/line/7``) and words."""

    pointer: str
    detail: str


class FledglingError(Exception):
    """The root. ``slug`` is stable for ever and ends the problem's ``type``; ``detail`` never quotes names."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    slug: str = "internal"

    def __init__(self, detail: str, *, slug: str | None = None, errors: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        if slug is not None:
            self.slug = slug

    def problem(self) -> dict[str, object]:
        """The body of the answer."""
        body: dict[str, object] = {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in self.errors]
        return body


class NotSignedIn(FledglingError):
    """Nobody is known to be calling."""

    status, title, slug = 401, "Not signed in", "not-signed-in"


class NotAllowed(FledglingError):
    """The caller is known and may not do this."""

    status, title, slug = 403, "Not allowed", "scope-missing"


class NotFound(FledglingError):
    """There is no such thing, or it is not the caller's to see."""

    status, title, slug = 404, "Not found", "not-found"


class Conflict(FledglingError):
    """What was asked does not fit how things stand."""

    status, title, slug = 409, "Conflict", "conflict"


class TooLarge(FledglingError):
    """More bytes or pixels than are taken."""

    status, title, slug = 413, "Too large", "too-large"


class Unsupported(FledglingError):
    """A kind of file or body that is not taken."""

    status, title, slug = 415, "Unsupported", "unsupported-media-type"


class Malformed(FledglingError):
    """The input does not have the form the contract asks for."""

    status, title, slug = 422, "Malformed input", "malformed"


class TooMany(FledglingError):
    """Too many calls."""

    status, title, slug = 429, "Too many requests", "too-many-requests"


class Unavailable(FledglingError):
    """The service cannot answer just now."""

    status, title, slug = 503, "Unavailable", "unavailable"


class SetUpError(FledglingError):
    """The installation is not as it must be: a key lost, a database not migrated, a setting wrong."""

    status, title, slug = 503, "Not set up", "set-up"
