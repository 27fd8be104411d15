"""Engines that fail at one thing, and photos as vetting gets them; for tests of the rooms above vision."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from app import desk
from app.domain import Box
from app.jobs import Here, Turn, Work
from app.policy import Distances, EngineThresholds, Policy, load_default
from app.vetting import Eyes, Submitted
from app.vision import Engine, paper
from app.vision.detect import Found, Rgb
from app.vision.embed import Vectors
from app.vision.paper import Colour, PaperDetector, PaperEmbedder

RED, BLUE, GREEN = (200, 40, 30), (30, 60, 200), (20, 160, 40)
BOXES = (Box(40, 100, 140, 220), Box(190, 100, 290, 220), Box(340, 100, 440, 220))


PAPER_DISTANCES = """
[engines.paper-1]
nearest = { clear = 0.42, possible = 0.60 }
centroid = { clear = 0.40, possible = 0.55 }
measured = "By construction: people differ by 0.7 and more."
"""
"""What a policy says of the engine on paper, to be added to its source."""


def policy_on_paper() -> Policy:
    """The default policy, which knows the engine on paper as well."""
    policy = load_default()
    known = EngineThresholds(Distances(0.42, 0.60), Distances(0.40, 0.55), None, "by construction")
    return replace(policy, engines={**policy.engines, "paper-1": known})


class Unwilling(PaperDetector):
    """A detector that raises."""

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        raise MemoryError("no room for the picture")


@dataclass
class Blocking(PaperDetector):
    """A detector that waits until it is let go, and counts how often it was asked to look."""

    gate: threading.Event = field(default_factory=threading.Event)
    looks: int = 0

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        self.looks += 1
        self.gate.wait(30)
        return super().detect(rgb)

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        return PaperDetector().detect(rgb)


@dataclass
class Counting(PaperDetector):
    """A detector that counts how often it looked."""

    looks: int = 0

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        self.looks += 1
        return super().detect(rgb)

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        return PaperDetector().detect(rgb)


@dataclass
class CountingEmbedder(PaperEmbedder):
    """An embedder that counts for how many faces it made vectors."""

    faces: int = 0

    def embed(self, rgb: Rgb, founds: Sequence[Found]) -> Vectors:
        self.faces += len(founds)
        return super().embed(rgb, founds)


class BrokenEmbedder(PaperEmbedder):
    """An embedder that raises."""

    def embed(self, rgb: Rgb, founds: Sequence[Found]) -> Vectors:
        raise RuntimeError("the network is not the one we know")


def engine_with(detector: PaperDetector | None = None, embedder: PaperEmbedder | None = None) -> Engine:
    """The engine on paper, but for what is given."""
    return Engine(detector or PaperDetector(), embedder or PaperEmbedder(), paper.BlankReader())


class Aside:
    """A crew of one thread, for tools that a test holds on to while it waits."""

    def __init__(self, tool: object) -> None:
        self._here, self._pool = Here(lambda: tool), ThreadPoolExecutor(1)

    def begin(self, work: Work[Any], turn: Turn) -> None:
        self._pool.submit(self._here.begin, work, turn)

    def close(self) -> None:
        self._pool.shutdown()


def eyes_with(engine: Engine | None = None) -> Eyes:
    """Eyes that look at once and in this process, with the engine on paper unless another is given."""
    return Eyes(Here(lambda: engine or paper.engine()), timeout_s=10)


EYES = eyes_with()
"""With the engine on paper."""


def taken(data: bytes, *, file_name: str = "hall.png", alt_text: str = "Children in a hall") -> desk.Taken:
    """A photo, taken in."""
    return desk.take(EYES, data, file_name=file_name, alt_text=alt_text)


def drawn(*colours: Colour, size: tuple[int, int] = (800, 400)) -> bytes:
    """A photo, as PNG, of up to three people, from left to right."""
    return paper.png(list(zip(colours, BOXES, strict=False)), size=size)


def submitted(*colours: Colour, alt_text: str = "Children in a hall") -> Submitted:
    """Such a photo, taken in."""
    return taken(drawn(*colours), alt_text=alt_text).submitted
