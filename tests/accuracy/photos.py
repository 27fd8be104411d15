"""The photos' block of docs/accuracy.md: finding, counting and matching on the shared labelled pictures, both ways."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.accuracy import Figures, Labelled, curves, labels, measure, tables
from app.accuracy.figures import Finding
from app.accuracy.finding import find_in
from app.policy import load_default
from app.vision import Engine, models

DETECTORS = ("yunet+centerface", "centerface")
"""What a school looks with where YuNet's file is, and where it is not."""
WIDER = "WIDER FACE"
PREFIX = "accuracy-"


@dataclass(frozen=True)
class Measured:
    """One detector with dlib's vectors: everything, and its finds in posed and in unposed scenes."""

    figures: Figures
    posed: Finding
    unposed: Finding


def figures_of(folder: Path, shared: Path, images: Path) -> str | None:
    """The block; None where pictures or weights are missing. The first detector's curves are drawn where they can be."""
    if not (folder / labels.MANIFEST).is_file():
        return None
    with tempfile.TemporaryDirectory() as place:
        makers = models.detectors(Path(place), shared)
        embedder = models.ready(Path(place), shared).embedder
        if embedder is None or not makers.keys() >= set(DETECTORS):
            return None
        labelled = labels.read(folder)
        every = [_measured(labelled, Engine(makers[name](), embedder)) for name in DETECTORS]
    curves.draw(every[0].figures, images, PREFIX)
    return _words(every, images)


def _measured(labelled: Labelled, engine: Engine) -> Measured:
    return Measured(
        measure(labelled, engine, load_default()),
        find_in(labelled.scenes_where(lambda scene: not scene.source.startswith(WIDER)).scenes, engine.detector),
        find_in(labelled.scenes_where(lambda scene: scene.source.startswith(WIDER)).scenes, engine.detector),
    )


def _words(every: Sequence[Measured], images: Path) -> str:
    scenes = {
        f"{kind}, {one.figures.detector}": finding
        for one in every
        for kind, finding in (("posed", one.posed), ("WIDER", one.unposed))
    }
    parts = [
        _scenes_head(every[0]),
        *(
            f"`{one.figures.detector}`\n\n" + tables.heights({"posed": one.posed, "WIDER": one.unposed}) + _curve(one, every, curves.BY_HEIGHT, images)
            for one in every
        ),
        "People counted:\n",
        tables.counting(scenes),
        _matching_head(every[0].figures),
        _matching(every),
        *(_curve(every[0], every, name, images).strip("\n") for name in (curves.BY_THRESHOLD, curves.BY_GALLERY)),
        "\nThe line-up: a person's own face among those of others, three references, ranked by likeness:\n",
        _line_ups(every),
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def _scenes_head(one: Measured) -> str:
    return (
        f"{one.posed.pictures} posed or hand-checked scenes, whose boxes were proposed by YuNet and CenterFace and put right by "
        f"eye (which flatters both), and {one.unposed.pictures} of WIDER FACE (crowds, nobody posing, far faces often not "
        "marked; the detectors were trained on other pictures of that set). Faces found, for certain and at least as possible "
        "ones:\n"
    )


def _curve(one: Measured, every: Sequence[Measured], name: str, images: Path) -> str:
    file = f"{PREFIX}{name}"
    if one is not every[0] or not (images / file).is_file():
        return ""
    return f"\n![{name.removesuffix('.png').replace('-', ' ')}]({images.name}/{file})\n"


def _matching_head(figures: Figures) -> str:
    matching = figures.matching
    assert matching is not None
    return (
        f"Matching: {matching.pictures} portraits of {matching.people} people, all but two of them adults, compared by "
        f"`{figures.embedder}`; thresholds advised by one half of the people for 2 % missed and judged by the other; faces of "
        "people who are not among 20 who are listed:\n"
    )


def _matching(every: Sequence[Measured]) -> str:
    rows = []
    for one in every:
        matching = one.figures.matching
        assert matching is not None
        assert matching.verification is not None
        missed = {(row.references, row.rule): row for row in matching.advice}
        error = tables.percent(matching.verification.equal_error)
        rows += [
            (
                f"`{one.figures.detector}`",
                error,
                tables.compared(row.references, row.rule),
                "; ".join(f"{limit:.3f}" for limit in missed[row.references, row.rule].thresholds),
                missed[row.references, row.rule].missed.told,
                row.false_alarms.told,
            )
            for row in matching.galleries
            if row.people == 20
        ]
    heads = (
        "", "equal error rate of pairs", "compared with", "thresholds", "missed by the other half", "others’ faces that alarm",
    )  # fmt: skip
    return tables.table(heads, rows)


def _line_ups(every: Sequence[Measured]) -> str:
    rows = []
    for one in every:
        assert one.figures.matching is not None
        rows += [
            (f"`{one.figures.detector}`", row.faces, row.first, row.first_two, row.first_three, row.first_five)
            for row in one.figures.matching.line_ups
        ]
    return tables.table(("", "Faces", "own face first", "among two", "among three", "among five"), rows)
