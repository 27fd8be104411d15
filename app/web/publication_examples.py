"""Examples of publications for the description of the API."""

from __future__ import annotations

from typing import Any

from app.web.examples import JSON

_DRAFT_ID = "01a20275f8860445f3020a760cc2f192"
_POST = "1880028106020515840"
_URL = f"https://x.com/whitehouseps/status/{_POST}"

_WAITS: dict[str, Any] = {
    "draft_id": _DRAFT_ID,
    "stage": "scheduled",
    "state": "waiting",
    "publish_at": "2026-11-23T08:00:00Z",
    "due_at": "2026-11-23T08:00:00Z",
    "why_then": "wanted",
    "problem": "",
    "words": "",
    "publisher": "",
    "post_id": None,
    "url": None,
    "updated_at": "2026-11-20T10:15:00Z",
}
_OUT = {
    **_WAITS,
    "stage": "published",
    "state": "published",
    "publisher": "x",
    "post_id": _POST,
    "url": _URL,
    "updated_at": "2026-11-23T08:00:02Z",
}
_PAUSED = {"paused": True, "reason": "We look into a complaint.", "problem": "", "since": "2026-11-20T10:15:00Z"}

ANSWERS: dict[str, Any] = {
    "list_publications": {"items": [_WAITS], "next": None},
    "read_publication": _WAITS,
    "plan_publication": _WAITS,
    "take_off_publication": {**_WAITS, "stage": "approved", "state": "held", "problem": "taken-off", "due_at": None},
    "record_post": {**_OUT, "publisher": "manual"},
    "record_not_posted": {**_WAITS, "stage": "approved", "state": "held", "problem": "not-posted", "due_at": None},
    "take_down": {**_OUT, "stage": "withdrawn", "state": "taken-down"},
    "record_taken_down": {**_OUT, "stage": "withdrawn", "state": "taken-down"},
    "read_pause": {"paused": False, "reason": "", "problem": "", "since": None},
    "put_pause": _PAUSED,
}

REQUESTS: dict[str, Any] = {
    "plan_publication": {
        JSON: {"On Monday": {"publish_at": "2026-11-23T08:00:00Z", "reason": "When families read it."}}
    },
    "take_off_publication": {JSON: {"Wait": {"reason": "The head wants to look again."}}},
    "record_post": {JSON: {"It is out": {"url": _URL}}},
    "record_not_posted": {JSON: {"It is not": {"reason": "Looked at the account: it is not there."}}},
    "take_down": {JSON: {"At a family's wish": {"reason": "A family asked for it."}}},
    "record_taken_down": {JSON: {"By hand": {"reason": "Deleted in the app at ten."}}},
    "put_pause": {JSON: {"Hold": {"paused": True, "reason": "We look into a complaint."}}},
}
