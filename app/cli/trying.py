"""Vetting a draft from the command line, against the local school; nothing is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import desk
from app.cli.office import ACTOR, SchoolOption, now, opened, out, school_of
from app.domain import Answer, Draft
from app.errors import Fault, Malformed
from app.report import show
from app.store import Store, accounts, events
from app.vetting import vet as judge
from app.web.reports import report
from app.web.schemas import PHOTOS, TEXT_POINTS
from app.web.schoolwork import register_of

_STATUS = {Answer.APPROVE: 0, Answer.REFER: 1, Answer.REJECT: 2}


def _standard_input() -> str:
    try:
        return typer.get_binary_stream("stdin").read().decode().rstrip("\n")
    except UnicodeDecodeError:
        raise Malformed("The text is not UTF-8.") from None


def vet(
    text: Annotated[str, typer.Argument(help="The post. `-` reads it from standard input.")],
    photo: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="A photo; up to four times.")
    ] = None,
    alt: Annotated[list[str] | None, typer.Option(help="What each photo shows, in the same order.")] = None,
    classes: Annotated[
        list[str] | None, typer.Option("--class", help="A class pictured; may be given several times.")
    ] = None,
    outsiders: Annotated[bool, typer.Option("--outsiders", help="Children from elsewhere may be pictured.")] = False,
    event: Annotated[str, typer.Option(help="The id of the event it reports.")] = "",
    account: Annotated[str, typer.Option(help="The account; default: the school's first.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The report as the API gives it.")] = False,
    school: SchoolOption = "",
) -> None:
    """Judge a draft. Exit status: 0 approve, 1 refer, 2 reject, 3 could not run."""
    photos, alts = photo or [], alt or []
    if len(photos) > PHOTOS or len(alts) > len(photos):
        raise Malformed("At most four photos are taken, and no more alt texts than photos.")
    words = _standard_input() if text == "-" else text
    if len(words) > TEXT_POINTS:
        raise Malformed(f"The text has {len(words):,} characters; {TEXT_POINTS:,} are taken.")
    at = now()
    with opened() as service:
        school_id = school_of(service, school).id
        register = register_of(service, school_id)
        taken = [
            desk.take(
                service.eyes,
                path.read_bytes(),
                file_name=path.name,
                alt_text=alts[number] if number < len(alts) else "",
            )
            for number, path in enumerate(photos)
        ]
        with service.database.read() as session:
            own = accounts.every(Store(session, school_id))
            if event and events.find(Store(session, school_id), event) is None:
                raise Malformed("There is no such event.", errors=(Fault("#/event_id", f"{event} is unknown"),))
        draft = Draft(
            text=words,
            photos=tuple(one.upload.photo for one in taken),
            account=account or (own[0].handle if own else ""),
            author=ACTOR,
            classes=tuple(classes or ()),
            outsiders=outsiders,
            event_id=event or None,
        )
        submitted = [one.submitted for one in taken]
        vetted = judge(draft, submitted, register.snapshot(at), service.eyes, register.policy, at)
    made = report(vetted.verdict, vetted.evidence, register.policy, reviewer=False)
    if as_json:
        typer.echo(made.model_dump_json(indent=2))
    else:
        said = made.text
        show(
            out,
            words,
            vetted.verdict,
            vetted.evidence.photos,
            notes=said.notes,
            without_names=said.without_names,
        )
    raise typer.Exit(_STATUS[vetted.verdict.answer])
