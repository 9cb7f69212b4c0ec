"""What an HTML page says beside its picture: the events in the runs, and the specs that they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lrcli.reader import Declared
from lrcli.render.chart import Chart
from lrcli.series import Series
from lrcli.series.align import common_grid
from lrcli.series.names import curve_names
from lrcli.table import Chunk
from lrcli.table.events import Teller, with_events
from lrcli.table.rows import HEAD, tabulate


def events_of(chart: Chart, runs: Sequence[Series]) -> list[tuple[float, str]]:
    """What happens in the rows that the picture's curves have corners in; nothing where x is no row.

    A long replay is not walked a second time: of it only what the schedule says is told.
    """
    if chart.unit == "percent":
        return []
    corners = {x for line in chart.lines for xs, _ in line.runs for x in xs if x == int(x)}
    rows = [int(x) for x in sorted(corners)]
    if any(not run.jumps and run.stop - run.start > HEAD for run in runs):
        factors = common_grid(runs).factors
        tellers = [Teller(run, name, k, ()) for run, name, k in zip(runs, curve_names(runs), factors, strict=True)]
        chunks: Iterable[Chunk] = with_events(iter([[rows]]), tellers)
    else:
        chunks = tabulate(runs, events=True, rows=[row for row in rows if any(run.start <= row for run in runs)]).head
    return [(row, event) for chunk in chunks for row, event in zip(chunk[0], chunk[-1], strict=True) if event]


def spec_texts(declared: Sequence[Declared]) -> list[tuple[str, str]]:
    """Each source with the spec that was read from it, a training config as its translation; of a sweep the first."""
    from lrcli.configs.write import write_spec

    texts: dict[str, str] = {}
    for one in declared:
        origin = one.origin
        head = f"from {origin.title}" if origin else ""
        texts.setdefault(one.source.name, write_spec(one.root, origin.comments if origin else {}, head))
    return list(texts.items())
