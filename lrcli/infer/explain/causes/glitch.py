"""Causes that leave the schedule alone: a row or two are wrong, or something else was logged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from lrcli.infer.explain.causes.base import Cause
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis, Part
from lrcli.infer.explain.sources import Formula, Patched
from lrcli.schedules.constant import Constant

FEW_WRONG = 2
"""So many rows may be wrong with any cause, and with none."""

ROWS_FOR_EACH = 9
"""For each wrong row there must be so many right ones."""


def find_glitch(evidence: Evidence) -> Iterator[Hypothesis]:
    """The base, but for one or two rows that stand between right ones."""
    n, all_rows = len(evidence.at), len(evidence.rows)
    wrong = [i for i, missed in enumerate(evidence.misses) if missed]
    if not 0 < len(wrong) <= FEW_WRONG or n != all_rows or n < (1 + ROWS_FOR_EACH) * len(wrong):
        return
    apart = all(b - a > 1 for a, b in pairwise(wrong))
    if not apart or wrong[-1] == n - 1 or (wrong[0] == 0 and not evidence.base.parts and len(wrong) == 1 and n < 30):
        return
    rows = {evidence.at[i]: evidence.values[i] for i in wrong}
    clock, factor = evidence.base.clock, evidence.base.factor
    if len({*clock.times([*rows])}) < len(rows) or not factor:
        return
    times = clock.times([*rows])
    shares = [factor if t >= evidence.base.factor_from else 1.0 for t in rows]
    patches = {t: value / share for t, value, share in zip(times, rows.values(), shares, strict=True)}
    told = " and ".join(f"{evidence.rows.unit} {t} (logged {value:g})" for t, value in rows.items())
    # beside another cause it costs a little less than to leave the rows unexplained
    cost = 0.4 + 2.0 * (len(rows) - 1) if evidence.base.parts else 2.3 + 0.4 * (len(rows) - 1)
    part = Part("glitch", f"o(t) = s(t), but for {told}", cost, 0)
    source = Patched(evidence.base.source, tuple(patches.items()))
    yield replace(evidence.base, source=source, parts=(*evidence.base.parts, part))


def find_base(evidence: Evidence) -> Iterator[Hypothesis]:
    """The base learning rate in every row."""
    lr = evidence.spec.groups[evidence.group].lr
    if lr is None or evidence.base.parts or len(evidence.at) < 3:
        return
    base = all(abs(value - lr) <= slack for value, slack in zip(evidence.values, evidence.slack, strict=True))
    if base and 2 * sum(evidence.misses) > len(evidence.at):
        cost = 1.7 if evidence.unclocked([0])[0] != lr else 2.1  # else it may also stand still
        part = Part("base-logged", f"o(t) = {lr:g}, the base learning rate", cost, 0)
        yield replace(evidence.base, source=Formula(Constant(), lr), parts=(part,))


CAUSES = (
    Cause(
        "glitch",
        "isolated rows",
        "the log follows, but for a row or two",
        find_glitch,
        "what the loop does at these rows (an evaluation, a checkpoint, a hand-over)",
        "All rows but these are right, and those around them, too: nothing that lasts is wrong with the schedule. At a "
        "hand-over between two phases a scheduler may return another one's value for a single step.",
        "Look at what happens at these rows; a learning rate that is wrong for one step seldom matters.",
        ("pytorch-gradual-warmup-lr #26",),
        rank=320,
    ),
    Cause(
        "base-logged",
        "held",
        "the base learning rate was logged, not the current one",
        find_base,
        "optimizer.param_groups[0]['lr'] beside what is logged",
        "Every row holds the learning rate that the optimizer was built with: the configuration's value or "
        "group['initial_lr'] was written, or the scheduler was never stepped.",
        "Log optimizer.param_groups[0]['lr'], or scheduler.get_last_lr().",
        (),
        (
            "the base was logged: the optimizer's own learning rate moves",
            "scheduler.step() is never called: the optimizer's own learning rate stands still, too",
        ),
        rank=330,
    ),
)
