"""The log: a line a happening, as JSON for machines or plain for people, on standard error.

What an error says may quote a draft or a name, so of errors only the kind and the place are written. Libraries are heard
from warnings on; what they tell of every call would hold addresses.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import structlog

from app.web.asked import ACCESS, request_id

Form = Literal["json", "plain"]

_FIELDS = ("method", "route", "status", "ms")
_TOLD = ("app", ACCESS, "uvicorn.error")
_MOST_WORDS = 500

Line = MutableMapping[str, Any]


def set_up(form: Form) -> None:
    """From now on all of this process writes its log so."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(form))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    hear()


def hear() -> None:
    """Libraries from warnings on, our own from happenings on."""
    logging.getLogger().setLevel(logging.WARNING)
    for name in _TOLD:
        logging.getLogger(name).setLevel(logging.INFO)


def formatter(form: Form) -> logging.Formatter:
    """Turns a record into a line."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(_FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _with_request,
        _only_kind,
        _one_line,
    ]
    last = structlog.processors.JSONRenderer() if form == "json" else _plain
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        keep_exc_info=False,
        keep_stack_info=False,
    )


def _with_request(_logger: Any, _method: str, line: Line) -> Line:
    if asked := request_id():
        line["request_id"] = asked
    return line


def _only_kind(_logger: Any, _method: str, line: Line) -> Line:
    """Of an error its kind and place, and nothing that it says."""
    error = line.pop("exc_info", None)
    line.pop("stack_info", None)
    found = sys.exc_info() if error is True else error
    if isinstance(found, tuple) and found[0] is not None:
        line["error"], line["place"] = found[0].__name__, _place(found[2])
    return line


def _place(trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""


def _one_line(_logger: Any, _method: str, line: Line) -> Line:
    line["event"] = " ".join(str(line["event"]).split())[:_MOST_WORDS]
    return line


def _plain(_logger: Any, _method: str, line: Line) -> str:
    words = [line.pop("at"), line.pop("level").upper(), line.pop("event")]
    logger = line.pop("logger")
    more = [f"{name}={value}" for name, value in line.items()]
    return " ".join([*words, *more, f"({logger})"])
