"""The school's accounts as they are opened and closed, and who posts to each."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from app.domain import Account, fold_handle
from app.errors import Conflict, Malformed, NotFound
from app.policy import Policy
from app.register import version
from app.register.lists import refuse_unknown
from app.register.office import Office
from app.store import Store, accounts, openings
from app.store.openings import Decided

_HANDLE = re.compile(r"[a-z0-9_]{1,15}")


def open_account(office: Office, account: Account, reason: str, *, by: str, now: datetime) -> None:
    """Register a new account, or open one again that was closed; the decision is recorded.

    Malformed for a handle that is none, and for posters or classes that the school does not have; Conflict where it is open.
    """
    handle = fold_handle(account.handle)
    if not _HANDLE.fullmatch(handle):
        raise Malformed("A handle has 1 to 15 letters, figures or underscores.", slug="no-handle")
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        if handle in {one.handle for one in accounts.every(store)}:
            raise Conflict(f"@{handle} is open already.", slug="account-open")
        refuse_unknown(store, [account])
        openings.decide(store, handle, Decided.OPENED, reason, by=by, now=now)
        accounts.put(store, [replace(account, handle=handle)], by=by, now=now)
        version.stamp(store, office.policy, now)


def close_account(office: Office, handle: str, reason: str, *, by: str, now: datetime) -> None:
    """Close an account: drafts for it are refused from now on. NotFound where none of that handle is open."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        if handle not in {one.handle for one in accounts.every(store)}:
            raise NotFound("The school has no such account that is open.")
        openings.decide(store, handle, Decided.CLOSED, reason, by=by, now=now)
        version.stamp(store, office.policy, now)


def add_poster(store: Store, policy: Policy, handle: str, person_id: str, *, by: str, now: datetime) -> None:
    """Name somebody among an account's posters, where it names any; otherwise whoever writes may post already."""
    account = next(one for one in accounts.every(store) if one.handle == handle)
    if not account.posters or person_id in account.posters:
        return
    accounts.put(store, [replace(account, posters=(*account.posters, person_id))], by=by, now=now)
    version.stamp(store, policy, now)


def drop_poster(store: Store, policy: Policy, person_id: str, *, by: str, now: datetime) -> None:
    """Take somebody off the posters of every account.

    An account's only poster stays on its list: a list without anybody would open the account to all who write.
    """
    held = [one.account for one in openings.known(store) if person_id in one.account.posters]
    changed = [
        replace(one, posters=tuple(poster for poster in one.posters if poster != person_id))
        for one in held
        if len(one.posters) > 1
    ]
    if changed:
        accounts.put(store, changed, by=by, now=now)
        version.stamp(store, policy, now)
