"""The few calls of X's interface that the service makes, one account at a time; synchronous, for the job engine's threads.

After X's own description (openapi.json 2.167, August 2026). Names of fields changed then; both are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from app.integrations.x.allowance import ALLOWANCES
from app.integrations.x.trouble import Trouble, XTrouble, of_answer, of_failure

MOST_IMAGE_BYTES = 5 * 1024 * 1024
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)
_UPLOAD_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_MOST_BODY = 4 * 1024 * 1024
_ID = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Sent:
    """A post that X has taken."""

    id: str
    address: str


@dataclass(frozen=True, slots=True)
class RecentPost:
    """A post that stands at X. ``text`` has X's own short links in the place of addresses."""

    id: str
    text: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Me:
    """Whose account it is that was connected."""

    id: str
    handle: str
    name: str


def http_client(api: str, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client for X: no redirects are followed, since none is documented."""
    return httpx.Client(base_url=api, timeout=_TIMEOUT, transport=transport, headers={"User-Agent": "Fledgling"})


class XClient:
    """Calls in the name of one account. ``auth`` signs; ``clock`` gives the aware instant in UTC.

    ``account`` is the handle under which the numbers tell what X still allows. Every method raises XTrouble where X does not do what was asked.
    """

    def __init__(
        self, http: httpx.Client, auth: httpx.Auth, clock: Callable[[], datetime], *, account: str = ""
    ) -> None:
        self._http = http
        self._auth = auth
        self._clock = clock
        self._account = account

    def me(self) -> Me:
        """The account that the keys belong to."""
        found = self._data(self._ask("GET", "/2/users/me", acts=False))
        return Me(_id_of(found), _word(found, "username"), _word(found, "name"))

    def upload(self, data: bytes, media_type: str) -> str:
        """Upload one picture as it is (JPEG, PNG, WebP or GIF, at most 5 MB); the id holds for a day."""
        if len(data) > MOST_IMAGE_BYTES:
            raise XTrouble(Trouble.REFUSED, "X takes pictures of at most 5 MB.")
        files = {"media": ("photo", data, media_type)}
        form = {"media_category": "tweet_image"}
        answer = self._ask(
            "POST", "/2/media/upload", acts=False, files=files, data=form, timeout=_UPLOAD_TIMEOUT
        )  # a picture that nobody posts is nowhere to be seen: uploading it twice does no harm
        return _id_of(self._data(answer))

    def describe(self, media_id: str, alt_text: str) -> None:
        """Give an uploaded picture its description."""
        body = {"id": media_id, "metadata": {"alt_text": {"text": alt_text}}}
        self._ask("POST", "/2/media/metadata", acts=False, json=body)

    def post(self, text: str, media_ids: tuple[str, ...] = (), *, replies: str = "mentionedUsers") -> Sent:
        """Post. Of the kind UNKNOWN is what may have been posted: look for it before anything else is done."""
        body: dict[str, Any] = {"text": text, "reply_settings": replies}
        if media_ids:
            body["media"] = {"media_ids": list(media_ids)}
        answer = self._ask("POST", "/2/tweets", acts=True, json=body)
        try:
            found = _id_of(self._data(answer))
        except XTrouble:
            raise XTrouble(Trouble.UNKNOWN, "X took the post and did not say where it stands.") from None
        return Sent(found, address_of(found))

    def delete(self, post_id: str) -> bool:
        """Take a post of the account's own down; False where there is none (any more)."""
        try:
            found = self._data(self._ask("DELETE", f"/2/tweets/{_checked(post_id)}", acts=False))
        except XTrouble as trouble:
            if trouble.kind is Trouble.GONE:
                return False
            raise
        if found.get("deleted") is not True:
            raise XTrouble(Trouble.REFUSED, "X did not delete the post.")
        return True

    def posts_since(
        self, user_id: str, since: datetime, *, most_pages: int, page: int = 100
    ) -> tuple[RecentPost, ...] | None:
        """The account's posts since then, newest first, without replies and reposts; None where there are more pages."""
        path = f"/2/users/{_checked(user_id)}/tweets"
        params = {"max_results": str(page), "exclude": "replies,retweets"}
        found: list[RecentPost] = []
        for _ in range(most_pages):
            answer = self._fields(path, params, "created_at")
            read = [_recent(one) for one in _list(answer, "data")]
            found += [one for one in read if one.created_at is None or one.created_at >= since]
            following = _following(answer)
            if not following or any(one.created_at is not None and one.created_at < since for one in read):
                return tuple(found)
            params["pagination_token"] = following
        return None

    def _fields(self, path: str, params: dict[str, str], fields: str) -> dict[str, Any]:
        """Ask with X's new name for the fields of posts, and with the old one where it does not know the new."""
        try:
            return self._ask("GET", path, acts=False, params={**params, "post.fields": fields})
        except XTrouble as trouble:
            if trouble.answered != 400:
                raise
        return self._ask("GET", path, acts=False, params={**params, "tweet.fields": fields})

    def _ask(self, method: str, path: str, *, acts: bool, **given: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, path, auth=self._auth, **given)
        except httpx.HTTPError as error:
            raise of_failure(error, acts=acts) from None
        if self._account:
            ALLOWANCES.note(self._account, answer)
        if not answer.is_success:
            raise of_answer(answer, self._clock(), acts=acts)
        return _body(answer, acts=acts)

    def _data(self, body: dict[str, Any]) -> dict[str, Any]:
        found = body.get("data")
        if not isinstance(found, dict):
            raise XTrouble(Trouble.REFUSED, "X's answer holds nothing.")
        return found


def address_of(post_id: str) -> str:
    """Where a post stands, whoever's it is."""
    return f"https://x.com/i/web/status/{post_id}"


def _body(answer: httpx.Response, *, acts: bool) -> dict[str, Any]:
    if not answer.content:
        return {}
    try:
        found: Any = json.loads(answer.content) if len(answer.content) <= _MOST_BODY else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        kind = Trouble.UNKNOWN if acts else Trouble.UNAVAILABLE
        raise XTrouble(kind, "X's answer could not be read.", answered=answer.status_code)
    return found


def _id_of(found: dict[str, Any]) -> str:
    told = found.get("id")
    if not isinstance(told, str) or not _ID.fullmatch(told):
        raise XTrouble(Trouble.REFUSED, "X's answer holds no id.")
    return told


def _checked(given: str) -> str:
    if not _ID.fullmatch(given):
        raise XTrouble(Trouble.REFUSED, "That is no id of X's.")
    return given


def _word(found: dict[str, Any], name: str) -> str:
    told = found.get(name)
    return told if isinstance(told, str) else ""


def _list(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _following(body: dict[str, Any]) -> str:
    """The token of the next page; empty where this is the last."""
    meta = body.get("meta")
    told = meta.get("next_token") if isinstance(meta, dict) else None
    return told if isinstance(told, str) else ""


def _recent(found: dict[str, Any]) -> RecentPost:
    return RecentPost(_id_of(found), _word(found, "text"), _instant(found.get("created_at")))


def _instant(told: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
