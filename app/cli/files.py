"""Files of the office and of governors: roster, staff, permissions, events, policy."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from app import policy as policies_of
from app import register
from app.cli.office import ACTOR, COULD_NOT_RUN, SchoolOption, err, now, opened, out, school_of
from app.cli.progress import shown
from app.errors import SetUpError
from app.integrations.sheets import Problem, has_errors
from app.policy import Policy
from app.register import Difference
from app.rules import CITED, RULES
from app.web.schoolwork import office_of, policy_of

import_app = typer.Typer(help="Take in the office's files; the difference is shown.", no_args_is_help=True)
policy_app = typer.Typer(help="The school's policy: show, check, import.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]


def _show(difference: Difference, *, dry_run: bool) -> None:
    for problem in difference.problems:
        out.print(_told(problem), style="yellow" if problem.warning else "red")
    if has_errors(difference.problems):
        err.print("The file cannot be used as it is; nothing would be changed.")
        raise typer.Exit(COULD_NOT_RUN)
    done = "would be" if dry_run else "are"
    others = f"; {difference.elsewhere} of other schools" if difference.elsewhere else ""
    changes = f"{len(difference.added)} {done} added, {len(difference.changed)} changed, {len(difference.left)} gone"
    if difference.lowered:
        out.print(f"permission now lower for {len(difference.lowered)}: {', '.join(difference.lowered)}")
    out.print(changes + others)


def _told(problem: Problem) -> str:
    """The problem with its line and column; a file as a whole has neither."""
    line = f"line {problem.line}" if problem.line else ""
    return ": ".join(part for part in (line, problem.pointer, problem.detail) if part)


@import_app.command("roster")
def import_roster(
    file: File,
    dry_run: DryRun = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Even if more than a fifth of the roll would leave.")
    ] = False,
    map_file: Annotated[
        Path | None,
        typer.Option(
            "--map",
            exists=True,
            dir_okay=False,
            readable=True,
            help='A TOML file of lines "heading" = "field"; kept for the next time.',
        ),
    ] = None,
    school: SchoolOption = "",
) -> None:
    """The whole roster: a CSV file of the MIS or a OneRoster zip; of a common transfer file (.xml) further names alone."""
    with opened() as service, shown(err) as heard:
        office = office_of(service, school_of(service, school).id)
        chosen = None if map_file is None else register.check_columns(_mapped(map_file))
        manner = register.Manner(dry_run, confirm, heard)
        difference = _take_roster(office, file, manner, chosen)
        if chosen is not None and not dry_run:
            register.put_columns(office, chosen, by=ACTOR, now=now())
    _show(difference, dry_run=dry_run)


def _take_roster(
    office: register.Office, file: Path, manner: register.Manner, chosen: dict[str, str] | None
) -> Difference:
    """Take the file in as what its ending says it is."""
    data = file.read_bytes()
    if file.suffix.lower() == ".zip":
        return register.import_oneroster(office, data, manner, by=ACTOR, now=now())
    if file.suffix.lower() == ".xml":
        return register.import_transfers(office, data, manner, by=ACTOR, now=now())
    return register.import_roster(
        office,
        data,
        by=ACTOR,
        now=now(),
        dry_run=manner.dry_run,
        confirm=manner.confirm,
        chosen=chosen,
        heard=manner.heard,
    )


def _mapped(file: Path) -> dict[str, Any]:
    """The headings of a map file; SetUpError where it is not TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetUpError(f"{file.name} is not a TOML file in UTF-8.") from error


@import_app.command("staff")
def import_staff(file: File, dry_run: DryRun = False, school: SchoolOption = "") -> None:
    """All staff: title, first, surname, role, personal_handles (CSV)."""
    with opened() as service:
        office = office_of(service, school_of(service, school).id)
        _show(register.import_staff(office, file.read_bytes(), by=ACTOR, now=now(), dry_run=dry_run), dry_run=dry_run)


@import_app.command("permissions")
def import_permissions(
    file: File,
    dry_run: DryRun = False,
    opened_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When this year's round was opened.")
    ] = None,
    due_on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="By when families answer.")] = None,
    school: SchoolOption = "",
) -> None:
    """All answers of this school year's round, one row a pupil, keyed by UPN (CSV)."""
    if (opened_on is None) != (due_on is None):
        raise typer.BadParameter("A round has both days or none.", param_hint="--opened-on, --due-on")
    with opened() as service, shown(err) as heard:
        office = office_of(service, school_of(service, school).id)
        data = file.read_bytes()
        difference = register.import_permissions(office, data, by=ACTOR, now=now(), dry_run=dry_run, heard=heard)
        # Answers first: in a round that is over, silence may permit, and a no not yet loaded looks like silence.
        if opened_on and due_on and not dry_run:
            register.open_round(office, opened_on=opened_on.date(), due_on=due_on.date(), by=ACTOR, now=now())
    _show(difference, dry_run=dry_run)


@import_app.command("events")
def import_events(file: File, dry_run: DryRun = False, school: SchoolOption = "") -> None:
    """The whole calendar, CSV or iCalendar (told apart by the file's ending)."""
    kind = "text/calendar" if file.suffix.lower() in {".ics", ".ical"} else "text/csv"
    with opened() as service:
        office = office_of(service, school_of(service, school).id)
        _show(
            register.import_events(office, file.read_bytes(), kind, by=ACTOR, now=now(), dry_run=dry_run),
            dry_run=dry_run,
        )


@policy_app.command("show")
def show_policy(school: SchoolOption = "") -> None:
    """The policy in force, in words."""
    with opened() as service:
        for line in policies_of.describe(policy_of(service, school_of(service, school).id)):
            out.print(line)


def _problems(file: Path) -> int:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        out.print("The file is not UTF-8.", style="red")
        return 1
    problems = policies_of.check(text, CITED)
    for problem in problems:
        out.print(f"{file.name}:{problem.line}: {problem.detail}", style="red")
    return len(problems)


@policy_app.command("check")
def check_policy(file: File) -> None:
    """Say what is wrong in a policy file, by line."""
    found = _problems(file)
    if found:
        err.print(f"{found} problem{'' if found == 1 else 's'}; the policy cannot be used.")
        raise typer.Exit(1)
    _tell_milder(policies_of.parse(file.read_text(encoding="utf-8-sig"), CITED))
    out.print("The policy is in order.")


def _tell_milder(policy: Policy) -> None:
    """Where a school asks for less than a rule does by itself: allowed, and said aloud."""
    for rule in RULES:
        outcome = policy.outcome(rule.id, rule.outcome)
        if outcome < rule.outcome:
            out.print(
                f"note: {rule.id} is {outcome.word} here; by itself it would be {rule.outcome.word}", style="yellow"
            )


@policy_app.command("import")
def import_policy(
    file: File,
    decided_by: Annotated[
        str, typer.Option("--decided-by", help="Who decided, by name or role, where a blank answer gets a new meaning.")
    ] = "",
    school: SchoolOption = "",
) -> None:
    """Make a file the school's policy: a new version, written into every verdict from now on."""
    if _problems(file):
        raise typer.Exit(COULD_NOT_RUN)
    with opened() as service:
        office = office_of(service, school_of(service, school).id)
        source = file.read_text(encoding="utf-8-sig")
        added = register.adopt_policy(office, source, decided_by=decided_by, by=ACTOR, now=now())
    _tell_milder(policies_of.parse(added.source, CITED))
    out.print(f"Version {added.version} is in force.")
