"""Making an installation, and looking whether it is whole."""

from __future__ import annotations

from collections.abc import Mapping
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
from app.db import Database
from app.founding import found_school, prepare
from app.integrations import models_home
from app.main import here, open_service
from app.policy import Policy, load_default, parse
from app.register import embed_again
from app.settings import Settings
from app.store import Store, audit, policies, schools
from app.vault import KEY_FILE
from app.vision import models
from app.web.schoolwork import office_of

models_app = typer.Typer(help="The weights of the face engine.")
audit_app = typer.Typer(help="The audit trail.", no_args_is_help=True)


def init(
    school: Annotated[str, typer.Option(help="The school's name.")],
    account: Annotated[str, typer.Option(help="The handle of its first account.")],
) -> None:
    """Make the database, one school with the default policy and its first account; print an admin key once."""
    settings = read_settings()
    prepare(settings)
    service = open_service(settings, crew=here(settings))
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


@models_app.callback(invoke_without_command=True)
def models_overview(context: typer.Context) -> None:
    """The weights of the face engine; alone, the same as status."""
    if context.invoked_subcommand is None:
        models_status()


@models_app.command("status")
def models_status() -> None:
    """What is found of every file of weights, which embedders there are, and which engine would look at photos."""
    settings = read_settings()
    for one in models.status(settings.models, settings.shared):
        out.print(one.line, style=None if one.intact else "red")
    by_school = _policies(settings)
    for offer in models.offers(settings.models):
        told = offer.problem or f"{offer.engine}; {_measured(offer.engine, by_school)} ({offer.licence})"
        out.print(f"embedder {offer.choice}: {told}", style="red" if offer.problem else None)
    engine = models.ready(settings.models, settings.shared, settings.embedder)
    out.print(f"engine: {engine.full_name}; words are read by {engine.reader.name if engine.reader else 'nothing'}")
    if engine.detector.weak or engine.embedder is None or engine.reader is None:
        out.print("This engine is incomplete: photos are always referred to a person.", style="yellow")
    elif not all(engine.name in policy.engines for policy in by_school.values()):
        out.print(
            f"It has {_measured(engine.name, by_school)}: no face is clearly a child, any may be.", style="yellow"
        )


def _policies(settings: Settings) -> dict[str, Policy]:
    """The policy in force of every school by its short name, or the default where there is no school yet."""
    database = Database(settings.url)
    try:
        if not database.is_current():
            return {"default": load_default()}
        with database.read() as session:
            every = schools.every(session)
            found = {one.slug: policies.current(Store(session, one.id)) for one in every}
    finally:
        database.dispose()
    in_force = {slug: parse(one.source) if one else load_default() for slug, one in found.items()}
    return in_force or {"default": load_default()}


def _measured(engine: str, by_school: Mapping[str, Policy]) -> str:
    """Whether the policies have distances for that engine."""
    lacking = [slug for slug, policy in by_school.items() if engine not in policy.engines]
    return f"no distances in the policy of {', '.join(lacking)}" if lacking else "distances in the policy"


@models_app.command("fetch")
def models_fetch() -> None:
    """Fetch the detector's weights from their public home; does nothing where they are there already."""
    settings = read_settings()
    for one in models.status(settings.models, settings.shared):
        if one.weights.home is None:
            continue
        if one.usable:
            err.print(f"{one.weights.name}: there already, {one.path}")
            continue
        target = settings.models / one.weights.file
        with models_home.client() as http:
            models_home.fetch(http, one.weights.home, target, one.weights.sha256, err.print)
        err.print(f"wrote {target}")


@models_app.command("reembed")
def models_reembed(school: SchoolOption = "") -> None:
    """Make the vectors of children's faces anew from their reference photos, after the embedder was changed."""
    with opened() as service:
        with service.database.read() as session:
            every = schools.every(session)
        for one in [school_of(service, school)] if school else every:
            again = embed_again(office_of(service, one.id), service.eyes, by=ACTOR, now=now())
            out.print(f"{one.slug}: {again.made} vectors made for {service.eyes.engine.name}")
            if again.destroyed:
                out.print(f"  destroyed for want of consent: {len(again.destroyed)} children's photos and vectors")
            for pupil in again.without:
                out.print(f"  another photo is needed of pupil {pupil}", style="yellow")


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
