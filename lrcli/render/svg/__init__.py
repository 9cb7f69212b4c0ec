"""The colours of a vector picture, light and dark, and its style sheet; its texts, escaped, measured and placed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from lrcli.errors import LrcliError
from lrcli.printable import printable
from lrcli.values import dataclass

THEMES = ("auto", "light", "dark")
"""auto follows the reader: the picture holds both, and `prefers-color-scheme` decides."""

FONTS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

_NARROW = frozenset("fijlrtI.,:;'|!()[]{}/- ")
_WIDE = frozenset("mwMW@%&")

_SWEPT = re.compile(r"(.*=)([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")

DASHES = ("", "7 3", "2 2.5", "8 3 2 3", "12 4", "4 2 1 2")
"""When all colours are used, the next curves have them again in the next of these patterns."""


@dataclass(frozen=True)
class Palette:
    """Colours as CSS writes them. `curves` are Okabe and Ito's, which colour-blind people tell apart.

    `ramp` is the part of viridis that has contrast to the background: for the curves of a numeric sweep, in order.
    """

    background: str
    ink: str
    muted: str
    grid: str
    axis: str
    curves: tuple[str, ...]
    ramp: tuple[str, ...] = ()

    def between(self, share: float) -> str:
        """The colour at a share, 0 to 1, of the ramp, whose lightness tells the order to every eye."""
        position = share * (len(self.ramp) - 1)
        i = min(int(position), len(self.ramp) - 2)
        pairs = ((int(self.ramp[i][k : k + 2], 16), int(self.ramp[i + 1][k : k + 2], 16)) for k in (1, 3, 5))
        return "#" + "".join(f"{round(a + (b - a) * (position - i)):02x}" for a, b in pairs)


LIGHT = Palette(
    "#ffffff",
    "#1f2328",
    "#59636e",
    "#e4e8ec",
    "#9aa3ad",
    ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"),
    ("#440154", "#414487", "#2a788e", "#22a884", "#7ad151"),
)
DARK = Palette(
    "#0d1117",
    "#e6edf3",
    "#9198a1",
    "#262c36",
    "#59626d",
    ("#3b96d9", "#f0772b", "#1fb88f", "#dc93bb", "#eeb02f", "#86cdf7"),
    ("#5b6fd6", "#2f9bb3", "#22a884", "#7ad151", "#fde725"),
)
"""The same hues, lighter, so that they have the contrast on black that they have on white."""


def style_sheet(theme: str, names: Sequence[str]) -> str:
    """The rules of a picture with curves of these names.

    All begin with the root's class: pictures in one page share rules.
    """
    if theme not in THEMES:
        raise LrcliError(f"no theme {theme!r}: the themes are {', '.join(THEMES)}")
    curves, shares = len(names), ramp_shares(names)
    root = f".lrcli-{theme}"
    common = f"{root} path{{fill:none;stroke-linejoin:round}}"
    return common + in_theme(theme, lambda colors: _colors(root, colors, curves, shares))


def in_theme(theme: str, rules_of: Callable[[Palette], str]) -> str:
    if theme != "auto":
        return rules_of(LIGHT if theme == "light" else DARK)
    return f"{rules_of(LIGHT)}@media(prefers-color-scheme:dark){{{rules_of(DARK)}}}"


def _colors(root: str, colors: Palette, curves: int, shares: Sequence[float]) -> str:
    rules = [
        f" .back{{fill:{colors.background}}}",
        f" text{{fill:{colors.muted}}}",
        f" .ink{{fill:{colors.ink}}}",
        f" .grid{{stroke:{colors.grid}}}",
        f" .axis{{stroke:{colors.axis}}}",
    ]
    for i, color in enumerate(colors.curves[: 0 if shares else curves]):
        rules += [f" .c{i}{{stroke:{color}}}", f" .f{i}{{fill:{color}}}"]
    for i, share in enumerate(shares):
        color = colors.between(share)
        rules += [f" .r{i}{{stroke:{color}}}", f" .q{i}{{fill:{color}}}"]
    return "".join(root + rule for rule in rules)


def ramp_shares(names: Sequence[str]) -> list[float]:
    """Where on a ramp of colours each curve of a numeric sweep is, from 0 to 1; nothing where it is no such sweep.

    >>> ramp_shares(["gamma=0.1", "gamma=0.5", "gamma=0.3"]), ramp_shares(["a", "b", "c"])
    ([0.0, 1.0, 0.5], [])
    """
    matches = [match for match in map(_SWEPT.fullmatch, names) if match]
    values = [float(match[2]) for match in matches]
    if (
        len(matches) < len(names)
        or len({match[1] for match in matches}) != 1
        or not 3 <= len(set(values)) == len(names)
    ):
        return []
    order = sorted(values)
    return [order.index(value) / (len(values) - 1) for value in values]


@dataclass(frozen=True)
class CurveLook:
    """The classes of a curve's stroke and of what is filled with its colour, and its dashes; "" is a solid line."""

    stroke: str
    fill: str
    dashes: str = ""


def curve_looks(names: Sequence[str]) -> list[CurveLook]:
    """The looks of the curves of these names: a numeric sweep has a colour of its own for each."""
    if ramp_shares(names):
        return [CurveLook(f"r{i}", f"q{i}") for i in range(len(names))]
    colors = len(LIGHT.curves)
    turns = [divmod(i, colors) for i in range(len(names))]
    return [CurveLook(f"c{color}", f"f{color}", DASHES[turn % len(DASHES)]) for turn, color in turns]


def escaped_xml(text: str) -> str:
    r"""A user's text for XML or HTML, between tags or in a quoted attribute.

    What XML cannot hold at all, controls and half characters, is written as a visible escape.

    >>> escaped_xml("<b>'R&D'\x1b")
    '&lt;b&gt;&#39;R&amp;D&#39;\\x1b'
    """
    text = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


def svg_number(value: float) -> str:
    """A coordinate, to a tenth of a pixel.

    >>> svg_number(12.0), svg_number(0.25), svg_number(-0.01)
    ('12', '0.2', '0')
    """
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")  # + 0.0: there is no -0


def text_width(text: str) -> float:
    """About how wide a text of size 12 is. Nobody knows which font draws it: this is a wide one, against overlaps."""
    return 12 * sum(map(_em, text))


def _em(char: str) -> float:
    if char in _NARROW:
        return 0.4
    if char in _WIDE:
        return 0.95
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    return 0.72 if char.isupper() else 0.62


def svg_text(x: float, y: float, content: str, *, anchor: str = "", css: str = "", size: int = 0) -> str:
    """A text element; its content is escaped here. A size is that of a title."""
    attributes = (f' class="{css}"' if css else "") + (f' text-anchor="{anchor}"' if anchor else "")
    attributes += f' font-size="{size}" font-weight="bold"' if size else ""
    return f'<text x="{svg_number(x)}" y="{svg_number(y)}"{attributes}>{escaped_xml(content)}</text>'
