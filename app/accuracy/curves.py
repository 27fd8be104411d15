"""The figures as pictures, where matplotlib can be imported; no figure stands only in a picture."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.accuracy.figures import Curve, Figures, Finding, GalleryRow, HeightRow, Rule, Verification

_FOLDER = "MPLCONFIGDIR"
"""Where matplotlib looks for its settings and writes its list of fonts."""
BY_HEIGHT, BY_THRESHOLD, BY_GALLERY = "faces-by-height.png", "errors-by-threshold.png", "alarms-by-gallery.png"


def draw(figures: Figures, folder: Path, prefix: str = "") -> tuple[str, ...] | None:
    """The names of the files written into ``folder``, each with the prefix; None where matplotlib is not to be had."""
    new_sheet = _sheet_maker()
    if new_sheet is None:
        return None
    drawn: dict[str, Any] = {}
    if figures.finding:
        drawn[BY_HEIGHT] = _heights(new_sheet(), figures.finding)
    if figures.matching and figures.matching.verification:
        drawn[BY_THRESHOLD] = _errors(new_sheet(), figures.matching.verification)
    if figures.matching and (rows := shown_galleries(figures.matching.galleries)):
        drawn[BY_GALLERY] = _alarms(new_sheet(), rows)
    for name, figure in drawn.items():
        figure.savefig(folder / f"{prefix}{name}", dpi=110, metadata={"Software": None})
    return tuple(f"{prefix}{name}" for name in drawn)


def _sheet_maker() -> Any:
    """What makes an empty sheet; None where matplotlib is not to be had.

    It is imported here alone, as nothing else needs the third of a second that it takes. Its list of fonts goes into a
    folder that is gone afterwards, as a service's home may not be written to.
    """
    with tempfile.TemporaryDirectory() as place:
        before = os.environ.get(_FOLDER)
        os.environ[_FOLDER] = place
        try:
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure
        except ImportError:
            return None
        finally:
            if before is None:
                del os.environ[_FOLDER]
            else:
                os.environ[_FOLDER] = before

    def sheet() -> Any:
        figure = Figure(figsize=(7, 4), layout="tight")
        FigureCanvasAgg(figure)
        return figure

    return sheet


def shown_galleries(rows: Sequence[GalleryRow]) -> tuple[GalleryRow, ...]:
    """Those with the most references, compared with their centre."""
    most = max((row.references for row in rows), default=0)
    return tuple(row for row in rows if row.references == most and (most == 1 or row.rule is Rule.CENTROID))


def height_name(row: HeightRow) -> str:
    """``24-32 px``, or ``96 px and more``."""
    return f"{row.low} px and more" if row.high is None else f"{row.low}–{row.high} px"


def _heights(figure: Any, finding: Finding) -> Any:
    rows = [row for row in finding.heights if row.certain.whole]
    axes = figure.subplots()
    places = range(len(rows))
    axes.bar(
        places, [100 * (row.at_all.value or 0) for row in rows], color="#b9cfe4", label="at least as a possible face"
    )
    axes.bar(places, [100 * (row.certain.value or 0) for row in rows], width=0.5, color="#1f4e79", label="for certain")
    axes.set_xticks(places, [f"{row.low}+" if row.high is None else f"{row.low}–{row.high}" for row in rows])
    _label(axes, "height of the face, px", "faces found, %")
    return figure


def _errors(figure: Any, verification: Verification) -> Any:
    axes = figure.subplots()
    curve = verification.curve
    axes.plot(curve.thresholds, _percent(curve.missed), color="#1f4e79", label="the same person, missed")
    axes.plot(curve.thresholds, _percent(curve.false_alarms), color="#c55a11", label="another person, alarming")
    axes.axvline(verification.threshold, color="#888888", linestyle=":", label="2 % missed")
    _label(axes, "threshold (distance)", "pairs, %")
    return figure


def _alarms(figure: Any, rows: Sequence[GalleryRow]) -> Any:
    axes = figure.subplots()
    axes.plot(*_missed(rows[0].curve), color="#1f4e79", label="listed people's faces, missed")
    for number, row in enumerate(rows):
        colour = (0.77, 0.35, 0.07, 0.35 + 0.65 * (number + 1) / len(rows))
        axes.plot(
            row.curve.thresholds,
            _percent(row.curve.false_alarms),
            color=colour,
            label=f"others, {row.people} people listed",
        )
    _label(axes, "threshold (distance)", "faces, %")
    return figure


def _missed(curve: Curve) -> tuple[tuple[float, ...], list[float]]:
    return curve.thresholds, _percent(curve.missed)


def _percent(shares: Sequence[float]) -> list[float]:
    return [100 * share for share in shares]


def _label(axes: Any, across: str, up: str) -> None:
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_ylim(0, 101)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=8, frameon=False)  # above: it hides nothing
