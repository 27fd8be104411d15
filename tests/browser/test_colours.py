"""The colours of the look, measured: what is read has 4.5:1, the edges of what is pressed 3:1, in light and in dark."""

from __future__ import annotations

import re

import pytest

from app.main import WEB

CSS = (WEB / "static" / "fledgling.css").read_text(encoding="utf-8")

GROUNDS = ("paper", "card", "sunk")
READ = [
    *((ink, ground) for ink in ("ink", "quiet", "link", "link-strong") for ground in (*GROUNDS, "tint")),
    *((light, ground) for light in ("ready", "check", "stop") for ground in (*GROUNDS, f"{light}-tint")),
    *(("ink", mark) for mark in ("mark-check", "mark-stop", "mark-advise")),
    *(("ink", tint) for tint in ("ready-tint", "check-tint", "stop-tint")),
    *(("on-link", ground) for ground in ("link", "link-strong")),
]
EDGES = [("edge", ground) for ground in GROUNDS] + [("link", ground) for ground in GROUNDS]


def _tokens(scheme: str) -> dict[str, str]:
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in _blocks())
    return light if scheme == "light" else light | dark


def _blocks() -> tuple[str, str]:
    light, _, rest = CSS.partition("@media (prefers-color-scheme: dark) {")
    return light, rest.partition("@media")[0]


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(READ, 4.5), (EDGES, 3.0)])
def test_colours_stand_out(scheme: str, pairs: list[tuple[str, str]], least: float) -> None:
    tokens = _tokens(scheme)
    found = {(ink, ground): round(contrast(tokens[ink], tokens[ground]), 2) for ink, ground in pairs}
    assert {pair: value for pair, value in found.items() if value < least} == {}
