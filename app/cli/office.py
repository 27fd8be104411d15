"""The local school that commands work with, as the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from app.errors import Fault, SetUpError
from app.main import here, open_service, the_time
from app.settings import Settings
from app.store import schools
from app.store.schools import School
from app.web.service import Service

COULD_NOT_RUN = 3
"""The exit status of a command that could not do its work; 0, 1 and 2 are verdicts of ``vet``."""

ACTOR = "command-line"

# Lines stay whole, so that a path or an id can be taken from them, and brackets are brackets.
out = Console(highlight=False, markup=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

SchoolOption = Annotated[
    str, typer.Option("--school", help="The school's short name, where one installation serves several.")
]


def read_settings() -> Settings:
    """The settings of the environment. SetUpError, without the values, where one cannot be."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)
        faults = (Fault("", f"FLEDGLING_{str(one['loc'][0]).upper()}: {one['msg']}") for one in wrong)
        raise SetUpError("The environment has settings that cannot be.", errors=tuple(faults)) from None


@contextmanager
def opened() -> Iterator[Service]:
    """The service of the settings, closed at the end."""
    settings = read_settings()
    service = open_service(settings, crew=here(settings))
    try:
        yield service
    finally:
        service.close()


def school_of(service: Service, slug: str) -> School:
    """The school of that slug, or the only one. SetUpError where it is not clear which."""
    with service.database.read() as session:
        found = schools.every(session)
    if slug:
        found = tuple(one for one in found if one.slug == slug)
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.slug for one in found)
    raise SetUpError(f"Say which school with --school: {names}." if found else "There is no such school; run init.")


def now() -> datetime:
    """The time."""
    return the_time()


def say_secret(label: str, secret: str) -> None:
    """A label on standard error, the secret alone on its line of standard output."""
    err.print(label)
    typer.echo(secret)
