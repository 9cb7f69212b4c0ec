"""Restarts of which the run cuts the last one off."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.cosine import CosineRestarts

NEARLY = 0.9
"""From this share of the last cycle on the cosine has come down (to 2.4 % of its height)."""


def _cycles(restarts: CosineRestarts, rows: int) -> tuple[int, int]:
    """(where the cycle that the last row is in begins, how long it is)."""
    begin, size = 0, int(restarts.T_0)
    if restarts.T_mult == 1:
        return (rows - 1) // size * size, size
    while begin + size < rows:
        begin, size = begin + size, size * int(restarts.T_mult)
    return begin, size


def find(subject: Subject) -> Findings:
    for site, restarts in subject.each(CosineRestarts):
        if site.rows < restarts.T_0 or next(restarts.formula_problems(), None) is not None:
            continue
        begin, size = _cycles(restarts, site.rows)
        done = site.rows - begin
        if begin and done / size < NEARLY:
            what = (
                f"the last cycle, of {subject.rows(size)} from {subject.at(site.begin + begin)} on,"
                f" ends after {subject.rows(done)}, far from eta_min"
            )
            ends = f"{site.begin + begin} or {site.begin + begin + size}"
            yield site.problem("T_0", what, f"end with a cycle, after {ends} {subject.spec.interval}s")


RULE = Rule(
    "warning",
    find,
    why="training ends at a high LR, and the last model is worse than the one before the restart",
)
