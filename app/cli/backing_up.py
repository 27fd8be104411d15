"""Backups: all that an installation holds, in one file, and back again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app import backup as backups
from app.backup.archive import Manifest
from app.cli.office import ACTOR, err, now, opened, out, read_settings
from app.vault import read_key

FOUND = 1


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; there must be none of that name.")],
) -> None:
    """Write everything but the key to one file, sealed with the key, while the service runs."""
    with opened() as service:
        made = backups.make(service, file, by=ACTOR, now=now())
    out.print(f"{file}: {_held(made.manifest)}, {made.bytes:,} bytes")
    _say_missing(made.manifest)
    err.print("The key is not in it, and without the key nobody can open it: keep a copy of the key somewhere else.")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is here: it is lost.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look through the backup; touch nothing.")] = False,
    tombstones: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A copy of tombstones.jsonl that is newer than the backup."),
    ] = None,
) -> None:
    """Put a backup back, on SQLite or PostgreSQL, whichever it was made on. Nobody may be serving."""
    settings = read_settings()
    if check:
        key = read_key(settings.data_dir, settings.key.get_secret_value() if settings.key else None)
        with backups.opened(file, key) as found:
            out.print(f"whole, made at {found.manifest.made_at:%Y-%m-%d %H:%M} UTC: {_held(found.manifest)}")
            _say_missing(found.manifest)
        return
    done = backups.restore(settings, file, force=force, copy=tombstones, by=ACTOR, clock=now)
    out.print(f"restored: {_held(done.manifest)}, made at {done.manifest.made_at:%Y-%m-%d %H:%M} UTC")
    out.print(f"schools: {', '.join(done.schools)}")
    out.print(f"children erased again: {done.erased_again}")
    _say_missing(done.manifest)
    if done.damaged:
        out.print(f"the audit trail is not in order: {', '.join(done.damaged)}", style="red")
        raise typer.Exit(FOUND)
    out.print("audit trail: in order")
    err.print(
        "Publishing is held, and everybody must sign in again. Before it goes on: look on X for later posts, load roster "
        "and permissions again, and look through keys and people, since what was revoked later is back."
    )


def _held(manifest: Manifest) -> str:
    return f"{manifest.rows} rows of {len(manifest.tables)} tables, {len(manifest.files)} photos"


def _say_missing(manifest: Manifest) -> None:
    """Files that were deleted while the backup was made, or that are lost."""
    for name in manifest.missing:
        out.print(f"  missing: {name}", style="yellow")
    if manifest.missing:
        out.print("Files are missing that were deleted meanwhile, or are lost. Back up again to tell them apart.")
