"""Learning-rate curves as one vector picture (SVG), made for a README or a review.

No fonts, scripts or links are in it: it needs nothing else, and the same specs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.render.chart import chart_of
from lrcli.render.svg.document import HEIGHT, WIDTH, render_svg
from lrcli.series import Series
from lrcli.spec import Spec

__all__ = ["HEIGHT", "WIDTH", "columns_of", "plot_svg", "render_svg"]


def plot_svg(
    runs: Sequence[Spec | Series],
    *,
    width: int = WIDTH,
    height: int = HEIGHT,
    log: bool = False,
    theme: str = "auto",
    ranges: Sequence[tuple[int, int]] | None = None,
    title: str | None = None,
    percent: bool = False,
) -> str:
    """The picture of all parameter groups of all runs, overlaid, `width` pixels wide.

    It is `height` pixels high, or higher where a long legend needs it. theme is one of `theme.THEMES`; the others are
    the arguments of `plot.plot_specs`, and so are the errors.
    """
    chart = chart_of(runs, columns=columns_of(width), log=log, ranges=ranges, title=title, percent=percent)
    return render_svg(chart, width=width, height=height, theme=theme)


def columns_of(width: int) -> int:
    """For how many columns a curve is sampled: every second pixel is enough for straight lines between the points."""
    return width // 2
