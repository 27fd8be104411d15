"""Every route of the application, as tests walk them all."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts


@dataclass(frozen=True, order=True)
class Door:
    """A method at a path, as the route says it: ``GET /drafts/{draft_id}``."""

    path: str
    method: str

    @property
    def is_page(self) -> bool:
        """Whether it is for browsers: not of the API, nor of the service itself."""
        return not self.path.startswith("/v1/") and self.path not in SYSTEM

    def filled(self, values: dict[str, str], otherwise: str = "nobody") -> str:
        """The path with its parts filled in."""
        parts = self.path.split("/")
        return "/".join(_part(part, values, otherwise) for part in parts)

    @property
    def parts(self) -> set[str]:
        """The names of what must be filled in."""
        return {_name(part) for part in self.path.split("/") if part.startswith("{")}


SYSTEM = {"/livez", "/readyz", "/metrics", "/openapi.json", "/docs"}
"""What is neither a page nor the API."""


def _name(part: str) -> str:
    return part.strip("{}").partition(":")[0]


def _part(part: str, values: dict[str, str], otherwise: str) -> str:
    return values.get(_name(part), otherwise) if part.startswith("{") else part


def doors(app: FastAPI) -> list[Door]:
    """Every method of every route, in order; HEAD goes with GET, and files of styles and scripts are no routes."""
    found = {
        Door(one.path, method)
        for one in iter_route_contexts(app.routes)
        for method in one.methods or ()
        if one.path and method != "HEAD"
    }
    return sorted(found)
