"""Making an installation and its schools: the data folder, the key, the tables, the first admin key."""

from __future__ import annotations

import re
from datetime import datetime

from app import register
from app.db import Database
from app.domain import Account, fold_handle
from app.errors import Malformed, SetUpError
from app.jobs import engine
from app.settings import Settings
from app.store import Store, keys
from app.store.schools import School
from app.vault import CHECK_FILE, KEY_FILE, create_key
from app.web import joining
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Service

_HANDLE = re.compile(r"[a-z0-9_]{1,15}")


def prepare(settings: Settings) -> None:
    """The data folder with key and tables, made where they are missing; nothing that is there is touched."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.key is None and not (settings.data_dir / KEY_FILE).exists():
        sealed = settings.data_dir / CHECK_FILE
        if sealed.exists():
            raise SetUpError("The key file is lost, and the data was sealed with it: restore it.", slug="key-missing")
        create_key(settings.data_dir / KEY_FILE)
    database = Database(settings.url)
    database.upgrade()
    if database.file is None:  # on SQLite the one process that works makes them
        engine.prepare(database)
    database.dispose()


def found_school(service: Service, name: str, account: str, *, by: str, now: datetime) -> tuple[School, str]:
    """A school with the default policy and its first account; returns it and its admin key's secret.

    Malformed for a name or handle that is none; Conflict where there is a school of that name.
    """
    if not _HANDLE.fullmatch(fold_handle(account)):
        raise Malformed("A handle has 1 to 15 letters, figures or underscores.")
    with service.database.write() as session:
        school = joining.make(session, name, by=by, now=now)
        _, secret = keys.create(Store(session, school.id), "admin", [Scope.ADMIN], by=by, now=now)
    register.put_accounts(office_of(service, school.id), [Account(account)], by=by, now=now)
    return school, secret
