"""Measuring how well the eyes see, on a labelled folder or on the school's own reference photos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.accuracy import Figures, labels, measure, references, report
from app.accuracy.report import About
from app.cli.office import ACTOR, SchoolOption, err, now, opened, out, read_settings, school_of
from app.policy import load_default
from app.vision import models
from app.web.schoolwork import office_of, policy_of


def accuracy(
    photos: Annotated[
        Path | None, typer.Option(help="A folder with manifest.json and the pictures it names.", file_okay=False)
    ] = None,
    own: Annotated[
        bool, typer.Option("--references", help="Measure on the school's own reference photos, leaving one out.")
    ] = False,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where the report goes; default: accuracy in the data folder.")
    ] = None,
    school: SchoolOption = "",
) -> None:
    """Measure finding, counting and matching; write a report that can be shown to the data protection officer."""
    if (photos is None) is not own:
        raise typer.BadParameter("Say what to measure on: either --photos DIR or --references.")
    target = folder or read_settings().data_dir / "accuracy"
    figures, about = _of_folder(photos, school) if photos is not None else _of_references(school)
    written = report.write(figures, about, target)
    out.print(str(written.file))
    if not written.with_curves:
        err.print("Without curves: matplotlib is not installed whole.", style="yellow")


def _of_folder(photos: Path, school: str) -> tuple[Figures, About]:
    """With the thresholds of the school named, or else of the default policy."""
    settings = read_settings()
    labelled = labels.read(photos)
    policy, whose = load_default(), "the default policy"
    if school:
        with opened() as service:
            policy, whose = policy_of(service, school_of(service, school).id), "the school's policy"
    engine = models.ready(settings.models, settings.shared, settings.embedder)
    err.print(
        f"Looking at {len(labelled.scenes)} scenes and {len(labelled.portraits)} portraits; this can take minutes."
    )
    return measure(labelled, engine, policy), About("a labelled folder", whose)


def _of_references(school: str) -> tuple[Figures, About]:
    at, settings = now(), read_settings()
    with opened() as service:
        office = office_of(service, school_of(service, school).id)
        labelled = references.portraits(office, by=ACTOR, now=at)
        err.print(f"Looking at {len(labelled.portraits)} reference photos; this can take minutes.")
        engine = models.ready(settings.models, settings.shared, settings.embedder)
        figures = measure(labelled, engine, office.policy, references=(1, 2, 3))
    day = office.day(at).isoformat()
    return figures, About(
        f"the school's own reference photos of {day}, only of children with valid consent, each left out in turn",
        "the school's policy",
    )
