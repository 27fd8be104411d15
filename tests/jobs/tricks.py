"""Jobs that do their process harm, and good ones; for crews whose tool is a number."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from pathlib import Path
from typing import NoReturn

from app.errors import Malformed, SetUpError


def load(number: int) -> int:
    return number


def load_never(_: int) -> NoReturn:
    raise SetUpError("The weights are gone.", slug="weights-gone")


def load_wrongly(_: int) -> NoReturn:
    raise LookupError("Alice Smith's weights")


def load_and_die(_: int) -> NoReturn:
    os._exit(3)


def add(tool: int, number: int) -> int:
    return tool + number


def own_process(_: int) -> int:
    return os.getpid()


def settings(_: int) -> tuple[list[str], str, int]:
    """What a worker knows of the service's settings, how many threads it may start, how many it has."""
    named = [name for name in os.environ if name.startswith("FLEDGLING_")]
    return named, os.environ["OMP_NUM_THREADS"], threading.active_count()


def large(_: int, data: bytes) -> bytes:
    return data[::-1]


def segfault(_: int) -> bytes:
    return ctypes.string_at(0)


def leave(_: int) -> NoReturn:
    os._exit(0)


def sleep(_: int, seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def begin_and_sleep(_: int, began: str) -> None:
    Path(began).touch()
    time.sleep(600)


def begin_and_sleep_holding_the_gil(_: int, began: str) -> None:
    Path(began).touch()
    ctypes.PyDLL(None).sleep(600)


def eat(_: int) -> NoReturn:
    eaten = []
    while True:
        eaten.append(bytearray(b"x" * 10_000_000))
        time.sleep(0.001)


def fail(_: int, words: str) -> NoReturn:
    raise RuntimeError(words)


def tell(_: int) -> NoReturn:
    raise Malformed("It is not as it should be.", slug="not-as-it-should-be")


def unfit_to_send(_: int) -> object:
    return threading.Lock()
