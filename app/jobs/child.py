"""The worker's own side, run as a program: load the tool once, then do one job after another until the pipe ends.

Nothing it holds reaches a disk: it leaves no core behind. It outlives neither its parent nor its parent's thread, and
leaves signals for the service to the parent.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from app.errors import FledglingError
from app.jobs.crew import DONE, FAILED, TOLD, Outcome

_PARENT_DEATH_SIGNAL, _DUMPABLE = 1, 4  # prctl's numbers, linux/prctl.h


def main(handle: int, parent: int) -> None:
    """Work for the process ``parent`` at the other end of the socket ``handle``."""
    _settle(parent)
    pipe = Connection(handle)
    try:
        ended, tool = _outcome(_loaded, pipe.recv_bytes())
        pipe.send((ended, None if ended == DONE else tool))
        while ended == DONE:
            pipe.send_bytes(_packed(_outcome(_done, tool, pipe.recv_bytes())))
    except (EOFError, OSError):
        return


def _settle(parent: int) -> None:
    faulthandler.enable()
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        libc.prctl(_DUMPABLE, 0)  # a limit of 0 does not keep a core from a program that the system pipes it to
    if os.getppid() != parent:
        raise SystemExit(1)  # it died before it could be told apart


def _loaded(order: bytes) -> Any:
    load, arguments = pickle.loads(order)  # noqa: S301 - the parent's
    return load(*arguments)


def _done(tool: Any, order: bytes) -> Any:
    function, arguments = pickle.loads(order)  # noqa: S301 - the parent's
    return function(tool, *arguments)


def _outcome(do: Callable[..., Any], *given: Any) -> Outcome:
    try:
        return DONE, do(*given)
    except FledglingError as told:
        return TOLD, told
    except Exception as error:  # noqa: BLE001 - its words may quote what was worked on; its name does not
        return FAILED, type(error).__name__


def _packed(outcome: Outcome) -> bytes:
    try:
        return pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - whatever it is, there is no result
        return pickle.dumps((FAILED, type(error).__name__))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
