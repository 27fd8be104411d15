"""The command line, run in this process as `python -m app` would be, on an installation copied for each test.

The real engine is opened; its converted weights are made once a run and found through `FLEDGLING_MODELS_DIR`.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import app as fledgling
from app.__main__ import main
from app.db import Database
from app.vision import models
from tests.conftest import ROOT
from tests.web.conftest import permissions_csv

DEMO_SCHOOL = Path(fledgling.__file__).parent / "demo_school"
SCHOOL = ("--school", "Whitehouse Primary School", "--account", "whitehouseps")


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str


@dataclass
class CommandLine:
    """The command line of one data folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        """The environment of the commands: none of the settings of whoever runs the tests."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEDGLING_")}
        return kept | {"FLEDGLING_DATA_DIR": str(self.folder), "COLUMNS": "80"} | self.environment

    def __call__(self, *args: str, stdin: bytes = b"") -> Done:
        """Run a command and say how it ended."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(os, "environ", self.variables)
            patch.setattr(sys, "argv", ["python -m app", *args])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            with pytest.raises(SystemExit) as ended:
                main()
        status = ended.value.code
        return Done(status if isinstance(status, int) else 0 if status is None else 1, out.getvalue(), err.getvalue())

    def done(self, *args: str) -> Done:
        """Run a command that must succeed."""
        done = self(*args)
        assert done.status == 0, done.err
        return done

    def database(self) -> Database:
        """The installation's database, to be disposed of by the caller."""
        return Database(f"sqlite:///{self.folder / 'fledgling.db'}")

    def files(self) -> dict[str, bytes]:
        """Every file of the data folder but the database's journal."""
        found = sorted(self.folder.rglob("*"))
        return {
            str(one): one.read_bytes() for one in found if one.is_file() and not one.name.endswith(("-wal", "-shm"))
        }


@pytest.fixture(scope="session")
def engine_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings by which commands find weights that were made ready once."""
    folder = tmp_path_factory.mktemp("models")
    shared = Path(os.environ.get("FLEDGLING_SHARED", ROOT.parent / "shared"))
    assert models.prepare(folder, shared) is not None
    return {"FLEDGLING_MODELS_DIR": str(folder), "FLEDGLING_SHARED": str(shared)}


@pytest.fixture(scope="session")
def installed(engine_settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo school on its register, to copy."""
    command = CommandLine(tmp_path_factory.mktemp("installed") / "data", engine_settings)
    answers = command.folder.parent / "permissions.csv"
    answers.write_bytes(permissions_csv())
    command.done("init", *SCHOOL)
    command.done("import", "roster", str(DEMO_SCHOOL / "roster.csv"))
    command.done("import", "staff", str(DEMO_SCHOOL / "staff.csv"))
    command.done("import", "permissions", str(answers))
    return command.folder


@pytest.fixture
def bare(engine_settings: dict[str, str], tmp_path: Path) -> CommandLine:
    """The command line before anything was set up."""
    return CommandLine(tmp_path / "data", dict(engine_settings))


@pytest.fixture
def command(installed: Path, bare: CommandLine) -> CommandLine:
    """The command line of the demo school."""
    shutil.copytree(installed, bare.folder)
    return bare
