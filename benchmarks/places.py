"""Where something is measured: a data folder and a database of its own, and processes that end with it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from app.settings import Settings

_PARENT_DEATH_SIGNAL = 1  # prctl's number, linux/prctl.h


@contextmanager
def place(postgres: str = "", **given: Any) -> Iterator[Settings]:
    """A data folder, and a database of its own on that server, else an SQLite file; ``given`` are further settings."""
    with tempfile.TemporaryDirectory() as folder:
        url = ""
        if postgres:
            server, name = make_url(postgres), f"fledgling_measured_{os.getpid()}"
            _on(postgres, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
            url = server.set(database=name).render_as_string(hide_password=False)
        try:
            yield Settings(data_dir=Path(folder) / "data", database_url=url, **{"look_workers": 1, **given})
        finally:
            if postgres:
                _on(postgres, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on(server: str, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def in_a_process(do: Callable[[], None]) -> int:
    """Do it in a process of its own, with all that is imported here; its id."""
    child = os.fork()
    if child:
        return child
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)  # whoever stops the parent stops it too
    try:
        do()
    except BaseException:  # noqa: BLE001 - it must not go on as a second parent
        traceback.print_exc()
    finally:
        os._exit(1)


def kill(process: int) -> bool:
    """Kill it; whether it lived until then."""
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL
