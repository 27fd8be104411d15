"""What is held of children: shown to whoever may ask, erased, proven gone, and purged when its time is over."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app import register
from app.cli.office import ACTOR, SchoolOption, err, now, opened, out, school_of
from app.errors import NotAllowed
from app.register import folder, held, proof
from app.store import Store, people, schools
from app.web.passwords import matches
from app.web.schoolwork import office_of
from app.web.security import ROLES, Scope
from app.web.service import Service

erase_app = typer.Typer(
    help="Erased children: erase again after a restore, prove that they are gone.", no_args_is_help=True
)
export_app = typer.Typer(help="What is held, for whoever may ask for it.", no_args_is_help=True)

FOUND = 1


@erase_app.command("replay")
def replay(
    file: Annotated[
        Path | None, typer.Option("--file", exists=True, dir_okay=False, help="A copy of tombstones.jsonl kept apart.")
    ] = None,
    school: SchoolOption = "",
) -> None:
    """Erase again every child who was erased and is back, as after a backup was restored. Serving does it by itself."""
    with opened() as service:
        with service.database.read() as session:
            every = schools.every(session)
        for one in [school_of(service, school)] if school else every:
            again = register.replay_erasures(office_of(service, one.id), file, by=ACTOR, now=now())
            out.print(f"{one.slug}: {again} erased again")


@erase_app.command("verify")
def verify(
    pupil_id: Annotated[str, typer.Argument(help="Our id of the child, if known; names never go here.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", exists=True, dir_okay=False, help="Names and UPN, one a line.")
    ] = None,
    school: SchoolOption = "",
) -> None:
    """Search everything for a child's names and UPN, given on standard input, one a line; status 1 if any is found."""
    terms = [*_given(file, asked=not pupil_id), pupil_id]
    if not any(term.strip() for term in terms):
        raise typer.BadParameter("Give names and UPN on standard input, one a line, or with --file.")
    with opened() as service:
        found = proof.search(office_of(service, school_of(service, school).id), service.files, terms)
    for hit in found.hits:
        kept = " (ids are kept there by design)" if hit.by_design else ""
        out.print(f"{hit.table}.{hit.column}: {hit.rows} {'row' if hit.rows == 1 else 'rows'}{kept}")
    for name in found.files:
        out.print(f"file: {name}")
    err.print(
        f"Searched every table and {found.searched_files} files; {found.unopened} are sealed and cannot be opened."
    )
    if not found.clean:
        raise typer.Exit(FOUND)
    out.print("Nothing was found.")


def _given(file: Path | None, *, asked: bool) -> list[str]:
    """The lines of the file, else of standard input; a terminal is asked only where nothing else is given."""
    if file is not None:
        return file.read_text(encoding="utf-8-sig").splitlines()
    if sys.stdin.isatty():
        if not asked:
            return []
        err.print("Names and UPN, one a line; an empty line ends:")
        return list(iter(sys.stdin.readline, "\n"))
    return sys.stdin.read().splitlines()


@export_app.command("pupil")
def export_pupil(
    pupil_id: Annotated[str, typer.Argument(help="Our id of the child.")],
    to: Annotated[Path, typer.Option("--out", file_okay=False, help="An empty folder, or a new one.")],
    with_holds: Annotated[bool, typer.Option("--with-holds", help="For the safeguarding lead, who signs in.")] = False,
    lead: Annotated[str, typer.Option(help="The lead's e-mail address; the password is asked for.")] = "",
    school: SchoolOption = "",
) -> None:
    """All that is held about a child, as a folder to read."""
    with opened() as service:
        school_id = school_of(service, school).id
        by = _lead(service, school_id, lead) if with_holds else ACTOR
        made = held.gather(office_of(service, school_id), pupil_id, with_holds=with_holds, by=by, now=now())
        folder.write_folder(made, to)
    err.print(f"Written to {to}. It is not sealed: hand it over safely, then delete it.")


def _lead(service: Service, school_id: str, email: str) -> str:
    """The id of the safeguarding lead, who gives their password; NotAllowed for anybody else."""
    password = (
        typer.prompt("Password", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    with service.database.read() as session:
        person = people.find_by_email(Store(session, school_id), email) if email else None
    known = matches(person.password_hash if person else None, password)
    if (
        person is None
        or not known
        or not person.active
        or Scope.SAFEGUARDING not in ROLES.get(person.role, frozenset())
    ):
        raise NotAllowed("Holds are told to the safeguarding lead alone: give --lead and the password.")
    return person.id


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    school: SchoolOption = "",
) -> None:
    """Delete what is kept longer than the policy says. Serving does it by itself, once a day."""
    with opened() as service:
        with service.database.read() as session:
            every = schools.every(session)
        for one in [school_of(service, school)] if school else every:
            office = office_of(service, one.id)
            done = (
                register.would_purge(office, now())
                if dry_run
                else register.purge(office, service.files, by=ACTOR, now=now())
            )
            out.print(f"{one.slug}: {'would be deleted' if dry_run else 'deleted'}")
            for kind, count in done.counts.items():
                out.print(f"  {kind.replace('_', ' ')}: {count}")
