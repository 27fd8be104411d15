"""Keys for programs and sign-ins for people."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

import typer

from app.cli.office import ACTOR, COULD_NOT_RUN, SchoolOption, err, now, opened, out, say_secret, school_of
from app.store import Store, keys, people, second_factors
from app.web import invitations
from app.web.passwords import hash_password
from app.web.security import PEOPLE_ONLY, ROLES, Scope

keys_app = typer.Typer(help="API keys: create, list, revoke.", no_args_is_help=True)
people_app = typer.Typer(help="People who sign in.", no_args_is_help=True)

LOCAL = "http://127.0.0.1:8000"
"""Where a service is that was not told its own address: as `serve` starts it."""

_LINE = "{:32}  {:7}  {:10}  {:10}  {}"  # a table would cut the ids off on a narrow terminal


@keys_app.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="What it is for, such as cms.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may do; may be given several times.")],
    more: Annotated[list[Scope] | None, typer.Argument(metavar="[SCOPE]...", help="Further scopes.")] = None,
    days: Annotated[int, typer.Option(help="After how many days it ends; 0: never.", min=0, max=3650)] = 0,
    school: SchoolOption = "",
) -> None:
    """Make a key and print it once; only a hash is kept."""
    if not PEOPLE_ONLY.isdisjoint([*scope, *(more or [])]):
        raise typer.BadParameter("That is for a person who is signed in, never for a key.", param_hint="--scope")
    at = now()
    with opened() as service:
        school_id = school_of(service, school).id
        with service.database.write() as session:
            ends_at = at + timedelta(days=days) if days else None
            store = Store(session, school_id)
            key, secret = keys.create(store, name, [*scope, *(more or [])], expires_at=ends_at, by=ACTOR, now=at)
    say_secret(f"Key {key.id} for {name}, shown this once:", secret)


@keys_app.command("list")
def list_keys(school: SchoolOption = "") -> None:
    """All keys, without their secrets."""
    at = now()
    with opened() as service, service.database.read() as session:
        every = keys.every(Store(session, school_of(service, school).id))
    out.print(_LINE.format("id", "state", "last used", "begins", "name and scopes"))
    for key in every:
        expired = key.expires_at is not None and key.expires_at <= at
        state = "revoked" if key.revoked_at else "expired" if expired else "holds"
        used = key.last_used_at.date().isoformat() if key.last_used_at else "never"
        out.print(_LINE.format(key.id, state, used, key.prefix, f"{key.name}: {' '.join(sorted(key.scopes))}"))


@keys_app.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The key's id, from `key list`.")], school: SchoolOption = ""
) -> None:
    """End a key at once."""
    with opened() as service:
        school_id = school_of(service, school).id
        with service.database.write() as session:
            revoked = keys.revoke(Store(session, school_id), key_id, by=ACTOR, now=now())
    if not revoked:
        err.print("There is no such key that still holds.")
        raise typer.Exit(COULD_NOT_RUN)
    err.print("The key is revoked.")


@people_app.command("add")
def add_person(
    email: Annotated[str, typer.Option(help="Their e-mail address.")],
    name: Annotated[str, typer.Option(help="Their name.")],
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")] = "author",
    school: SchoolOption = "",
) -> None:
    """Add somebody who signs in, with a password that is printed once."""
    if role not in ROLES:
        raise typer.BadParameter(f"not one of {', '.join(ROLES)}", param_hint="--role")
    password = secrets.token_urlsafe(12)
    with opened() as service:
        school_id = school_of(service, school).id
        with service.database.write() as session:
            people.add(Store(session, school_id), name, email, role, hash_password(password), by=ACTOR, now=now())
    say_secret(f"{email} may sign in as {role} with this password, shown this once:", password)


@people_app.command("invite")
def invite_person(
    email: Annotated[str, typer.Option(help="Their e-mail address.")],
    name: Annotated[str, typer.Option(help="Their name, if they are new.")] = "",
    role: Annotated[str, typer.Option(help=f"If they are new, one of {', '.join(ROLES)}.")] = "author",
    school: SchoolOption = "",
) -> None:
    """Make a link, printed once, by which somebody chooses their password. Whoever is new is added."""
    if role not in ROLES:
        raise typer.BadParameter(f"not one of {', '.join(ROLES)}", param_hint="--role")
    at = now()
    with opened() as service:
        school_id = school_of(service, school).id
        with service.database.write() as session:
            store = Store(session, school_id)
            person = people.find_by_email(store, email)
            if person is None and not name.strip():
                raise typer.BadParameter("give it for somebody who is new", param_hint="--name")
            if person is None:
                person = people.add(store, name.strip(), email, role, "", by=ACTOR, now=at)
        if not person.active:
            err.print("They have left: let them in again on the page People first.")
            raise typer.Exit(COULD_NOT_RUN)
        made = invitations.invite(service, person, LOCAL, by=ACTOR, now=at)
    sent = " It was mailed to them too." if made.mailed else ""
    say_secret(f"A link for {person.email}, good once and for {made.hours} hours, shown this once:{sent}", made.link)


@people_app.command("reset-second-factor")
def reset_second_factor(
    email: Annotated[str, typer.Option(help="Their e-mail address.")], school: SchoolOption = ""
) -> None:
    """Take somebody's second factor away, whose phone and recovery codes are lost, and sign them out everywhere."""
    with opened() as service:
        school_id = school_of(service, school).id
        at = now()
        with service.database.write() as session:
            store = Store(session, school_id)
            person = people.find_by_email(store, email)
            removed = person is not None and second_factors.remove(store, person.id, by=ACTOR, now=at)
            if person is not None and removed:
                people.close_others(store, person.id, but="", by=ACTOR, now=at)
    if not removed:
        err.print("There is nobody of that address who has a second factor.")
        raise typer.Exit(COULD_NOT_RUN)
    err.print(
        "It is taken away. Be sure who asked for it. If their role needs one, they set it up at the next sign-in."
    )
