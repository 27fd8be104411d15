"""Connecting the school's accounts to X, and keeping what signs calls alive.

A refresh token holds once. So only one process fetches at a time (a claim on the connection's row that ends by itself), and the new pair is
kept before anybody uses it. Whether a pair that never arrived was given is not known: then the old one is tried again,
and where X does not take it any more, a person connects the account anew.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from app.db import Database
from app.domain import fold_handle
from app.errors import Conflict, Malformed
from app.integrations import x
from app.integrations.x.publisher import Bearer, XPublisher
from app.store import Store, connections
from app.store.connections import Connection, Way
from app.vault import Vault

_SOON = timedelta(minutes=5)
_PURPOSE = "x connection"
_GRANT = "x connecting"
_LOOK_AGAIN_S = 0.25
_WAIT_S = 70.0  # longer than a claim lasts

EXPIRED = "reconnect"


@dataclass(frozen=True, slots=True)
class Line:
    """What talking to X for one school takes. ``sleep`` waits while another process renews."""

    database: Database
    school_id: str
    vault: Vault
    http: httpx.Client
    app: x.App
    clock: Callable[[], datetime]
    authorize: str = "https://x.com/i/oauth2/authorize"
    sleep: Callable[[float], None] = field(default=time.sleep)

    def seal(self, what: dict[str, str], handle: str) -> bytes:
        """Secrets of that account, sealed."""
        return self.vault.seal(json.dumps(what).encode(), self._purpose(handle))

    def open(self, connection: Connection) -> dict[str, str]:
        """The secrets of a connection. XTrouble where there are none."""
        if connection.secrets is None:
            raise _not_connected()
        found: dict[str, str] = json.loads(self.vault.open(connection.secrets, self._purpose(connection.handle)))
        return found

    def _purpose(self, handle: str) -> str:
        return f"{_PURPOSE} {self.school_id} {fold_handle(handle)}"


def publisher(line: Line, connection: Connection) -> XPublisher:
    """The account as a publisher; its calls fail, told as a Hold, once the connection does not hold."""
    signing = Signing(line, connection.handle)
    return XPublisher(line.http, signing, connection.user_id, line.clock, handle=connection.handle)


class Signing:
    """What signs the calls of one account, renewed in time, by one process at a time."""

    def __init__(self, line: Line, handle: str) -> None:
        self._line = line
        self._handle = handle
        self._me = secrets.token_hex(8)
        self._used = -1

    def auth(self) -> httpx.Auth:
        """What signs now. XTrouble where the account is not connected."""
        return self._by(self._find())

    def renewed(self) -> httpx.Auth:
        """Another, once X did not take the last one."""
        connection = self._find()
        if connection.way is Way.OAUTH1:
            self._end("keys-refused")
            raise _not_connected()
        return self._by(connection) if connection.version != self._used else self._renew(connection)

    def _by(self, connection: Connection) -> httpx.Auth:
        if connection.way is Way.OAUTH1:
            return x.OAuth1(x.OAuth1Keys(**self._line.open(connection)))
        if connection.expires_at is None or connection.expires_at - self._line.clock() < _SOON:
            return self._renew(connection)
        return self._bearer(connection)

    def _bearer(self, connection: Connection) -> Bearer:
        self._used = connection.version
        return Bearer(self._line.open(connection)["access"])

    def _find(self) -> Connection:
        with self._line.database.read() as session:
            found = connections.find(Store(session, self._line.school_id), self._handle)
        if found is None or found.trouble or found.way not in {Way.OAUTH1, Way.OAUTH2}:
            raise _not_connected()
        return found

    def _renew(self, connection: Connection) -> Bearer:
        waited = 0.0
        while waited < _WAIT_S:
            if self._claimed(connection):
                return self._fetch(connection)
            self._line.sleep(_LOOK_AGAIN_S)
            waited += _LOOK_AGAIN_S
            found = self._find()
            if found.version != connection.version:
                return self._bearer(found)
        raise x.XTrouble(x.Trouble.UNAVAILABLE, "Another process is renewing the connection to X.")

    def _claimed(self, connection: Connection) -> bool:
        with self._line.database.write() as session:
            store = Store(session, self._line.school_id)
            return connections.claim_renewal(
                store, self._handle, connection.version, by=self._me, now=self._line.clock()
            )

    def _fetch(self, connection: Connection) -> Bearer:
        now = self._line.clock()
        try:
            held = self._line.open(connection)["refresh"]
            tokens = x.refresh(self._line.http, self._line.app, held, now=now)
        except x.XTrouble as trouble:
            if trouble.kind is x.Trouble.NOT_CONNECTED:
                self._end(EXPIRED)
                raise
            with self._line.database.write() as session:
                connections.release_renewal(Store(session, self._line.school_id), self._handle, by=self._me)
            # Nothing was posted yet, so there is nothing to be unsure of but the token.
            raise x.XTrouble(x.Trouble.UNAVAILABLE, trouble.detail) from None
        kept = {"access": tokens.access, "refresh": tokens.refresh or held}
        with self._line.database.write() as session:
            mine = connections.renew(
                Store(session, self._line.school_id),
                self._handle,
                connection.version,
                secrets=self._line.seal(kept, self._handle),
                scopes=tokens.scopes,
                expires_at=tokens.expires_at,
                by=self._me,
                now=now,
            )
        if not mine:
            raise x.XTrouble(x.Trouble.UNAVAILABLE, "The account was connected anew meanwhile.")
        return self._bearer(self._find())

    def _end(self, trouble: str) -> None:
        with self._line.database.write() as session:
            connections.note_trouble(
                Store(session, self._line.school_id), self._handle, trouble, by="publishing", now=self._line.clock()
            )


def _not_connected() -> x.XTrouble:
    return x.XTrouble(x.Trouble.NOT_CONNECTED, "The account is not connected to X.")


# ---------------------------------------------------------------- connecting


def lead_away(line: Line, handle: str, person_id: str, redirect_uri: str) -> str:
    """The address at X where that person connects the account. Malformed where the app is not registered at X."""
    if not line.app.client_id:
        raise Malformed("No app of X's is set up here (FLEDGLING_X_CLIENT_ID).", slug="x-app-missing")
    address, grant = x.authorize_address(line.app, redirect_uri, authorize=line.authorize)
    kept = {"verifier": grant.verifier, "redirect_uri": grant.redirect_uri}
    sealed = line.vault.seal(json.dumps(kept).encode(), f"{_GRANT} {line.school_id}")
    with line.database.write() as session:
        connections.lead_away(Store(session, line.school_id), grant.state, person_id, handle, sealed, now=line.clock())
    return address


def come_back(line: Line, state: str, code: str, person_id: str) -> str:
    """Connect the account that the person chose before they went to X; returns its handle.

    Conflict where they were not led there, came back too late, or allowed another account than the one meant.
    """
    with line.database.write() as session:
        found = connections.take_back(Store(session, line.school_id), state, person_id, now=line.clock())
    if found is None:
        raise Conflict("This was not begun here, or too long ago: begin again.", slug="x-connecting-unknown")
    kept = json.loads(line.vault.open(found.sealed, f"{_GRANT} {line.school_id}"))
    grant = x.Grant(state, kept["verifier"], kept["redirect_uri"])
    now = line.clock()
    try:
        tokens = x.exchange(line.http, line.app, grant, code, now=now)
        me = x.XClient(line.http, Bearer(tokens.access), line.clock).me()
    except x.XTrouble:
        raise Conflict("X gave no access: begin again.", slug="x-access-refused") from None
    if fold_handle(me.handle) != found.handle:
        _let_go(line, tokens)
        raise Conflict(
            f"X was asked by another account than @{found.handle}. Sign out at X, sign in as @{found.handle}, begin again.",
            slug="x-other-account",
        )
    if not tokens.refresh:
        raise Conflict("X gave no lasting access (offline.access): begin again.", slug="x-access-refused")
    sealed = line.seal({"access": tokens.access, "refresh": tokens.refresh}, found.handle)
    with line.database.write() as session:
        connections.put(
            Store(session, line.school_id),
            found.handle,
            Way.OAUTH2,
            user_id=me.id,
            secrets=sealed,
            scopes=tokens.scopes,
            expires_at=tokens.expires_at,
            by=person_id,
            now=now,
        )
    return found.handle


def put_keys(line: Line, handle: str, keys: x.OAuth1Keys, *, by: str) -> None:
    """Connect an account by its four keys, once X has taken them. Conflict where it does not, or they are another's."""
    try:
        me = x.XClient(line.http, x.OAuth1(keys), line.clock).me()
    except x.XTrouble as trouble:
        if trouble.kind is x.Trouble.UNAVAILABLE:
            raise Conflict("X cannot be asked at present: try again later.", slug="x-unavailable") from None
        raise Conflict("X does not take these keys.", slug="x-keys-refused") from None
    if fold_handle(me.handle) != fold_handle(handle):
        raise Conflict(f"These are the keys of another account than @{fold_handle(handle)}.", slug="x-other-account")
    kept = {
        "consumer_key": keys.consumer_key,
        "consumer_secret": keys.consumer_secret,
        "token": keys.token,
        "token_secret": keys.token_secret,
    }
    with line.database.write() as session:
        connections.put(
            Store(session, line.school_id),
            handle,
            Way.OAUTH1,
            user_id=me.id,
            secrets=line.seal(kept, handle),
            by=by,
            now=line.clock(),
        )


def choose(line: Line, handle: str, way: Way, *, by: str) -> None:
    """Let an account go out by hand or as a dry run; a connection to X that it had is ended there as well."""
    with line.database.read() as session:
        had = connections.find(Store(session, line.school_id), handle)
    with line.database.write() as session:
        connections.put(Store(session, line.school_id), handle, way, by=by, now=line.clock())
    if had is not None and had.way is Way.OAUTH2 and had.secrets is not None:
        held = line.open(had)
        _let_go(line, x.Tokens(held["access"], held["refresh"], line.clock(), frozenset()))


def _let_go(line: Line, tokens: x.Tokens) -> None:
    """Tell X that the tokens are not needed; where it cannot be told, they end by themselves or by a person at X."""
    try:
        x.revoke(line.http, line.app, tokens.refresh or tokens.access)
    except x.XTrouble:
        return
