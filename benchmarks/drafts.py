"""Text-only POST /v1/drafts: how many drafts a second one web process vets and keeps, on SQLite and on PostgreSQL.

.venv/bin/python -m benchmarks.drafts [--postgres URL] [--seconds 15] [--connections 8]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Mapping

from app.settings import Settings
from benchmarks.http import school
from benchmarks.load import ROOT, Asked, Speed, environment, load, server, serving
from benchmarks.places import place
from benchmarks.rosters import demo_pupils


def measure(settings: Settings, *, seconds: float, connections: int = 8) -> Speed:
    """The demo school's drafts, over so many connections."""
    env = environment(FLEDGLING_DATA_DIR=str(settings.data_dir), FLEDGLING_DATABASE_URL=settings.database_url)
    key = school(env)
    _answer(settings, env)
    with server(serving, env) as (port, _):
        return load(port, Asked("/v1/drafts", [key], 201), seconds=seconds, connections=connections)


def _answer(settings: Settings, env: Mapping[str, str]) -> None:
    """The year's answers: one family in twenty says no."""
    rows = [f"{pupil.upn},{'No' if number % 20 == 0 else 'Yes'}" for number, pupil in enumerate(demo_pupils())]
    file = settings.data_dir / "answers.csv"
    file.write_text("\n".join(["UPN,Social Media", *rows]), encoding="utf-8")
    command = [sys.executable, "-m", "app", "import", "permissions", str(file)]
    subprocess.run(command, cwd=ROOT, env=dict(env), check=True, capture_output=True)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", default="", help="A server's URL; without it, SQLite.")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--connections", type=int, default=8)
    given = parser.parse_args()
    with place(given.postgres) as settings:
        speed = measure(settings, seconds=given.seconds, connections=given.connections)
    print(f"{speed.rate:.0f} drafts/s   p50 {speed.p50_ms:.1f} ms   p99 {speed.p99_ms:.1f} ms")


if __name__ == "__main__":
    main()
