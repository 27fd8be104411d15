"""Making an installation, and looking whether it is whole."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.office import (
    ACTOR,
    COULD_NOT_RUN,
    SchoolOption,
    err,
    now,
    opened,
    out,
    read_settings,
    say_secret,
    school_of,
)
from app.founding import found_school, prepare
from app.main import open_service
from app.store import Store, audit
from app.vault import KEY_FILE
from app.vision import models

models_app = typer.Typer(help="The weights of the face engine.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit trail.", no_args_is_help=True)


def init(
    school: Annotated[str, typer.Option(help="The school's name.")],
    account: Annotated[str, typer.Option(help="The handle of its first account.")],
) -> None:
    """Make the database, one school with the default policy and its first account; print an admin key once."""
    settings = read_settings()
    prepare(settings)
    service = open_service(settings)
    try:
        made, secret = found_school(service, school, account, by=ACTOR, now=now())
    finally:
        service.close()
    err.print(f"{made.name} is set up in {settings.data_dir.absolute()}.")
    if settings.key is None:
        err.print(f"Keep a copy of {settings.data_dir / KEY_FILE} apart: without it the photos cannot be opened.")
    say_secret("The admin key, shown this once:", secret)


def migrate() -> None:
    """Bring the database's tables up to date."""
    prepare(read_settings())
    err.print("The tables are up to date.")


@models_app.command("status")
def models_status() -> None:
    """What is found of every file of weights, and which engine would look at photos."""
    settings = read_settings()
    for one in models.status(settings.models, settings.shared):
        out.print(one.line, style=None if one.intact else "red")
    engine = models.ready(settings.models, settings.shared)
    out.print(f"engine: {engine.full_name}; words are read by {engine.reader.name if engine.reader else 'nothing'}")
    if engine.detector.weak or engine.embedder is None or engine.reader is None:
        out.print("This engine is incomplete: photos are always referred to a person.", style="yellow")


@models_app.command("prepare")
def models_prepare() -> None:
    """Convert the weights that need converting; does nothing where that was done."""
    settings = read_settings()
    if models.prepare(settings.models, settings.shared, err.print) is None:
        raise typer.Exit(COULD_NOT_RUN)


@audit_app.command("verify")
def audit_verify(school: SchoolOption = "") -> None:
    """Find any line of the audit trail that was changed, removed or put elsewhere."""
    with opened() as service, service.database.read() as session:
        report = audit.verify(Store(session, school_of(service, school).id))
    for problem in report.problems:
        out.print(f"line {problem.seq}: {problem.what}", style="red")
    if report.problems:
        raise typer.Exit(1)
    out.print(f"{report.rows} lines, all in order. Head: {report.head}")
