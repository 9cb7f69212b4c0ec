"""From the rows of a log back to the schedule: the simplest spec that gives the same learning rates.

A run is cut into stretches that are each one law (`segments`, `laws`). A law becomes a curve with round numbers
(`mains`), the stretches before it a warmup (`warmup`, `compose`), both together a shape, and a shape a schedule of
PyTorch or of a framework (`naming`). Flat stretches are a law of their own (`steps`), and so are cycles (`restarts`).
What is no such curve has its own way: `plateau`, `cyclic`, `sampled`, `skipped`, `phases`. Of everything that gives the
rows at the log's own precision the candidate with the roundest and fewest numbers wins.
"""

from __future__ import annotations

from lrcli.infer.fit.search import Fitted, fit_run

__all__ = ["Fitted", "fit_run"]
