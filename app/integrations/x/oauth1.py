"""OAuth 1.0a: four keys that do not expire, each call signed with them (RFC 5849, HMAC-SHA1).

What a body holds is not signed, be it JSON or a form with parts; only OAuth's own and the query's parameters are.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

import httpx
from authlib.oauth1 import ClientAuth


@dataclass(frozen=True, slots=True)
class OAuth1Keys:
    """The app's key and secret, and the account's token and secret, as X's console shows them."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    token: str
    token_secret: str = field(repr=False)


class OAuth1(httpx.Auth):
    """Signs calls in the name of one account."""

    def __init__(self, keys: OAuth1Keys) -> None:
        self._signer = ClientAuth(
            keys.consumer_key,
            client_secret=keys.consumer_secret,
            token=keys.token,
            token_secret=keys.token_secret,
        )

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the signature into the call."""
        _, headers, _ = self._signer.sign(request.method, str(request.url), {}, b"")
        request.headers["Authorization"] = headers["Authorization"]
        yield request
