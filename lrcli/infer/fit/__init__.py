"""From the rows of a log back to the schedule: the simplest spec that gives the same learning rates.

A run is cut into stretches that are each one law (`laws/`), the stretches are read as a schedule with its warmup
(`compose`, `steps`, `plateau`, `restarts`, `one_cycle`, `clocked`, `phases`), and of everything that gives the rows at
the log's own precision the candidate with the roundest and fewest numbers wins.
"""

from __future__ import annotations

from lrcli.infer.fit.search import Fitted, fit_run, fit_runs, longest_run, runs_of

__all__ = ["Fitted", "fit_run", "fit_runs", "longest_run", "runs_of"]
