"""A service as a program, whose engine on paper takes its process down at the sight of certain people.

``main`` takes the port from the command line and its settings from the environment.
"""

from __future__ import annotations

import ctypes
import sys
import time

from app.vision import Engine
from app.vision.detect import Found, Rgb
from app.vision.paper import PaperDetector
from tests.seeing import engine_with

CRASHING, HANGING = (200, 30, 200), (30, 200, 200)
JOB_S, MEMORY_BYTES = 3.0, 330_000_000


class FragileDetector(PaperDetector):
    """A detector that some colours crash and others hang."""

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        if (rgb == CRASHING).all(axis=2).any():
            ctypes.string_at(0)
        if (rgb == HANGING).all(axis=2).any():
            time.sleep(600)
        return super().detect(rgb)


def load() -> Engine:
    return engine_with(FragileDetector())


def main() -> None:
    import uvicorn  # none of this is a worker's business

    from app.jobs import Limits, Processes
    from app.main import create_app
    from app.settings import Settings

    crew = Processes(load, workers=1, limits=Limits(JOB_S, MEMORY_BYTES))
    uvicorn.run(create_app(Settings(), crew=crew), port=int(sys.argv[1]), access_log=False)
