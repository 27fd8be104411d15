"""How long rosters and answers take to be taken in, and the memory of it: ``python -m benchmarks.imports [rows …]``.

Each import runs in a process of its own on a fresh SQLite school; seconds are those of the import, the peak is the whole
process's, with what it had loaded before. The files are made beforehand, elsewhere.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import register
from app.db import Database
from app.integrations.mis import doubt_upn
from app.policy import load_default
from app.register import Office
from app.store import Store, schools
from app.vault import PhotoFiles, Vault
from benchmarks.rosters import synthetic_pupils

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_SIZES = (1_000, 100_000)


def main(*args: str) -> None:
    """Measure each size, or be the process of one import."""
    if args[:1] == ("take",):
        _take(args[1], Path(args[2]), Path(args[3]))
        return
    print(f"{'':>14} {'rows':>9} {'file MB':>8} {'seconds':>8} {'CPU s':>6} {'before MB':>10} {'peak MB':>8}")
    for rows in [int(arg) for arg in args] or _SIZES:
        with tempfile.TemporaryDirectory() as folder:
            _measure(rows, Path(folder))


def _measure(rows: int, folder: Path) -> None:
    _write_files(rows, folder)
    for what in ("roster", "roster-anew", "permissions", "answers-anew"):
        file = folder / f"{what}.csv"
        command = [sys.executable, "-m", "benchmarks.imports", "take", what, str(file), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{what:>14} {rows:>9,} {file.stat().st_size / 1e6:8.1f} {done.stderr.strip().splitlines()[-1]}")
            return
        seconds, cpu, before, peak, told = done.stdout.split(maxsplit=4)
        size = file.stat().st_size / 1e6
        line = f"{what:>14} {rows:>9,} {size:8.1f} {float(seconds):8.2f} {float(cpu):6.2f} {float(before):10.0f} {float(peak):8.0f}"
        print(line, told.strip(), sep="  ")


def _write_files(rows: int, folder: Path) -> None:
    """A roster, the same with every tenth child in another class, and two sheets of answers."""
    pupils = synthetic_pupils(rows)
    upns = [_upn(number) for number in range(rows)]
    for name, moved in (("roster", 0), ("roster-anew", 10)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(
                ["UPN", "Forename", "Middle Names", "Surname", "Year", "Class", "Date of Birth", "Looked After"]
            )
            for at, (upn, one) in enumerate(zip(upns, pupils, strict=True)):
                room = f"{one.class_name}b" if moved and at % moved == 0 else one.class_name
                born = f"{at % 28 + 1:02}/{at % 12 + 1:02}/{2015 + at % 6}"
                writer.writerow([upn, one.legal_first, one.middle, one.legal_surname, one.year, room, born, "N"])
    for name, no in (("permissions", 25), ("answers-anew", 20)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["UPN", "Social media", "Website", "Press"])
            for at, upn in enumerate(upns):
                answer = "No" if at % no == 0 else "Yes"
                writer.writerow([upn, answer, answer, "Yes"])


def _upn(number: int) -> str:
    """A UPN of that number, with its right check letter."""
    digits = f"823{3400 + number // 100_000:04}{number % 100_000:05}"
    return next(upn for upn in (letter + digits for letter in _LETTERS) if not doubt_upn(upn))


def _take(what: str, file: Path, folder: Path) -> None:
    """One import; prints its seconds, the megabytes before it and at its peak, and what it changed."""
    database = Database(f"sqlite:///{folder / 'school.db'}")
    database.upgrade()
    vault = Vault(bytes(32))
    with database.write() as session:
        every = schools.every(session)
        school = every[0] if every else schools.create(session, "Whitehouse Primary School", by="k", now=NOW)
    office = Office(database, school.id, load_default(), vault, PhotoFiles(folder, vault))
    data = file.read_bytes()
    before = _peak_mb()
    begun, begun_cpu = time.perf_counter(), time.process_time()
    anew = what.endswith("anew")
    take = register.import_roster if what.startswith("roster") else register.import_permissions
    made = take(office, data, by="k", now=NOW + timedelta(days=anew))
    seconds, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    print(
        seconds,
        cpu,
        before,
        _peak_mb(),
        f"{len(made.added)} added, {len(made.changed)} changed, {len(made.problems)} told",
    )
    with database.read() as session:
        assert schools.get(Store(session, school.id)).roster_as_of


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
