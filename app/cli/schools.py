"""The schools of an installation: another one, and which there are."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.access import LOCAL
from app.cli.office import ACTOR, err, now, opened, out, say_secret
from app.web import joining, standing
from app.web.joining import Newcomer

schools_app = typer.Typer(help="The schools of this installation: create, list.", no_args_is_help=True)

_LINE = "{:24}  {:>6}  {:>7}  {:>7}  {}"


@schools_app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="The school's name.")],
    administrator: Annotated[str, typer.Option(help="The name of whoever administers it.")],
    email: Annotated[str, typer.Option(help="Their e-mail address.")],
    slug: Annotated[str, typer.Option(help="Its short name for --school; without one it is made of the name.")] = "",
) -> None:
    """Make another school with the default policy, and print a link by which its administrator chooses a password."""
    newcomer = Newcomer(name, slug, administrator.strip(), email.strip())
    with opened() as service:
        made = joining.join(service, newcomer, LOCAL, by=ACTOR, now=now())
    err.print(f"{made.school.name} is here; commands call it --school {made.school.slug}.")
    sent = " It was mailed to them too." if made.invitation.mailed else ""
    hours = made.invitation.hours
    say_secret(
        f"A link for {made.administrator.email}, good once and for {hours} hours, shown this once:{sent}",
        made.invitation.link,
    )


@schools_app.command("list")
def list_all() -> None:
    """All schools: short name, people, policy, drafts that wait, name."""
    with opened() as service:
        every = standing.of_all(service)
    out.print(_LINE.format("short name", "people", "policy", "waiting", "name"))
    for one in every:
        version = str(one.policy) if one.policy else "default"
        out.print(_LINE.format(one.school.slug, one.people, version, one.waiting, one.school.name))
