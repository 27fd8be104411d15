"""X as a publisher: calls and their troubles told as what can become of a post."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import httpx

from app.integrations.publisher import Done, Hold, Outcome, Posted, Recent, Refused, Unknown, Wait
from app.integrations.x.client import XClient, address_of
from app.integrations.x.trouble import Trouble, XTrouble

_AGAIN = timedelta(minutes=1)
_MOST_PAGES = 5
_PAGE = 100

Value = TypeVar("Value")


class Access(Protocol):
    """How a publisher comes by a signature that holds. Both raise XTrouble of the kind NOT_CONNECTED where there is none."""

    def auth(self) -> httpx.Auth:
        """What signs calls now; renewed first where it is about to end."""
        ...

    def renewed(self) -> httpx.Auth:
        """Another one, after X said that the one in use holds no more."""
        ...


class Bearer(httpx.Auth):
    """Signs calls with an access token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the token into the call."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class XPublisher:
    """One account at X. ``user_id`` is X's id of it, ``handle`` its name in the numbers of what X still allows."""

    name = "x"

    def __init__(
        self, http: httpx.Client, access: Access, user_id: str, clock: Callable[[], datetime], *, handle: str = ""
    ) -> None:
        self._http = http
        self._access = access
        self._user_id = user_id
        self._clock = clock
        self._handle = handle

    def upload(self, data: bytes, media_type: str) -> Outcome[str]:
        """Hand over a picture."""
        return self._tell(lambda client: client.upload(data, media_type))

    def describe(self, media_id: str, alt_text: str) -> Outcome[None]:
        """Say what it shows."""
        return self._tell(lambda client: client.describe(media_id, alt_text))

    def post(self, text: str, media_ids: Sequence[str]) -> Outcome[Posted]:
        """Post, once."""

        def ask(client: XClient) -> Posted:
            sent = client.post(text, tuple(media_ids))
            return Posted(sent.id, sent.address)

        return self._tell(ask)

    def delete(self, post_id: str) -> Outcome[None]:
        """Take a post down."""

        def ask(client: XClient) -> None:
            client.delete(post_id)

        return self._tell(ask)

    def find_recent(self, since: datetime) -> Outcome[tuple[Recent, ...]]:
        """The account's posts since then; Unknown where there are more than can be gone through."""

        def ask(client: XClient) -> tuple[Recent, ...] | None:
            found = client.posts_since(self._user_id, since, most_pages=_MOST_PAGES, page=_PAGE)
            if found is None:
                return None
            return tuple(Recent(one.id, address_of(one.id), one.text, one.created_at or since) for one in found)

        told = self._tell(ask)
        if not isinstance(told, Done):
            return told
        if told.value is None:
            return Unknown("The account has more recent posts than could be gone through.")
        return Done(told.value)

    def _client(self, auth: httpx.Auth) -> XClient:
        return XClient(self._http, auth, self._clock, account=self._handle)

    def _tell(self, ask: Callable[[XClient], Value]) -> Outcome[Value]:
        try:
            try:
                return Done(ask(self._client(self._access.auth())))
            except XTrouble as trouble:
                # X refused before it did anything: asking once more with a new token is no second try.
                if trouble.kind is not Trouble.TOKEN_ENDED:
                    raise
            return Done(ask(self._client(self._access.renewed())))
        except XTrouble as trouble:
            return _outcome(trouble, self._clock())


def _outcome(trouble: XTrouble, now: datetime) -> Wait | Hold | Refused | Unknown:
    match trouble.kind:
        case Trouble.LIMITED | Trouble.UNAVAILABLE:
            return Wait(trouble.until or now + _AGAIN, trouble.detail)
        case Trouble.NO_CREDIT:
            return Hold("no-credit", "X wants credit before it takes another call: buy some at console.x.com.", True)
        case Trouble.NOT_CONNECTED | Trouble.TOKEN_ENDED:
            return Hold("disconnected", "The account must be connected to X again.", True)
        case Trouble.DUPLICATE:
            return Refused("duplicate", "X has a post of these very words already.", duplicate=True)
        case Trouble.UNKNOWN:
            return Unknown(trouble.detail)
        case _:
            return Refused("x-refused", trouble.detail)
