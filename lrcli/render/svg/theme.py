"""The colours of a vector picture, light and dark, and its style sheet."""

from __future__ import annotations

from dataclasses import dataclass

from lrcli.errors import LrcliError

THEMES = ("auto", "light", "dark")
"""auto follows the reader: the picture holds both, and `prefers-color-scheme` decides."""

_FONTS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

DASHES = ("", "7 3", "2 2.5", "8 3 2 3", "12 4", "4 2 1 2")
"""When all colours are used, the next curves have them again in the next of these patterns."""


@dataclass(frozen=True)
class Palette:
    """Colours as CSS writes them. `curves` are Okabe and Ito's, which colour-blind people tell apart."""

    background: str
    ink: str
    muted: str
    grid: str
    axis: str
    curves: tuple[str, ...]


LIGHT = Palette(
    "#ffffff",
    "#1f2328",
    "#59636e",
    "#e4e8ec",
    "#9aa3ad",
    ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"),
)
DARK = Palette(
    "#0d1117",
    "#e6edf3",
    "#9198a1",
    "#262c36",
    "#59626d",
    ("#3b96d9", "#f0772b", "#1fb88f", "#dc93bb", "#eeb02f", "#86cdf7"),
)
"""The same hues, lighter, so that they have the contrast on black that they have on white."""


def style_sheet(theme: str, curves: int) -> str:
    """The rules of a picture with so many curves. All begin with the root's class: pictures in one page share rules."""
    if theme not in THEMES:
        raise LrcliError(f"no theme {theme!r}: the themes are {', '.join(THEMES)}")
    root = f".lrcli-{theme}"
    common = (
        f"{root}{{font-family:{_FONTS};font-size:12px}}"
        f"{root} .title{{font-size:16px;font-weight:600}}"
        f"{root} path{{fill:none;stroke-linejoin:round}}"
    )
    if theme != "auto":
        return common + _colors(root, LIGHT if theme == "light" else DARK, curves)
    dark = _colors(root, DARK, curves)
    return f"{common}{_colors(root, LIGHT, curves)}@media(prefers-color-scheme:dark){{{dark}}}"


def _colors(root: str, colors: Palette, curves: int) -> str:
    rules = [
        f" .back{{fill:{colors.background}}}",
        f" text{{fill:{colors.muted}}}",
        f" .ink{{fill:{colors.ink}}}",
        f" .grid{{stroke:{colors.grid}}}",
        f" .axis{{stroke:{colors.axis}}}",
    ]
    for i, color in enumerate(colors.curves[:curves]):
        rules += [f" .c{i}{{stroke:{color}}}", f" .f{i}{{fill:{color}}}"]
    return "".join(root + rule for rule in rules)


def curve_class(i: int) -> str:
    """The class of curve i's stroke."""
    return f"c{i % len(LIGHT.curves)}"


def fill_class(i: int) -> str:
    """The class of what is filled with curve i's colour."""
    return f"f{i % len(LIGHT.curves)}"


def dash(i: int) -> str:
    """The dash pattern of curve i, "" for a solid line."""
    return DASHES[i // len(LIGHT.curves) % len(DASHES)]
